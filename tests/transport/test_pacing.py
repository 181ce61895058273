"""The gate: how many go at a time, in which order, and how all slow down when a server asks to."""

from __future__ import annotations

import contextlib
import itertools
import queue
import threading
import time
from collections.abc import Callable

import pytest

from pulumi_mlregistry import patience
from pulumi_mlregistry.transport import pacing
from pulumi_mlregistry.transport.answer import Answer
from pulumi_mlregistry.transport.pacing import LONGEST_PAUSE, Gate, Turn

from .conftest import Clock

OK, MISSING = Answer(200, {}, "{}"), Answer(404, {}, "{}")
BUSY = Answer(429, {}, "")
MINUTE = 60.0


def later(seconds: float, status: int = 429) -> Answer:
    """It asks to be asked again in so many seconds."""
    return Answer(status, {"retry-after": f"{seconds:.0f}"}, "")


def gate(
    most: int = 8, timeout: float = MINUTE, tell: Callable[[str], None] = lambda _line: None
) -> Gate:
    return Gate(most, timeout, tell)


def entered(made: Gate) -> Turn:
    turn = made.turn()
    assert made.enter(turn)
    return turn


def answered(made: Gate, *answers: Answer | None) -> None:
    """So many calls, one after the other."""
    for answer in answers:
        made.leave(entered(made), answer)


def fill(made: Gate) -> list[Turn]:
    """As many as get in beside each other."""
    turns = [made.turn()]
    while made.enter(turns[-1]):
        turns.append(made.turn())
    return turns[:-1]


class Waiting:
    """Calls in threads of their own, whose numbers come out as they get in."""

    def __init__(self, made: Gate) -> None:
        self.gate = made
        self.inside: queue.Queue[tuple[int, bool]] = queue.Queue()

    def begin(self, turn: Turn | None = None, cancelled: threading.Event | None = None) -> Turn:
        """Let one wait; answers once it does."""
        turn = turn or self.gate.turn()
        threading.Thread(target=self._enter, args=[turn, cancelled], daemon=True).start()
        end = time.monotonic() + 10
        while turn not in self.gate._queue and time.monotonic() < end:
            time.sleep(0.001)
        assert turn in self.gate._queue
        return turn

    def next(self) -> tuple[int, bool]:
        """Which one goes next, and whether it got in."""
        return self.inside.get(timeout=10)

    def _enter(self, turn: Turn, cancelled: threading.Event | None) -> None:
        with patience.lasting(0, cancelled) if cancelled else contextlib.nullcontext():
            self.inside.put((turn.number, self.gate.enter(turn)))


def test_no_more_go_at_a_time_than_may_and_the_others_in_the_order_in_which_they_came() -> None:
    made = gate(2)
    first = [entered(made), entered(made)]
    waiting = Waiting(made)
    turns = [waiting.begin() for _ in range(5)]
    for leaving, coming in zip([*first, *turns], turns, strict=False):
        assert made._inside == 2
        made.leave(leaving, OK)
        assert waiting.next() == (coming.number, True)


def test_a_call_that_tries_again_goes_before_those_that_came_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pacing, "backoff", lambda _tries: 0.05)
    made = gate(1)
    first = entered(made)
    waiting = Waiting(made)
    second = waiting.begin()
    made.leave(first, BUSY)
    waiting.begin(first)
    assert waiting.next() == (first.number, True)
    made.leave(first, OK)
    assert waiting.next() == (second.number, True)


def test_a_call_that_was_refused_goes_behind_those_that_wait() -> None:
    made = gate(1)
    first = entered(made)
    waiting = Waiting(made)
    second = waiting.begin()
    again = made.again(first)
    made.leave(first, None)
    assert waiting.next() == (second.number, True)
    waiting.begin(again)
    made.leave(second, OK)
    assert waiting.next() == (again.number, True)
    assert again.began == first.began


def test_one_that_gives_up_lets_the_next_one_watch_the_clock() -> None:
    made, cancelled = gate(), threading.Event()
    answered(made, later(1))
    waiting = Waiting(made)
    first = waiting.begin(cancelled=cancelled)
    second = waiting.begin()
    cancelled.set()
    assert waiting.next() == (first.number, False)
    assert waiting.next() == (second.number, True)


@pytest.mark.parametrize("status", [429, 503])
def test_what_one_is_told_holds_for_all(clock: Clock, status: int) -> None:
    made = gate()
    answered(made, later(5, status))
    clock.now += 1
    answered(made, OK)
    assert clock.slept == [4]


@pytest.mark.parametrize("answer", [None, Answer(503, {}, ""), later(0, 503), Answer(500, {}, "")])
def test_a_failure_of_one_request_holds_up_nobody(clock: Clock, answer: Answer | None) -> None:
    made = gate()
    answered(made, answer)
    assert len(fill(made)) == 8
    assert clock.slept == [MINUTE], "the ninth waits in vain"


def test_a_server_that_does_not_say_for_how_long_is_left_alone_longer_each_time(
    clock: Clock,
) -> None:
    made = gate()
    answered(made, *[BUSY] * 10)
    pauses = clock.slept
    assert 0.1 <= pauses[0] <= 0.2
    for nth, pause in enumerate(pauses):
        step = min(LONGEST_PAUSE, 0.2 * 2**nth)
        assert step / 2 - 1e-9 <= pause <= step + 1e-9
    clock.slept.clear()
    answered(made, OK, BUSY)
    clock.slept.clear()
    answered(made, OK)
    assert clock.slept[0] <= 0.2, "an answer makes it short again"


