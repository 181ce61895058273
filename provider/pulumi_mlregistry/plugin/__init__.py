"""Front door 2: the resources for every Pulumi language, in a plugin that the engine starts."""
