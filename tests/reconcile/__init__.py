"""The core on its own: pure functions, and operations on a registry that is a dict."""
