"""The local engine on toy providers, and beside the real one."""
