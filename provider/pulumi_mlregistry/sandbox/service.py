"""A registry as one function from request to reply, and the ASGI application around it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    """A whole request; ``path`` is decoded, header names are in lower case."""

    method: str
    path: str
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """The query's values by name, in their order."""
        values: dict[str, list[str]] = {}
        for name, value in parse_qsl(self.query_string, keep_blank_values=True):
            values.setdefault(name, []).append(value)
        return values


@dataclass(frozen=True)
class Reply:
    """A whole reply."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def json_reply(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Reply:
    """A reply with a JSON body."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, body, {"content-type": "application/json", **(headers or {})})


async def read_request(scope: Scope, receive: Receive) -> Request:
    """The request that a scope begins, with its body."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = {name.decode().lower(): value.decode("latin1") for name, value in scope["headers"]}
    query = scope["query_string"].decode("latin1")
    return Request(scope["method"], scope["path"], query, headers, body)


async def send_reply(send: Send, reply: Reply) -> None:
    """Send it whole."""
    headers = dict(reply.headers)
    if reply.status != 204:
        headers.setdefault("content-length", str(len(reply.body)))
    pairs = [(name.encode(), value.encode("latin1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": pairs})
    await send({"type": "http.response.body", "body": reply.body})


def service(answer: Callable[[Request], Reply]) -> Application:
    """The application that answers each request in a thread, as the functions wait for SQLite."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        request = await read_request(scope, receive)
        await send_reply(send, await asyncio.to_thread(answer, request))

    return application
