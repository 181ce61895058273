"""A seeded sample of the matrix on the sandbox, or all of it with MLREGISTRY_FAULTS=all."""

from __future__ import annotations

import random

import pytest

from faults import proof
from faults.matrix import Cell, usual
from faults.operations import BY_TITLE, operations
from laws.titles import ANY
from laws.worlds import World

WORLDS = [name for name in ANY if name.endswith(("box", "om2", "om12"))]
WHOLE = [(w, o.title) for w in WORLDS for o in operations(w)]
OPERATIONS, CELLS = 3, 2
"""The sample of each world: so many operations, so many cells of each."""


def sample() -> list[tuple[str, str]]:
    """Some operations of each world: the same in every worker."""
    chosen = random.Random(proof.seed())
    each = {w: [pair for pair in WHOLE if pair[0] == w] for w in WORLDS}
    return [pair for pairs in each.values() for pair in chosen.sample(pairs, OPERATIONS)]


@pytest.mark.parametrize(
    ("world", "title"), WHOLE if proof.whole() else sample(), indirect=["world"]
)
def test_after_any_fault_at_any_request_the_next_run_mends_it(
    world: World, title: str, request: pytest.FixtureRequest
) -> None:
    usually = usual(world, BY_TITLE[title])
    cells = list(usually.cells())
    if not proof.whole():
        random.Random(f"{proof.seed()} {request.node.name}").shuffle(cells)
        cells = cells[:CELLS]
    name = request.node.callspec.params["world"]
    run = [Cell(usually, nth, strike).run() for nth, strike in cells]
    for cell in run:
        proof.note(name, "core", cell)
    assert [proof.line(cell) for cell in run if cell.failed] == []
