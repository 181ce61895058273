"""OpenMetadata as 2.x and 1.2 answer, so far as ML models and their services go."""

from pulumi_mlregistry.sandbox.openmetadata.app import application
from pulumi_mlregistry.sandbox.openmetadata.permissions import tokens

__all__ = ["application", "tokens"]
