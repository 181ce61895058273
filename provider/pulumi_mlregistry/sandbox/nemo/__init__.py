"""The NeMo Platform's registry of model entities, as version 0.6.0 answers with its files service.

Authorization is off, as it is by default. Deployments, providers and prompts are not there.
"""

from __future__ import annotations

from pulumi_mlregistry.sandbox.database import Database
from pulumi_mlregistry.sandbox.nemo import places
from pulumi_mlregistry.sandbox.nemo.server import Nemo
from pulumi_mlregistry.sandbox.nemo.store import Store
from pulumi_mlregistry.sandbox.service import Application, service

__all__ = ["application", "plant"]


def application(database: Database) -> Application:
    """The platform over a database."""
    return service(Nemo(database).answer)


def plant(database: Database, name: str) -> str:
    """Add a workspace unless it is there; answers its name."""
    return places.plant(Store(database), name)
