"""MLflow behind the front that speaks Oracle AI Data Platform's dialect."""

from __future__ import annotations

import importlib
import socket
from pathlib import Path
from typing import Any

from .oracle_app import Front
from .oracle_dialect import Dialect
from .oracle_signatures import Verifier
from .run_mlflow import application
from .serving import serve


def run(reserved: socket.socket, settings: dict[str, Any]) -> None:
    """Serve the front, and plain MLflow beside it on the paths that are not Oracle's."""
    mlflow = application()
    plain = importlib.import_module("uvicorn.middleware.wsgi").WSGIMiddleware(mlflow)
    client = importlib.import_module("werkzeug.test").Client(mlflow)
    public_key = Path(settings["public_key"]).read_bytes()
    front = Front(
        Dialect(client),
        plain,
        Verifier(public_key, frozenset(settings["key_ids"])),
        frozenset(settings["platform_ids"]),
    )
    serve(front, reserved, interface="asgi3")
