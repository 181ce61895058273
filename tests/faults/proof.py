"""What a run of the matrix leaves behind: a line of JSON for each cell."""

from __future__ import annotations

import os
from typing import Any

from faults.matrix import Cell
from support import proof


def whole() -> bool:
    """Whether every cell is to run."""
    return os.environ.get("MLREGISTRY_FAULTS") == "all"


def seed() -> str:
    """Chooses the sample; the same cells for the same seed."""
    return os.environ.get("MLREGISTRY_SEED", "1")


def line(cell: Cell) -> str:
    """A cell that does not hold, as a test's failure shows it."""
    title, sent = cell.usual.operation.title, cell.usual.sent[cell.nth - 1]
    return f"{title}, request {cell.nth} {sent}, {cell.strike.title}: {cell.failed}"


def note(world: str, door: str, cell: Cell) -> None:
    """Add a cell to this worker's file, where a folder for it is given."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    proof.note(f"faults-{worker}.jsonl", **record(world, door, cell))


def record(world: str, door: str, cell: Cell) -> dict[str, Any]:
    """One cell as data."""
    return {
        "world": world,
        "door": door,
        "operation": cell.usual.operation.title,
        "request": cell.nth,
        "sent": cell.usual.sent[cell.nth - 1],
        "fault": cell.strike.title,
        "held": not cell.failed,
        "failed": cell.failed,
        "asked": cell.asked,
        "requests": cell.requests,
        "seconds": round(cell.seconds, 3),
    }
