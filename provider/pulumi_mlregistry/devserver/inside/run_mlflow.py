"""Plain MLflow."""

from __future__ import annotations

import importlib
import socket
from typing import Any

from .serving import serve


def run(reserved: socket.socket, settings: dict[str, Any]) -> None:
    """Serve MLflow's own application, which reads its store from the environment."""
    serve(application(), reserved, interface="wsgi")


def application() -> Any:
    """MLflow with its database open, so that a broken one ends the process instead of hanging."""
    importlib.import_module("mlflow.server.handlers")._get_model_registry_store()
    return importlib.import_module("mlflow.server").app
