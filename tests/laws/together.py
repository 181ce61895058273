"""Two at once on one object: one is held before a request while the other runs, for each request.

What a program sends is counted beforehand, so that every place at which another can come in between
is visited and none is chosen by hand. Through the core only: the dynamic door plays its process by
changing this one's, which two at once cannot.
"""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from laws.stacks import Stack
from laws.worlds import World
from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.reconcile.errors import RegistryError

EVERYTHING = os.environ.get("MLREGISTRY_RACES") == "all"
"""Whether the other is held in turn, before each of its own requests."""
_PATIENT = {"timeoutSeconds": "60"}
"""A request of ours is held for as long as they take."""
_SECONDS = 120.0
"""After which a wait is a deadlock."""


@dataclass
class Pair(ABC):
    """Two that meet at one object; a new pair for each meeting."""

    world: World
    ours: Stack = field(init=False)
    theirs: Stack = field(init=False)
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.ours, self.theirs = (Stack(self.world, keys=_PATIENT) for _ in range(2))
        self.name = self.world.name()
        self.prepare()

    def prepare(self) -> None:  # noqa: B027
        """What is there before they meet."""

    @abstractmethod
    def we(self) -> object:
        """What the one does who is held."""

    @abstractmethod
    def they(self) -> object:
        """What the other does meanwhile."""


def goes(world: World) -> dict[str, str]:
    """Says that an object goes with its stack also where that has imported it."""
    return {"deletePolicy": KINDS[world.kind].table.default_delete}


@dataclass
class Shared(Pair):
    """Both declare one object, in stacks of their own: the other has imported it."""

    more: ClassVar[dict[str, Any]] = {}

    def prepare(self) -> None:
        self.declared = {**goes(self.world), **self.world.declare(self.name, **self.more)}
        self.ours.up({"ours": self.declared})
        self.id = self.ours["ours"].id
        self.theirs.take("theirs", self.id)
        self.theirs.up({"theirs": self.declared})

    def ours_says(self, **more: Any) -> object:
        """An update of ours."""
        return self.ours.up({"ours": {**self.declared, **more}})

    def theirs_says(self, **more: Any) -> object:
        """An update of theirs."""
        return self.theirs.up({"theirs": {**self.declared, **more}})


P = TypeVar("P", bound=Pair)


@dataclass
class Meeting(Generic[P]):
    """One meeting: who was told what, and before which request of ours they came in."""

    pair: P
    at: str
    last: bool
    """Whether that was the last request of ours."""
    held: bool
    """Whether they were held in turn, and ended after us."""
    our_error: RegistryError | None
    their_error: RegistryError | None

    @property
    def errors(self) -> dict[str, RegistryError | None]:
        """What each was told, by the name of its stack and of its resource."""
        return {"ours": self.our_error, "theirs": self.their_error}

    @property
    def before_a_write(self) -> bool:
        """Whether they came in when all was read and something not yet written."""
        return not self.at.startswith("GET")


def meetings(world: World, make: Callable[[World], P]) -> Iterator[Meeting[P]]:
    """They run wholly before the first request of ours, before the second, and so on."""
    sent = _counted(world, make(world).we)
    assert sent, "nothing was sent at which another could come in"
    theirs = len(_counted(world, make(world).they)) if EVERYTHING else 0
    for number, at in enumerate(sent, start=1):
        for until in (None, *range(1, theirs + 1)):
            yield _meet(make(world), (number, at, number == len(sent)), until)


def _counted(world: World, run: Callable[[], object]) -> list[str]:
    world.sent()
    attempt(run)
    return world.sent()


def attempt(run: Callable[[], object]) -> RegistryError | None:
    """What it was told, where it was refused; all other errors are the product's faults."""
    try:
        run()
    except RegistryError as error:
        return error
    return None


def _meet(pair: P, place: tuple[int, str, bool], until: int | None) -> Meeting[P]:
    """``until``: the request of theirs before which they wait for our end."""
    number, at, last = place
    proxy = pair.world.proxy
    proxy.clear()
    arrived, ended = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        running: list[Future[RegistryError | None]] = []

        def come_in(_request: object) -> None:
            running.append(pool.submit(attempt, pair.they))
            running[0].add_done_callback(lambda _done: arrived.set())
            arrived.wait(_SECONDS)

        def wait(_request: object) -> None:
            arrived.set()
            if not running[0].done():  # they may have had less to send, and this be ours
                ended.wait(_SECONDS)

        proxy.fault(kind="pass", nth=number, before=come_in)
        if until is not None:
            proxy.fault(kind="pass", nth=number + until, before=wait)
        our_error = attempt(pair.we)
        held = bool(running) and not running[0].done()
        ended.set()
        assert running, f"request {number} of ours, {at}, was not sent"
        their_error = running[0].result(_SECONDS)
    proxy.clear()
    return Meeting(pair, at, last, held, our_error, their_error)


def at_once(*runs: Callable[[], object]) -> list[RegistryError | None]:
    """All at the same moment, each in a thread of its own; what each was told."""
    gate = threading.Barrier(len(runs))

    def run(one: Callable[[], object]) -> RegistryError | None:
        gate.wait(_SECONDS)
        return attempt(one)

    with ThreadPoolExecutor(len(runs)) as pool:
        return [done.result(_SECONDS) for done in [pool.submit(run, one) for one in runs]]
