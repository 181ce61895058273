"""What the matrix has proved, as tables: cells held by operation and resource, and by fault.

``python -m faults.summary FOLDER``, from ``tests/``, prints them for the lines of JSON that runs
with ``MLREGISTRY_PROOF=FOLDER`` have left there.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

Record = Mapping[str, Any]

_RESOURCES: Final = {
    "mlservice": "MlModelService",
    "mlmodel": "MlModel",
    "entity": "ModelEntity",
    "model": "RegisteredModel",
    "version": "ModelVersion",
}


def records(folder: Path) -> list[Record]:
    """All cells of all workers."""
    files = sorted(folder.glob("faults-*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def summary(cells: Iterable[Record]) -> str:
    """Markdown: the sum, then the three tables, then what does not hold."""
    run = list(cells)
    if not run:
        return "No cell was run.\n"
    lines = [f"{_share(run)} cells hold."]
    resources = [r for r in _RESOURCES.values() if any(_resource(c) == r for c in run)]
    lines += ["", *_table(run, "operation", resources, _resource)]
    doors = sorted({_place(c) for c in run})
    lines += ["", *_table(run, "fault", doors, _place)]
    lines += [*_needs(run), *_failures(run)]
    return "\n".join(lines) + "\n"


def _table(
    run: list[Record], rows: str, columns: list[str], column: Callable[[Record], str]
) -> list[str]:
    """Held of run, by a key of the cells and by what ``column`` says of them."""
    lines = [f"| {rows} | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for name in dict.fromkeys(str(c[rows]) for c in run):
        mine = [c for c in run if c[rows] == name]
        each = [_share([c for c in mine if column(c) == title]) for title in columns]
        lines.append(f"| {name} | {' | '.join(each)} |")
    each = [_share([c for c in run if column(c) == title]) for title in columns]
    return [*lines, f"| **all** | {' | '.join(each)} |"]


def _share(cells: list[Record]) -> str:
    held = sum(bool(c["held"]) for c in cells)
    if not cells:
        return ""
    return str(held) if held == len(cells) else f"**{held}** of {len(cells)}"


def _resource(cell: Record) -> str:
    return _RESOURCES[str(cell["world"]).partition("-")[0]]


def _place(cell: Record) -> str:
    """The door, and whether the server is a real one."""
    target = str(cell["world"]).partition("-")[2]
    return f"{cell['door']}, {'sandbox' if target.endswith(('box', 'om2', 'om12')) else 'real'}"


def _needs(run: list[Record]) -> list[str]:
    """How often a program had to say that an object is its own, and the costliest runs."""
    asked = sum(bool(c.get("asked")) for c in run)
    requests = max(int(c["requests"]) for c in run)
    seconds = max(float(c["seconds"]) for c in run)
    asking = f'In {asked} of them the next run needed `on_conflict="adopt"`.'
    costs = f"A run with a fault sent at most {requests} requests and took at most {seconds:.1f} s."
    return ["", f"{asking} {costs}"]


def _failures(run: list[Record]) -> list[str]:
    """The cells that do not hold, one line each."""
    failed = [c for c in run if not c["held"]]
    keys = ("world", "door", "operation", "request", "sent", "fault", "failed")
    lines = [" · ".join(" ".join(str(c[k]).split()) for k in keys) for c in failed]
    return ["", "Not held:", "", *(f"- {line}" for line in lines)] if lines else []


if __name__ == "__main__":
    print(summary(records(Path(sys.argv[1]))), end="")
