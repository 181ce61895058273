"""Pure tests: reconcile, settings, transport and signing, without a registry."""
