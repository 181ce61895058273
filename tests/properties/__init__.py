"""Properties: what must hold for any declaration, any edit of others, any order of events."""
