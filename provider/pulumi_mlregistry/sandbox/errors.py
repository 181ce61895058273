"""What can go wrong with a sandbox; every message is one line that ends in what to do."""


class SandboxError(Exception):
    """The sandbox could not be started."""
