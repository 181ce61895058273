"""The plugin as a child process: what an engine calls in turn, and what it gets."""
