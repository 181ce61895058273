"""What the plugin tells the engine beside its answers: lines on the resource they are about."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Final

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

logger = logging.getLogger("pulumi_mlregistry.plugin")

_FIRST_WORD, _NEXT_WORD = 5.0, 10.0
"""Seconds until an operation is said to be going on, and between two such words."""
_INFO: Final = engine_pb2.INFO

_urn: ContextVar[str] = ContextVar("urn", default="")


class EngineLog:
    """Lines for the user; safe for threads, and silent where the engine is not there."""

    def __init__(self, address: str = "") -> None:
        self._stub: engine_pb2_grpc.EngineStub | None = None
        if address:
            self.attach(address)

    def attach(self, address: str) -> None:
        """Speak to this engine from now on."""
        self._stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))

    def __call__(self, line: str) -> None:
        """One line on the resource of the running call; on the stack outside of one."""
        self._send(line, _urn.get(), ephemeral=False)

    @contextlib.contextmanager
    def about(self, urn: str, doing: str = "") -> Iterator[None]:
        """Lines inside are about this resource; what takes long says that it goes on."""
        token = _urn.set(urn)
        done = threading.Event()
        if doing:
            name = urn.rpartition("::")[2]
            threading.Thread(
                target=self._watch, args=(urn, f"still {doing} {name}", done), daemon=True
            ).start()
        try:
            yield
        finally:
            done.set()
            _urn.reset(token)

    def _watch(self, urn: str, text: str, done: threading.Event) -> None:
        started = time.monotonic()
        pause = _FIRST_WORD
        while not done.wait(pause):
            pause = _NEXT_WORD
            self._send(f"{text} ({time.monotonic() - started:.0f} s)", urn, ephemeral=True)

    def _send(self, line: str, urn: str, *, ephemeral: bool) -> None:
        text = " ".join(line.split())
        logger.info("%s", text)
        if self._stub is None:
            return
        request = engine_pb2.LogRequest(severity=_INFO, message=text, urn=urn, ephemeral=ephemeral)
        with contextlib.suppress(grpc.RpcError):
            self._stub.Log(request, timeout=5)
