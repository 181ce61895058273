"""Pulumi resources for machine-learning model registries."""
