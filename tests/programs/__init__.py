"""Whole programs on real registries, by both engines."""
