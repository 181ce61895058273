"""Time that passes only as a test says, and a client that is answered as a test says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import httpx
import pytest

from pulumi_mlregistry import patience
from pulumi_mlregistry.transport import answer, http, pacing
from pulumi_mlregistry.transport.http import Http, Options

Reply = httpx.Response | Exception


class Clock:
    """Time that passes only by sleeping, and by requests that take some."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now + 1_700_000_000

    def sleep(self, seconds: float) -> None:
        if seconds:
            self.slept.append(seconds)
            self.now += seconds

    def wait(self, event: threading.Event, seconds: float) -> None:
        """Nothing else runs that could set it meanwhile."""
        if not event.is_set():
            self.sleep(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    for module in (http, pacing, answer, patience):
        monkeypatch.setattr(module, "time", made)
    monkeypatch.setattr(patience, "wait", made.wait)
    return made


Asked = Callable[..., tuple[Http, list[httpx.Request]]]


@pytest.fixture
def server(clock: Clock) -> Iterator[Asked]:
    """A client whose answers are given beforehand; the last one repeats."""
    made: list[Http] = []

    def start(
        *replies: Reply,
        timeout: float = 60,
        takes: float = 0,
        connections: int = 64,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> tuple[Http, list[httpx.Request]]:
        seen: list[httpx.Request] = []
        left = list(replies)

        def replied(request: httpx.Request) -> httpx.Response:
            seen.append(request)
            clock.now += takes
            meanwhile()
            reply = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(reply, Exception):
                raise reply
            return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)

        options = Options(timeout=timeout, max_connections=connections)
        client = Http("https://host/base/", options=options)
        client._client = httpx.Client(transport=httpx.MockTransport(replied))
        made.append(client)
        return client, seen

    yield start
    for client in made:
        client.close()
