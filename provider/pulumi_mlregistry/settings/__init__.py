"""Configuration: the keys, and whose word counts: provider instance, stack, environment."""
