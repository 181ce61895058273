"""Front door 1: `pulumi.dynamic` resources for Python programs, with nothing else to install."""
