"""Promotion gates: how each is judged, and which cannot be made."""
