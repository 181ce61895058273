"""MLflow's registry of models and versions, as the server that is pinned for the dev server.

``Mlflow`` answers requests, ``application`` serves it; ``Controlled`` words injected errors.
"""

from __future__ import annotations

from pulumi_mlregistry.sandbox import controls
from pulumi_mlregistry.sandbox.controls import Fault
from pulumi_mlregistry.sandbox.database import Database
from pulumi_mlregistry.sandbox.mlflow.server import Mlflow
from pulumi_mlregistry.sandbox.service import Application, Reply, Request, json_reply, service

__all__ = ["Controlled", "Mlflow", "application"]


def application(database: Database) -> Application:
    """MLflow over a database."""
    return service(Mlflow(database).answer)


class Controlled(controls.Controlled):
    """MLflow under control."""

    def error(self, fault: Fault, status: int, request: Request) -> Reply:
        """With an error code, as MLflow words them."""
        code = fault.get("code", "TEMPORARILY_UNAVAILABLE")
        return json_reply(status, {"error_code": code, "message": fault.get("message", "injected")})
