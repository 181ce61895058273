"""A sandbox that answers in the caller's own thread: no socket, no pause, thousands a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import unquote

import httpx

from pulumi_mlregistry.sandbox import Registry
from pulumi_mlregistry.sandbox.controls import Controls
from pulumi_mlregistry.sandbox.database import Database
from pulumi_mlregistry.sandbox.kinds import Plan, make

URL = "http://127.0.0.1:1"


class _AtOnce(ThreadPoolExecutor):
    """Runs what the sandbox would give to a thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **more: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **more))
        except Exception as error:
            done.set_exception(error)
        return done


async def _at_once(function: Callable[..., Any], *args: Any, **more: Any) -> Any:
    return function(*args, **more)


class Transport(httpx.BaseTransport):
    """What httpx sends goes to an ASGI application as its server would hand it over."""

    def __init__(self, application: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._application = application
        self._loop = loop
        self.paths: list[str] = []
        """As they were sent, quoted."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._loop.run_until_complete(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        raw, _, query = request.url.raw_path.partition(b"?")
        self.paths.append(raw.decode("ascii"))
        scope = {
            "type": "http",
            "method": request.method,
            "path": unquote(raw.decode("ascii")),
            "raw_path": raw,
            "query_string": query,
            "headers": [(k.lower(), v) for k, v in request.headers.raw],
            "scheme": "http",
            "server": ("127.0.0.1", 1),
        }
        body, sent = request.read(), []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self._application(scope, receive, send)
        content = b"".join(m.get("body", b"") for m in sent[1:])
        return httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=content)


class Inside(Registry):
    """One registry, with the transport that reaches it."""

    transport: Transport

    def clear(self) -> None:
        """Forget the paths too."""
        super().clear()
        self.transport.paths.clear()


@contextmanager
def registry(kind: str, folder: Path, *, openmetadata: str = "2.0.7") -> Iterator[Inside]:
    """A registry of a kind over a database in memory."""
    with ExitStack() as undo:
        loop = asyncio.new_event_loop()
        loop.set_default_executor(_AtOnce(1))
        undo.callback(loop.close)
        database, controls = Database(), Controls()
        undo.callback(database.close)
        made = make(kind, Plan(database, controls, folder, openmetadata))
        # The pause in which another writer could come in: there is none here.
        undo.enter_context(mock.patch("pulumi_mlregistry.sandbox.nemo.models.time"))
        undo.enter_context(mock.patch("starlette.routing.run_in_threadpool", _at_once))
        found = Inside(kind, URL, made, controls)
        found.transport = Transport(made.application, loop)
        yield found
