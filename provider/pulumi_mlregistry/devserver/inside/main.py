"""Entry of a server process: arranges for its end, then runs the registry on the given socket."""

from __future__ import annotations

import gc
import importlib
import json
import socket
import sys
from typing import Any

from . import guard


def main() -> None:
    """Run what the JSON object in the second argument asks for; see ``processes.Process``."""
    settings: dict[str, Any] = json.loads(sys.argv[2])
    guard.end_with_parent(
        settings["parent"],
        by_signal=settings["parent_death_signal"],
        remove=settings["data"] if settings["temporary"] else None,
    )
    gc.disable()  # until it serves: a tenth of the time that the imports take
    reserved = socket.socket(fileno=settings["socket"])
    importlib.import_module(f".run_{settings['kind']}", __package__).run(reserved, settings)
