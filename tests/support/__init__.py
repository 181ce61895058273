"""What tests of all rooms share: servers as fixtures, a fault-injecting proxy, OCI signing."""
