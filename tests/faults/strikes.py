"""Every way in which one request fails, and every point at which a process is killed."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from unittest import mock

import httpx

from laws.worlds import World
from pulumi_mlregistry.transport.http import Http
from support.exchange import Request

READS: Final = ("GET", "HEAD")
LONG: Final = 999
"""Requests that fail where a fault lasts: until the operation gives up."""
_JSON = {"content-type": "application/json"}
_PAGE = {"headers": {"content-type": "text/html"}, "body": "<html>Bad gateway</html>"}
_TEXT = {"headers": {"content-type": "text/plain"}, "body": "hello"}


class Killed(BaseException):
    """Ends an operation as the end of its process would: nothing catches it."""


@dataclass(frozen=True)
class Strike:
    """What happens to the ``nth`` request of an operation."""

    title: str
    proxy: dict[str, Any] = field(default_factory=dict)
    """A fault of the test proxy."""
    outage: dict[str, Any] | None = None
    """An outage of the test proxy, from right before the request on."""
    killed: str = ""
    """The process ends: ``before`` the request, or ``after`` its answer."""
    commits: bool = False
    """Only for writes: a read commits nothing."""
    lasts: bool = False
    targets: tuple[str, ...] = ()
    """The targets whose servers answer like this; empty for all."""

    @property
    def committed(self) -> bool:
        """Whether a write was done, whatever the client hears of it."""
        kind = self.proxy.get("kind")
        return self.commits and (kind in ("silent", "lost", "instead"))

    @property
    def waits(self) -> bool:
        """Whether a call ends only when its time is over."""
        return self.lasts or self.proxy.get("kind") in ("stall", "silent")

    def hit(self, world: World, nth: int) -> bool:
        """Whether it has happened; elsewhere the operation took another way."""
        if self.killed or self.outage is not None:
            return len(world.proxy.requests) >= nth - 1
        return any(request.fault is not None for request in world.proxy.requests)

    def hits(self, sent: str, target: str) -> bool:
        """Whether it is a case of its own for this request: ``PATCH models/NAME``."""
        method, _, path = sent.partition(" ")
        if self.targets and target not in self.targets:
            return False
        if self.proxy.get("body") is unchanged and path.endswith("s/delete"):
            # MLflow's own answer to a delete is an empty object: only a further request could tell.
            return False
        return not (self.commits and method in READS)

    @contextlib.contextmanager
    def on(self, world: World, nth: int, stack: Any) -> Iterator[None]:
        """Let it happen."""
        with contextlib.ExitStack() as undo:
            undo.callback(world.proxy.clear)
            if self.killed and hasattr(stack, "kill"):
                stack.killable = True
                when = {"kind": "cut", "before": _killing(stack)}
                if self.killed == "after":
                    when = {"kind": "lost", "after": _killing(stack)}
                world.proxy.fault(nth=nth, **when)
            elif self.killed:
                undo.enter_context(killed(nth, after=self.killed == "after"))
            else:
                self._set(world, nth)
            yield

    def _set(self, world: World, nth: int) -> None:
        """Tell the proxy."""
        if self.outage is not None:
            world.proxy.outage(after=nth if self.proxy else nth - 1, **self.outage)
        if self.proxy:
            more = dict(self.proxy)
            if more.get("body") is unchanged:
                more["body"] = lambda request: unchanged(world, request)
            lasts = self.lasts and self.outage is None
            world.proxy.fault(nth=nth, times=LONG if lasts else 1, **more)


@contextlib.contextmanager
def killed(nth: int, *, after: bool) -> Iterator[None]:
    """Raise `Killed` in whatever runs, at its ``nth`` request."""
    send, seen = Http._once, 0

    def count(*arguments: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen != nth:
            return send(*arguments)
        if after:
            send(*arguments)
        raise Killed

    with mock.patch.object(Http, "_once", count):
        yield


def _killing(stack: Any) -> Callable[[Request], None]:
    return lambda _request: stack.kill()


def echo(code: str) -> Callable[[Request], dict[str, Any]]:
    """An error in the words of all APIs at once, which repeats credentials and body."""

    def said(request: Request) -> dict[str, Any]:
        credentials = request.headers.get("authorization", "")
        if credentials.startswith("Signature"):
            credentials = ""
        sent = request.body.decode()
        with contextlib.suppress(ValueError):
            sent += repr(json.loads(sent))
        text = f"refused: {credentials} sent {sent}"
        return {"error_code": code, "code": code, "message": text, "detail": text}

    return said


def unchanged(world: World, request: Request) -> bytes | dict[str, Any]:
    """What a server answers that takes a write and drops it: the object as it is."""
    if request.method not in ("PATCH", "PUT"):
        return {}
    headers = {k: v for k, v in request.headers.items() if k == "authorization"}
    found = httpx.get(world.proxy.target + request.path, headers=headers, trust_env=False)
    return found.content if found.is_success else {}


def _answer(status: int, **more: Any) -> dict[str, Any]:
    return {"kind": "answer", "status": status, **more}


def _refuses(status: int, code: str) -> dict[str, Any]:
    return _answer(status, body=echo(code), headers=_JSON)


_WAIT = {"headers": {"retry-after": "0"}}
STRIKES: Final = (
    Strike("connection refused", outage={}, lasts=True),
    Strike("connection refused for a moment", outage={"seconds": 0.05}),
    Strike("connect timeout", outage={"unanswered": True}, lasts=True),
    Strike("connection reset", {"kind": "reset"}),
    Strike("connection cut before commit", {"kind": "cut"}),
    Strike("read timeout before commit", {"kind": "stall"}),
    Strike("read timeout after commit", {"kind": "silent"}, commits=True),
    Strike("reply lost after commit", {"kind": "lost"}, commits=True),
    Strike("down after commit", {"kind": "lost"}, outage={}, commits=True, lasts=True),
    Strike("reply cut short", {"kind": "truncate", "announce": True}),
    Strike("truncated JSON", {"kind": "truncate"}),
    Strike("301 elsewhere", _answer(301, headers={"location": "http://login.example/"})),
    Strike("400 that repeats the request", _refuses(400, "INVALID_PARAMETER_VALUE")),
    Strike("401", _refuses(401, "UNAUTHENTICATED")),
    Strike("403", _refuses(403, "PERMISSION_DENIED")),
    Strike("404 of a proxy", _answer(404, body={"detail": "Not Found"})),
    Strike("404 page", _answer(404, **_PAGE)),
    Strike("404 empty", _answer(404)),
    Strike(
        "404 not authorised",
        _answer(404, body={"code": "NotAuthorizedOrNotFound", "message": "not here"}),
        lasts=True,
        targets=("oracle",),
    ),
    Strike("409", _refuses(409, "CONFLICT")),
    Strike("412", _refuses(412, "PRECONDITION_FAILED")),
    Strike("422 that repeats the request", _refuses(422, "UNPROCESSABLE")),
    Strike("429", _answer(429, **_WAIT)),
    Strike("429 for long", _answer(429, **_WAIT), lasts=True),
    Strike("429 for an hour", _answer(429, headers={"retry-after": "3600"})),
    Strike("500", _refuses(500, "INTERNAL_ERROR")),
    Strike("500 after commit", {**_refuses(500, "INTERNAL"), "kind": "instead"}, commits=True),
    Strike("502 page", _answer(502, **_PAGE)),
    Strike("503", _answer(503)),
    Strike("503 for long", _answer(503), lasts=True),
    Strike("504 page after commit", {"kind": "instead", "status": 504, **_PAGE}, commits=True),
    Strike("200 page", _answer(200, **_PAGE)),
    Strike("200 of another type", _answer(200, **_TEXT)),
    Strike("200 of another shape", _answer(200, body={"unexpected": True})),
    Strike("200 without effect", _answer(200, body=unchanged, headers=_JSON), commits=True),
    Strike("killed before the request", killed="before"),
    Strike("killed after the commit", killed="after", commits=True),
)
BY_TITLE: Final = {strike.title: strike for strike in STRIKES}
