"""The registries' APIs, one folder each: a client, and one file a resource."""
