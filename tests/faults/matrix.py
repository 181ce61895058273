"""Operations, faults, and what must hold after a fault: the parts of the matrix."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from unittest import mock

from laws.stacks import Stack
from laws.worlds import World
from pulumi_mlregistry.reconcile.errors import AlreadyExists, RegistryError
from pulumi_mlregistry.transport.http import Http

SECONDS: Final = 15.0
"""More than one operation may take with a fault and a budget of one second a call."""
REQUESTS: Final = 60

_PAGE = {"headers": {"content-type": "text/html"}, "body": "<html>Bad gateway</html>"}
_TEXT = {"headers": {"content-type": "text/plain"}, "body": "hello"}
FAULTS: Final[dict[str, dict[str, Any]]] = {
    "reset": {"kind": "reset"},
    "cut before commit": {"kind": "cut"},
    "reply lost after commit": {"kind": "lost"},
    "no answer after commit": {"kind": "silent"},
    "truncated": {"kind": "truncate", "announce": True},
    "401": {"kind": "answer", "status": 401, "body": {"code": 401, "message": "who?"}},
    "403": {"kind": "answer", "status": 403, "body": {"code": 403, "message": "no"}},
    "404 of a proxy": {"kind": "answer", "status": 404, "body": {"detail": "Not Found"}},
    "404 page": {"kind": "answer", "status": 404, **_PAGE},
    "404 empty": {"kind": "answer", "status": 404},
    "409": {"kind": "answer", "status": 409, "body": {"code": 409, "message": "conflict"}},
    "412": {"kind": "answer", "status": 412, "body": {"code": 412, "message": "modified"}},
    "429": {"kind": "answer", "status": 429, "headers": {"retry-after": "0"}},
    "500": {"kind": "answer", "status": 500, "body": {"message": "oops"}},
    "502 page": {"kind": "answer", "status": 502, **_PAGE},
    "503": {"kind": "answer", "status": 503},
    "503 for long": {"kind": "answer", "status": 503, "times": 99},
    "200 of another type": {"kind": "answer", "status": 200, **_TEXT},
    "200 without effect": {"kind": "answer", "status": 200, "body": {}},
}


KILLED: Final = ("killed before the request", "killed after the answer")


class Killed(BaseException):
    """Ends an operation as the end of its process would: nothing catches it."""


@contextlib.contextmanager
def killed(nth: int, *, after: bool) -> Iterator[None]:
    """End whatever runs at its ``nth`` request."""
    send, seen = Http._once, 0

    def count(*arguments: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen != nth:
            return send(*arguments)
        if after:
            send(*arguments)
        raise Killed

    with mock.patch.object(Http, "_once", count), contextlib.suppress(Killed):
        yield


@dataclass
class Cell:
    """One operation on one object of a world, to fail at its ``nth`` request."""

    world: World
    operation: str

    def __post_init__(self) -> None:
        self.name = self.world.name()
        self.stack = Stack(self.world, keys={"timeoutSeconds": "1"})
        self.declared = self.world.declare(self.name)
        if self.operation != "create":
            self.stack.up({"m": self.declared})
            self._others_write()
        if self.operation == "update":
            self.declared["description"] = "second"
        self.world.sent()

    def run(self) -> None:
        """The operation itself."""
        {
            "create": lambda: self.stack.up({"m": self.declared}),
            "update": lambda: self.stack.up({"m": self.declared}),
            "refresh": self.stack.refresh,
            "destroy": self.stack.destroy,
        }[self.operation]()

    def mend(self) -> None:
        """The same program once more, without a fault; asserts what must hold then."""
        self.world.proxy.clear()
        if self.operation == "destroy":
            self.stack.destroy()
            assert self.stack.resources == {}
            return
        try:
            self.stack.up({"m": self.declared})
        except AlreadyExists:
            # Where a create cannot be told from a colleague's, the program has to say so.
            if self.operation != "create":
                raise
            self.declared["onConflict"] = "adopt"
            self.stack.up({"m": self.declared})
        id_ = self.stack["m"].id
        assert self.world.count(self.name) == 1, "one object, one version"
        assert self.world.description(id_) == self.declared["description"]
        if self.operation != "create":
            self._others_are_left(id_)
        self.stack.refresh()
        assert self.stack.up({"m": self.declared}) == ["same m"]

    def _others_write(self) -> None:
        if self.world.kind != "openmetadata:MlModelService":
            self.world.edit(self.stack["m"].id, other="theirs")

    def _others_are_left(self, id_: str) -> None:
        if self.world.kind != "openmetadata:MlModelService":
            assert self.world.keys(id_).get("other") == "theirs"


def requests_of(make: Callable[[], Cell]) -> int:
    """How many requests an operation sends when nothing fails."""
    cell = make()
    cell.run()
    return len(cell.world.sent())


def failures(make: Callable[[], Cell], cells: list[tuple[int, str]]) -> Iterator[str]:
    """Run the given cells; yields a line for each that does not hold."""
    for nth, fault in cells:
        cell = make()
        started = time.monotonic()
        try:
            if fault in KILLED:
                with killed(nth, after=fault == KILLED[1]):
                    cell.run()
            else:
                cell.world.proxy.fault(nth=nth, **FAULTS[fault])
                with contextlib.suppress(RegistryError):
                    cell.run()
            spent, sent = time.monotonic() - started, len(cell.world.sent())
            assert spent < SECONDS, f"took {spent:.0f} s"
            assert sent <= REQUESTS, f"sent {sent} requests"
            cell.mend()
        except Exception as error:
            yield f"{cell.operation}, request {nth}, {fault}: {type(error).__name__}: {error}"
        finally:
            cell.world.proxy.clear()