def test_refusals_of_what_was_sent_before_the_first_are_one(clock: Clock) -> None:
    made = gate()
    turns = [entered(made) for _ in range(8)]
    for turn in turns:
        made.leave(turn, BUSY)
    made.leave(entered(made), OK)
    assert len(clock.slept) == 1
    assert clock.slept[0] <= 0.2
    clock.now += MINUTE
    assert len(fill(made)) == 4, "half, and not half of half"


def test_the_longest_of_what_several_are_told_counts(clock: Clock) -> None:
    made = gate()
    turns = [entered(made) for _ in range(3)]
    for turn, seconds in zip(turns, (3, 9, 6), strict=True):
        made.leave(turn, later(seconds))
    entered(made)
    assert clock.slept == [9]


def test_how_many_go_at_a_time_halves_and_grows_again_one_by_one(clock: Clock) -> None:
    made = gate(8)
    answered(made, BUSY, BUSY, BUSY, BUSY)
    seen = []
    for _ in range(16):
        clock.now += MINUTE
        turns = fill(made)
        seen.append(len(turns))
        for turn in turns:
            made.leave(turn, MISSING)
    assert (seen[0], seen[-1]) == (1, 8)
    assert all(after - before in (0, 1) for before, after in itertools.pairwise(seen))


def test_a_wait_longer_than_any_call_may_take_holds_up_nobody(clock: Clock) -> None:
    made = gate(timeout=30)
    answered(made, later(3600), later(31))
    assert len(fill(made)) == 8
    assert clock.slept == [30], "the ninth waits in vain"
    assert made.refusal is None


def test_a_call_gives_up_only_where_nobody_was_answered_in_its_time(clock: Clock) -> None:
    made = gate(timeout=10)
    for answer in (None, Answer(500, {}, ""), MISSING):
        nobody = answer is not MISSING
        others = [entered(made), entered(made)]
        turn = made.turn()
        clock.now += 8
        made.leave(others[0], answer)
        made.leave(others[1], later(5))
        clock.slept.clear()
        assert made.enter(turn) is not nobody
        assert clock.slept == ([] if nobody else [5]), "no wait is begun in vain"
        clock.now += MINUTE


def test_what_the_server_last_said_is_known_until_it_answers_again(clock: Clock) -> None:
    made = gate()
    answered(made, OK, BUSY)
    assert made.refusal is BUSY
    answered(made, OK)
    assert made.refusal is None
    answered(made, later(3, 503))
    assert made.refusal is None, "of a write it would not tell that nothing was sent"


def test_the_time_of_an_operation_ends_a_wait(clock: Clock) -> None:
    made = gate(1)
    entered(made)
    with patience.lasting(3, threading.Event()):
        assert not made.enter(made.turn())
    assert sum(clock.slept) == 3


def test_a_cancelled_operation_waits_no_longer_and_keeps_no_place() -> None:
    made, cancelled = gate(1), threading.Event()
    inside, waiting = entered(made), Waiting(made)
    turn = waiting.begin(cancelled=cancelled)
    cancelled.set()
    assert waiting.next() == (turn.number, False)
    made.leave(inside, OK)
    assert made.enter(made.turn())


class Bucket:
    """A server's limit: so many a second, so many at once."""

    def __init__(self, clock: Clock, rate: float, burst: float) -> None:
        self.clock, self.rate, self.burst = clock, rate, burst
        self.left, self.time = burst, clock.now

    def answer(self) -> Answer:
        now = self.clock.now
        self.left, self.time = min(self.burst, self.left + (now - self.time) * self.rate), now
        if self.left < 1:
            return BUSY
        self.left -= 1
        return OK


@pytest.mark.parametrize(
    ("rate", "burst"), list(itertools.product([2, 5, 20, 50, 200], [1, 5, 100]))
)
def test_the_rate_that_a_server_allows_is_found_and_kept_to(
    clock: Clock, rate: float, burst: float
) -> None:
    made, bucket = gate(64), Bucket(clock, rate, burst)
    refused, served, many = 0, 0, 1000
    while served < many:
        turn = entered(made)
        clock.now += 0.001
        answer = bucket.answer()
        made.leave(turn, answer)
        served += answer is OK
        refused += answer is BUSY
    spent = clock.now - 1000
    assert refused <= spent, "less than once a second, whatever the rate"
    assert spent <= 1.6 * (many - burst) / rate + 5


def test_a_server_that_takes_everything_again_soon_gets_everything(clock: Clock) -> None:
    made = gate()
    answered(made, BUSY, *[OK] * 3, BUSY, OK)
    clock.now += MINUTE
    answered(made, OK)
    clock.slept.clear()
    answered(made, *[OK] * 1000)
    assert clock.slept == []


def test_nobody_waits_where_nobody_is_refused(clock: Clock) -> None:
    made = gate()
    answered(made, *[OK] * 1000)
    assert clock.slept == []


def test_the_user_is_told_once_for_all_and_again_after_a_quiet_minute(clock: Clock) -> None:
    lines: list[str] = []
    made = gate(64, tell=lines.append)
    for _ in range(2):
        turns = [entered(made) for _ in range(32)]
        for turn in turns:
            made.leave(turn, later(7))
        answered(made, OK, later(9), OK, BUSY, OK)
        clock.now += 2 * MINUTE
        answered(made, *[OK] * 500)
    assert lines == 2 * [
        "it asks to slow down (status 429): a pause of 7.0 s, then fewer requests at a time"
    ]


def test_a_short_pause_is_not_worth_a_word(clock: Clock) -> None:
    lines: list[str] = []
    made = gate(tell=lines.append)
    answered(made, BUSY, OK, later(1), OK)
    assert lines == []
    clock.now += 3
    answered(made, BUSY, OK)
    assert len(lines) == 1, "but a server that goes on asking is"
