"""The laws of the design, each a test, over every resource and every target that it holds for."""
