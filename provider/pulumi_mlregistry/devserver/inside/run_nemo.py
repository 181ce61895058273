"""NeMo Platform."""

from __future__ import annotations

import importlib
import socket
from typing import Any

from .serving import serve


def run(reserved: socket.socket, settings: dict[str, Any]) -> None:
    """Run the platform's services in this process."""
    runner = importlib.import_module("nmp.platform_runner.run")
    config = importlib.import_module("nmp.platform_runner.config").PlatformAppConfig
    host, port = reserved.getsockname()
    _hand_over(reserved)
    runner.run_platform(config(services=settings["services"], host=host, port=port))


def _hand_over(reserved: socket.socket) -> None:
    """The platform can only be told a port, and binding it anew would race with other programs."""

    def run_on_reserved(app: Any, *, host: str, port: int, **options: Any) -> None:
        serve(app, reserved, **options)

    uvicorn: Any = importlib.import_module("uvicorn")
    uvicorn.run = run_on_reserved
