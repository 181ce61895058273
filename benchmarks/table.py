"""Lines of JSON as Markdown tables: medians of the rounds, a row for each scenario."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median
from typing import Any, Final

Line = Mapping[str, Any]
Cell = Callable[[Sequence[Line]], str]
SCENARIO: Final = (
    "engine", "door", "objects", "latency", "count", "checkpoints", "parallel", "provider",
)  # fmt: skip
"""What tells one stack's life from another."""
HEAD: Final = ("engine, door", "objects", "provider")
"""The columns that say so."""
_ORDER: Final = {"floor": 0, "shaped": 1, "naive": 2, "product": 3}


def grid(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table, numbers to the right where a column has only such."""
    shown = [[str(cell) for cell in row] for row in rows]
    right = [all(_is_number(row[n]) for row in shown) for n in range(len(head))]
    marks = ["---:" if each else "---" for each in right]
    return "\n".join(f"| {' | '.join(row)} |" for row in [list(head), marks, *shown])


def _is_number(text: str) -> bool:
    return not text or text.removeprefix("-")[:1].isdigit()


def grouped(lines: Iterable[Line], keys: Sequence[str]) -> dict[tuple[Any, ...], list[Line]]:
    """Lines by the values of some keys."""
    groups: dict[tuple[Any, ...], list[Line]] = defaultdict(list)
    for line in lines:
        groups[tuple(line[key] for key in keys)].append(line)
    return groups


def by_operation(lines: Sequence[Line], operations: Sequence[str], cell: Cell) -> str:
    """A row for each scenario, a column for each operation."""
    rows = []
    groups = grouped((line for line in lines if line["operation"] in operations), SCENARIO)
    for scenario in sorted(groups, key=place):
        by_name = grouped(groups[scenario], ("operation",))
        cells = [cell(by_name[(each,)]) if (each,) in by_name else "" for each in operations]
        rows.append((*titles(scenario), *cells))
    return grid((*HEAD, *operations), rows)


def titles(scenario: Sequence[Any]) -> tuple[str, str, str]:
    """A scenario in three cells."""
    found = dict(zip(SCENARIO, scenario, strict=True))
    objects = f"{found['count']:,}"
    if found["objects"] != "openmetadata":
        objects += f" of {found['objects']}"
    if found["latency"]:
        objects += f" at {found['latency'] * 1000:.0f} ms"
    if found["parallel"]:
        objects += f", `--parallel {found['parallel']}`"
    if not found["checkpoints"]:
        objects += ", no checkpoints"
    return f"{found['engine']}, {found['door']}", objects, found["provider"]


def place(scenario: Sequence[Any]) -> tuple[Any, ...]:
    """Where a scenario's row stands: providers that did the same stand together."""
    *same, provider = scenario
    return (*same, _ORDER[provider])


def middle(lines: Sequence[Line], key: str) -> float:
    """The median of the rounds."""
    return float(median(line[key] for line in lines if key in line))


def seconds(key: str) -> Cell:
    """Seconds of a kind."""
    return lambda lines: f"{middle(lines, key):.2f}" if any(key in x for x in lines) else ""


def requests(lines: Sequence[Line]) -> str:
    """Requests by kind, of the last round."""
    kinds = lines[-1]["requests"]
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "0"


def megabytes(size: float) -> str:
    """A size of memory."""
    return f"{size / 2**20:.0f} MB"
