"""Runs inside the registries' own environments, where this distribution is not installed."""
