"""What passes through the proxy, and what is to become of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal[
    "answer", "instead", "reset", "cut", "lost", "stall", "silent", "truncate", "delay", "pass"
]
KINDS = Kind.__args__  # type: ignore[attr-defined]
Body = bytes | str | dict[str, Any]


@dataclass
class Request:
    """One request as it came from the client, and what became of it."""

    method: str
    path: str  # with the query, as sent
    headers: dict[str, str]  # names in lower case
    body: bytes
    time: float  # monotonic seconds
    connection: int  # requests of one connection have the same number
    fault: Kind | None = None
    status: int | None = None  # as answered to the client
    answer: bytes = b""  # what it was answered

    @property
    def json(self) -> Any:
        """The body as JSON, None where it is empty."""
        return json.loads(self.body) if self.body else None


@dataclass
class Response:
    """What the server answered."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class Fault:
    """For which requests it is, and what happens to them."""

    method: str | None
    path: str | re.Pattern[str]
    nth: int
    times: int
    kind: Kind
    reply: Callable[[Request], Response]
    seconds: float
    keep: int
    announce: bool
    before: Callable[[Request], object] | None
    after: Callable[[Request], object] | None
    when: Callable[[Request], bool] | None
    seen: int = 0

    def takes(self, request: Request) -> bool:
        """Count a request that matches; whether it is this one's turn."""
        if self.method not in (None, request.method):
            return False
        found = re.search(
            re.escape(self.path) if isinstance(self.path, str) else self.path, request.path
        )
        if found is None or (self.when is not None and not self.when(request)):
            return False
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.times


def reply(status: int, headers: Mapping[str, str], body: Body) -> Response:
    """A ready answer; a dict is sent as JSON."""
    sent = dict(headers)
    if isinstance(body, dict):
        sent.setdefault("content-type", "application/json")
        body = json.dumps(body)
    return Response(status, list(sent.items()), body.encode() if isinstance(body, str) else body)
