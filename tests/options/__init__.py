"""Each option and command of Pulumi, on each resource by each provider."""
