"""Tests of the embedded registries."""
