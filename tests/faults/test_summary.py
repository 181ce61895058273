"""The tables that are made of the matrix's cells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from faults.summary import records, summary


def cell(world: str, operation: str, fault: str, **more: Any) -> dict[str, Any]:
    known = {"world": world, "operation": operation, "fault": fault, "door": "core"}
    known |= {"request": 1, "sent": "POST models", "held": True, "failed": "", "asked": False}
    return known | {"requests": 3, "seconds": 0.5} | more


def test_cells_are_counted_by_operation_and_resource_and_by_fault_and_place() -> None:
    text = summary(
        [
            cell("entity-nemobox", "create", "401"),
            cell("entity-nemo", "create", "403"),
            cell("entity-nemobox", "create", "403", held=False, failed="a\n second  object"),
            cell("version-oraclebox", "destroy", "401", requests=9, seconds=2.25, asked=True),
        ]
    )
    assert "**3** of 4 cells hold." in text
    assert "| operation | ModelEntity | ModelVersion |" in text
    assert "| create | **2** of 3 |  |" in text
    assert "| destroy |  | 1 |" in text
    assert "| fault | core, real | core, sandbox |" in text
    assert "| 403 | 1 | **0** of 1 |" in text
    assert "| **all** | 1 | **2** of 3 |" in text
    assert "In 1 of them" in text
    assert "at most 9 requests and took at most 2.2 s" in text
    assert "- entity-nemobox · core · create · 1 · POST models · 403 · a second object" in text


def test_the_files_of_all_workers_are_read(tmp_path: Path) -> None:
    for worker in ("gw0", "gw1"):
        line = json.dumps(cell("entity-nemobox", "create", worker))
        (tmp_path / f"faults-{worker}.jsonl").write_text(f"{line}\n{line}\n")
    assert len(records(tmp_path)) == 4
    assert summary(records(tmp_path)).startswith("4 cells hold.")


def test_a_run_without_cells_says_so() -> None:
    assert summary([]) == "No cell was run.\n"
