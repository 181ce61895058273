"""Many operations in one process against a server that takes so many requests a second from all."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from laws.stacks import Stack
from laws.titles import CORE_ONLY, LONG, law
from laws.worlds import World

READS, AT_ONCE, RATE = 200, 32, 50
BOX = ("entity-nemobox",)
LIMITS: tuple[tuple[str, Mapping[str, int], float], ...] = (
    ("60", {}, 6),
    ("2", {}, 6),
    ("2", {"retry_after": 1}, 7),
    *([("2", {"burst": 1}, 16)] if LONG else []),
)
"""Seconds a call, a limit, and the seconds for all: at least (READS - RATE) / RATE."""


@law(39, 42, on=BOX, doors=CORE_ONLY)
@pytest.mark.parametrize(("timeout", "limit", "seconds"), LIMITS)
def test_a_limit_for_all_requests_is_kept_to_and_no_operation_starves(
    world: World, timeout: str, limit: Mapping[str, int], seconds: float
) -> None:
    stack = Stack(world)
    stack.up({"m": world.declare(world.name())})
    known, run = stack["m"], world.run(timeoutSeconds=timeout)
    ended: list[int] = []
    waited: list[float] = []

    def read(number: int) -> None:
        began = time.monotonic()
        assert run.core.read(known.id, known.outputs).id == known.id
        ended.append(number)
        waited.append(time.monotonic() - began)

    world.sent()
    world.server.fault("limit", "GET", per_second=RATE, **limit)
    started = time.monotonic()
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(read, range(READS)))
    finally:
        world.server.clear()
    spent = time.monotonic() - started
    statuses = [request.status for request in world.proxy.requests]
    refused = statuses.count(429)
    assert statuses.count(200) == READS
    # Those under way when the limit is first met, and then less than one or two a second.
    assert 0 < refused <= AT_ONCE + 2 * spent
    assert spent <= seconds
    assert max(waited) <= seconds / 2
    # Before the limit is met, all are under way at once, and the server answers in its own order.
    late = [place - number for place, number in enumerate(ended) if number >= RATE]
    # Who is refused goes behind those that wait.
    assert max(late) < 2 * AT_ONCE, "those that came later go later"
    assert len(run.log) <= 1, "told once"
