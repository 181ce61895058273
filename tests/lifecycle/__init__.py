"""Random programs, options, edits by others and commands: what holds after each of them."""
