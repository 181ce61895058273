"""What the typed classes of a Python program stand on, whichever front door they use."""
