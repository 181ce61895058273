"""The NeMo Platform's registry of model entities, as version 0.6.0 answers."""

from __future__ import annotations

from pulumi_mlregistry.sandbox.database import Database
from pulumi_mlregistry.sandbox.service import Application, Reply, Request, json_reply, service

__all__ = ["application"]


def application(database: Database) -> Application:
    """The platform over a database."""
    return service(_answer)


def _answer(request: Request) -> Reply:
    return json_reply(404, {"detail": "Not Found"})
