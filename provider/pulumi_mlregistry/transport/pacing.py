"""Whose turn it is: all calls to one server go through one gate, and slow down together."""

from __future__ import annotations

import bisect
import itertools
import math
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from pulumi_mlregistry import patience
from pulumi_mlregistry.transport.answer import TOO_MANY, Answer

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 8.0
TELL_AFTER = 3.0
"""Seconds of waiting after which the user is told."""
_SPELL = 60.0
"""Seconds after which a server that asks to slow down is news again."""
_FIRST_GAP, _LONGEST_GAP, _NO_GAP = 0.01, 1.0, 0.001
"""Seconds between two requests: before the server's own rate is known, at most, and none."""
_HALVING = 3.0
"""Seconds in which the gap halves, to find out whether the server takes more again."""


def backoff(tries: int) -> float:
    """Seconds before the next try: they double, and differ from one caller to another."""
    step: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (tries - 1))
    return step * random.uniform(0.5, 1)


@dataclass(eq=False)
class Turn:
    """A call's place in the order, which it keeps when it tries again without being refused."""

    number: int
    began: float
    went: float = -math.inf
    inside: bool = False
    called: threading.Event = field(default_factory=threading.Event)


class Gate:
    """Lets calls through in the order in which they came; safe for threads.

    At most ``most`` are inside at a time, and fewer after the server has asked to slow down. Then
    nobody goes for as long as it asks, and afterwards one after the other with a gap: what a server
    answered between two such requests is the rate that it allows.
    """

    def __init__(self, most: int, timeout: float, tell: Callable[[str], None]) -> None:
        self._most, self._timeout, self._tell = most, timeout, tell
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._queue: list[Turn] = []
        self._inside, self._room = 0, float(most)
        self._opens = self._slowed = self._served = self._spell = -math.inf
        self._gap = self._reopened = 0.0
        self._refusals = self._answers = 0
        self._told = False
        self.refusal: Answer | None = None
        """What the server last said where it has answered nobody since."""

    def turn(self) -> Turn:
        """The place of a call that begins now."""
        return Turn(next(self._numbers), time.monotonic())

    def again(self, turn: Turn) -> Turn:
        """The place of a call that was refused: behind all others, of whom some may get through.

        A server may refuse one kind of request alone; at the front it would hold up the others.
        """
        return replace(turn, number=next(self._numbers), inside=False, called=threading.Event())

    def enter(self, turn: Turn) -> bool:
        """Wait until it is a call's turn; False where it is to give up.

        That is where nobody was answered for the call's whole time, and where the operation ends.
        """
        with self._lock:
            bisect.insort(self._queue, turn, key=lambda each: each.number)
        while True:
            with self._lock:
                now = time.monotonic()
                if not turn.inside and self._queue[0] is turn:
                    self._let_in(now)
                if turn.inside:
                    return True
                turn.called.clear()
                wait = self._wait(turn, now)
                if wait is None:
                    self._queue.remove(turn)
                    self._let_in(now)
                    return False
            patience.wait(turn.called, wait)

    def leave(self, turn: Turn, answer: Answer | None) -> None:
        """A call is through, with an answer or none: the next one's turn."""
        line = ""
        with self._lock:
            now = time.monotonic()
            turn.inside = False
            self._inside -= 1
            if answer is not None and answer.later is not None:
                line = self._slow_down(turn, answer, answer.later, now)
            elif answer is not None and answer.status < 500:
                self._speed_up(turn, now)
            self._let_in(now)
        if line:
            self._tell(line)

    def _let_in(self, now: float) -> None:
        while self._queue and self._inside < int(self._room) and self._opens <= now:
            turn = self._queue.pop(0)
            turn.inside, turn.went = True, now
            self._inside += 1
            turn.called.set()
            if self._gap:
                gap = self._gap * 0.5 ** ((now - self._reopened) / _HALVING)
                self._gap = self._gap if gap > _NO_GAP else 0.0
                self._opens = max(self._opens + gap, now)
        if self._queue and self._opens > now:
            self._queue[0].called.set()  # the first one watches the clock for all

    def _wait(self, turn: Turn, now: float) -> float | None:
        """Seconds for which to wait at most; None where a call has waited for long enough."""
        until = max(turn.began, self._served) + self._timeout
        left, closed = patience.at_most(until - now), self._opens - now
        if patience.over() or left <= 0 or closed > left:
            return None
        return closed if closed > 0 and self._queue[0] is turn else left

    def _speed_up(self, turn: Turn, now: float) -> None:
        self._served, self.refusal = now, None
        self._answers += 1
        self._room = min(self._most, self._room + 1 / self._room)
        if turn.went > self._slowed:
            self._refusals = 0

    def _slow_down(self, turn: Turn, answer: Answer, seconds: float, now: float) -> str:
        """Close for a while; answers what the user is to be told."""
        if seconds > self._timeout:
            return ""  # longer than any call may wait: each one is told so by its own request
        if answer.status == TOO_MANY:
            self.refusal = answer
        if turn.went <= self._slowed:  # sent before it was known
            self._opens = max(self._opens, now + seconds)
            return ""
        if now - self._slowed > _SPELL:
            self._spell, self._told, self._gap = now, False, _FIRST_GAP
        elif self._answers:
            self._gap = min(_LONGEST_GAP, (now - self._slowed) / self._answers)
        self._refusals += 1
        pause = max(backoff(self._refusals), seconds)
        self._slowed, self._answers, self._room = now, 0, max(1.0, self._room / 2)
        self._opens = self._reopened = max(self._opens, now + pause)
        if self._told or now + pause - self._spell <= TELL_AFTER:
            return ""
        self._told = True
        said = f"it asks to slow down (status {answer.status})"
        return f"{said}: a pause of {pause:.1f} s, then fewer requests at a time"
