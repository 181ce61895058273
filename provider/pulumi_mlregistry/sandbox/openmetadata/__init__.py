"""OpenMetadata as 2.x and 1.2 answer, so far as ML models and their services go."""

from __future__ import annotations

from pulumi_mlregistry.sandbox.database import Database
from pulumi_mlregistry.sandbox.openmetadata import seeding
from pulumi_mlregistry.sandbox.openmetadata.app import application
from pulumi_mlregistry.sandbox.openmetadata.permissions import tokens
from pulumi_mlregistry.sandbox.openmetadata.store import Store

__all__ = ["application", "plant", "tokens"]


def plant(database: Database, kind: str, name: str, parent: str | None = None) -> str:
    """Add something to refer to, unless it is there; answers its id."""
    return seeding.plant(Store(database), kind, name, parent)
