"""Serves several applications from one event loop, in a thread that ends with the process."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import threading
from collections.abc import Sequence
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from pulumi_mlregistry.sandbox.errors import SandboxError
from pulumi_mlregistry.sandbox.service import Application, Receive, Scope, Send

HOST = "127.0.0.1"
_START_SECONDS = 30
_STOP_SECONDS = 5
_POLL_SECONDS = 0.001


def reserve(port: int | None) -> socket.socket:
    """A socket bound to the port, or to a free one."""
    # With the protocol said, asyncio sends small packets at once; else replies wait for 40 ms.
    reserved = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        reserved.bind((HOST, port or 0))
        reserved.listen(128)
    except (OSError, OverflowError) as error:
        reserved.close()
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        why = "another program listens there" if taken else str(error)
        raise SandboxError(
            f"port {port} on {HOST} cannot be used: {why}: choose another port, or none for a "
            f"free one"
        ) from None
    return reserved


class _Protocol(H11Protocol):
    """HTTP/1.1 that tells the application how many connections are open, and lets it break one."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        application: Any = self.app

        async def knowing(scope: Any, receive: Any, send: Any) -> None:
            known = {"abort": self.transport.abort, "connections": len(self.connections)}
            await application({**scope, **known}, receive, send)

        self.app = knowing


class Serving:
    """Applications on sockets, from the constructor's return until `close`."""

    def __init__(self, served: Sequence[tuple[socket.socket, Application]]) -> None:
        self._sockets = [each for each, _ in served]
        self._servers = [uvicorn.Server(_config(application)) for _, application in served]
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="mlregistry-sandbox", daemon=True)
        self._started = threading.Event()
        self._thread.start()
        if not self._started.wait(_START_SECONDS) or self._failure:
            raise SandboxError(f"the sandbox did not start: {self._failure}: please report this")

    def close(self) -> None:
        """End all connections and the thread; idempotent."""
        for server in self._servers:
            server.should_exit = server.force_exit = True
        self._thread.join(_STOP_SECONDS)
        for each in self._sockets:
            each.close()

    @property
    def running(self) -> bool:
        """Whether it serves."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # told by the thread that waits for the start
            self._failure = error
        finally:
            self._started.set()

    async def _serve(self) -> None:
        pairs = zip(self._servers, self._sockets, strict=True)
        tasks = [asyncio.create_task(server.serve(sockets=[each])) for server, each in pairs]
        while not all(server.started for server in self._servers):
            if any(task.done() for task in tasks):
                break
            await asyncio.sleep(_POLL_SECONDS)
        self._started.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks)


def _config(application: Application) -> uvicorn.Config:
    async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
        await application(scope, receive, send)

    served: Any = asgi
    return uvicorn.Config(
        served,
        http=_Protocol,
        ws="none",
        interface="asgi3",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
