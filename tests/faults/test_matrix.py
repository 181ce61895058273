"""A seeded sample of the matrix, or all of it with MLREGISTRY_FAULTS=all."""

from __future__ import annotations

import os
import random

import pytest

from faults.matrix import FAULTS, KILLED, Cell, failures, requests_of
from laws.titles import ANY
from laws.worlds import World

SAMPLE = 5
SANDBOX = [name for name in ANY if name.endswith(("box", "om2", "om12"))]


@pytest.mark.parametrize("operation", ["create", "update", "refresh", "destroy"])
@pytest.mark.parametrize("world", SANDBOX, indirect=True)
def test_after_any_fault_at_any_request_the_next_run_mends_it(
    world: World, operation: str, request: pytest.FixtureRequest
) -> None:
    count = requests_of(lambda: Cell(world, operation))
    assert count, "an operation that sends nothing cannot fail"
    cells = [(nth, fault) for nth in range(1, count + 1) for fault in (*FAULTS, *KILLED)]
    if os.environ.get("MLREGISTRY_FAULTS") != "all":
        cells = random.Random(request.node.name).sample(cells, SAMPLE)
    assert list(failures(lambda: Cell(world, operation), cells)) == []
