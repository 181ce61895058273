"""Serves an application on a socket that is bound already."""

from __future__ import annotations

import gc
import importlib
import socket
from typing import Any


def serve(application: Any, reserved: socket.socket, **options: Any) -> None:
    """Run uvicorn until a signal ends it; ``options`` go to its ``Config``."""
    uvicorn = importlib.import_module("uvicorn")
    config = uvicorn.Config(application, access_log=False, **options)
    gc.freeze()
    gc.enable()
    uvicorn.Server(config).run(sockets=[reserved])
