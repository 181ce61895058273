"""Plain MLflow."""

from __future__ import annotations

import importlib
import socket
from typing import Any

from .serving import serve


def run(reserved: socket.socket, settings: dict[str, Any]) -> None:
    """Serve MLflow's own application, which reads its store from the environment."""
    serve(importlib.import_module("mlflow.server").app, reserved, interface="wsgi")
