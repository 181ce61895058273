"""``mlregistry doctor`` on real registries and the sandbox's: what it says, sends and hides."""
