"""What runs in child processes, alone here because a script's folder is on its import path."""
