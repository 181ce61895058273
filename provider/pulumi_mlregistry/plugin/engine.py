"""What the plugin tells the engine beside its answers: lines on the resource they are about."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

logger = logging.getLogger("pulumi_mlregistry.plugin")

_FIRST_WORD, _NEXT_WORD = 5.0, 10.0
"""Seconds until an operation is said to be going on, and between two such words."""
_TICK = 0.25
"""Seconds between two looks at what is going on."""
_INFO: Final = engine_pb2.INFO

_urn: ContextVar[str] = ContextVar("urn", default="")


@dataclass(eq=False)
class _Operation:
    """What is going on, since when, and when that is to be said next."""

    urn: str
    doing: str
    started: float = field(default_factory=time.monotonic)
    next_word: float = 0.0

    def __post_init__(self) -> None:
        self.next_word = self.started + _FIRST_WORD


class EngineLog:
    """Lines for the user; safe for threads, and silent where the engine is not there."""

    def __init__(self, address: str = "") -> None:
        self._stub: engine_pb2_grpc.EngineStub | None = None
        self._watching = threading.Lock()
        self._going_on: set[_Operation] = set()
        self._watched = False
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
        operation = _Operation(urn, doing)
        if doing:
            self._begin(operation)
        try:
            yield
        finally:
            with self._watching:
                self._going_on.discard(operation)
            _urn.reset(token)

    def _begin(self, operation: _Operation) -> None:
        """Watch an operation; one thread watches all, for as long as there are any."""
        with self._watching:
            self._going_on.add(operation)
            if not self._watched:
                self._watched = True
                threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            time.sleep(_TICK)
            now = time.monotonic()
            with self._watching:
                self._watched = bool(self._going_on)
                if not self._watched:
                    return
                due = [each for each in self._going_on if each.next_word <= now]
            for each in due:
                each.next_word = now + _NEXT_WORD
                name = each.urn.rpartition("::")[2]
                text = f"still {each.doing} {name} ({now - each.started:.0f} s)"
                self._send(text, each.urn, ephemeral=True)

    def _send(self, line: str, urn: str, *, ephemeral: bool) -> None:
        text = " ".join(line.split())
        logger.info("%s", text)
        if self._stub is None:
            return
        request = engine_pb2.LogRequest(severity=_INFO, message=text, urn=urn, ephemeral=ephemeral)
        with contextlib.suppress(grpc.RpcError, ValueError):  # the channel may be closed
            self._stub.Log(request, timeout=5)
