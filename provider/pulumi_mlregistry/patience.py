"""How long one operation may go on: what its caller allows, until the caller cancels it."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Patience:
    """A deadline on the monotonic clock, and whether somebody asked to stop."""

    deadline: float = math.inf
    cancelled: threading.Event = field(default_factory=threading.Event)

    def left(self) -> float:
        """Seconds; none once it is cancelled."""
        return 0.0 if self.cancelled.is_set() else max(0.0, self.deadline - time.monotonic())


_LOOK = 0.1
"""Seconds after which whoever waits for something else sees that the operation was cancelled."""
_current: ContextVar[Patience | None] = ContextVar("patience", default=None)


@contextmanager
def lasting(seconds: float, cancelled: threading.Event) -> Iterator[None]:
    """Everything inside shares this patience; no limit of its own where ``seconds`` is 0."""
    deadline = time.monotonic() + seconds if seconds > 0 else math.inf
    token = _current.set(Patience(deadline, cancelled))
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Everything inside may take so long at most, and no longer than the operation itself."""
    outer = _current.get()
    with lasting(at_most(seconds), threading.Event() if outer is None else outer.cancelled):
        yield


def over() -> str:
    """Why the operation may go on no longer; empty as long as it may."""
    patience = _current.get()
    if patience is None or patience.left() > 0:
        return ""
    if patience.cancelled.is_set():
        return "the run was cancelled"
    return "the time that this operation was given is over"


def seconds(usual: float) -> float:
    """How long to wait for something: as usual, unless the operation was given a time."""
    patience = _current.get()
    if patience is None or math.isinf(patience.deadline):
        return usual
    return patience.left()


def at_most(usual: float) -> float:
    """As usual, and no longer than the operation may go on."""
    return min(usual, seconds(usual))


def sleep(duration: float) -> None:
    """Wait; a cancelled operation waits no longer."""
    patience = _current.get()
    if patience is None:
        time.sleep(duration)
    else:
        patience.cancelled.wait(min(duration, patience.left()))


def wait(event: threading.Event, duration: float) -> None:
    """Wait for an event, and now and then for less: a cancelled operation waits no longer."""
    patience = _current.get()
    event.wait(duration if patience is None else min(duration, patience.left(), _LOOK))
