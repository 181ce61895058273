"""docs/benchmarks.md and its plot, from whatever the parts have left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks import plot, summary, table
from benchmarks.cycles import OPERATIONS
from benchmarks.parts import PARTS
from benchmarks.results import Results

Line = Mapping[str, Any]
_PLOTTED: Final = ("create", "no-op up", "refresh")
_SHOWN: Final[Sequence[tuple[str, str, table.Cell]]] = (
    ("Seconds", "Wall time of each command.", table.seconds("seconds")),
    (
        "Processor time of the provider",
        "Seconds, its start and imports among them.",
        table.seconds("cpu"),
    ),
    (
        "Processor time of the program",
        "Seconds in Pulumi's SDK and the resource classes, in a process of their own.",
        table.seconds("program"),
    ),
    ("Requests", "`list` is a page of a collection, `GET` one object.", table.requests),
)
_SIZES: Final = (
    "Bytes a model of the state in the file backend and as exported; the provider's resident "
    "memory at its highest."
)
_LOAD: Final = (
    "What one stack asks of the registry: requests a second, the most requests and the most open "
    "connections at once."
)
_HEAD: Final = (
    "# Benchmarks\n\n"
    "What `./scripts/bench` measured and wrote; how to read it: "
    "[benchmarks/README.md](../benchmarks/README.md). `floor` is a provider that does nothing, "
    "`shaped` the same for resources that declare the product's outputs, "
    "`naive` one that opens a connection and sends a request an object; `local` is the local "
    "engine, `pulumi` Pulumi's own. An OpenMetadata model has five features."
)


def write(results: Results, folder: Path) -> Iterator[Path]:
    """Write both files; their paths as they are done."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = results.lines()
    lives = [line for line in lines if "operation" in line]
    document = folder / "benchmarks.md"
    document.write_text("\n\n".join(_sections(results, lines, lives)) + "\n", encoding="utf-8")
    yield document
    if panels := _panels(lives):
        drawing = folder / "benchmarks.svg"
        drawn = plot.chart("Seconds by number of objects", panels, "s", "objects")
        drawing.write_text(drawn, encoding="utf-8")
        yield drawing


def _sections(results: Results, lines: Sequence[Line], lives: Sequence[Line]) -> Iterator[str]:
    outcomes = results.outcomes()
    yield _HEAD
    titles = {part.name: part.title for part in PARTS}
    rows = [(f"`{n}`", titles[n], f"{o['date']}, {o['commit']}") for n, o in outcomes.items()]
    yield table.grid(("part", "what", "run"), rows)
    for outcome in list(outcomes.values())[-1:]:
        yield ", ".join(f"{key} {value}" for key, value in outcome["versions"].items())
    if glance := summary.rows(lines):
        yield "## At a glance"
        yield table.grid(("what", "measured"), glance)
    if lives:
        yield from _of_lives(lives)
    if imports := [line for line in lines if "imported" in line]:
        yield "## Imports"
        yield "Processor time of a fresh interpreter, ms; the last column is what is on top."
        rows = [(x["imported"], f"{x['ms']:.0f}", f"{x['over']:.0f}") for x in imports]
        yield table.grid(("imported", "in all", "over Pulumi's SDK"), rows)
    if calls := [line for line in lines if "call" in line]:
        yield "## Calls"
        yield "Processor time of the provider a call, ms; memory of its process afterwards."
        yield table.grid(("door", "provider", "objects", "call", "ms", "memory"), map(_call, calls))


def _call(line: Line) -> tuple[str, ...]:
    memory = table.megabytes(line["memory"]) if "memory" in line else ""
    ms = f"{line['ms']:.2f}" if "ms" in line else ""
    return line["door"], line["provider"], f"{line['count']:,}", line["call"], ms, memory


def _of_lives(lives: Sequence[Line]) -> Iterator[str]:
    for title, text, cell in _SHOWN:
        yield f"## {title}"
        yield text
        if title == "Seconds" and _panels(lives):
            yield "![Seconds by number of objects](benchmarks.svg)"
        yield table.by_operation(lives, OPERATIONS, cell)
    yield "## State and memory"
    yield _SIZES
    yield table.grid((*table.HEAD, "file", "export", "memory"), summary.sizes(lives))
    yield "## Load"
    yield _LOAD
    load = (*table.HEAD, "operation", "a second", "at once", "connections")
    yield table.grid(load, summary.loads(lives))


def _panels(lives: Sequence[Line]) -> dict[str, dict[str, list[tuple[float, float]]]]:
    """A panel an operation and place, where there are several numbers to connect."""
    usual = [
        line
        for line in lives
        if not line["latency"]
        and not line["parallel"]
        and line["objects"] == "openmetadata"
        and not (line["engine"] == "pulumi" and line["checkpoints"] and line["count"] > 100)
    ]
    panels: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for (engine, door, operation, provider, count), found in table.grouped(
        usual, ("engine", "door", "operation", "provider", "count")
    ).items():
        if operation in _PLOTTED and count <= 1000:
            panel = panels.setdefault(f"{operation}: {engine}, {door}", {})
            panel.setdefault(provider, []).append((count, table.middle(found, "seconds")))
    return {
        name: series
        for name, series in panels.items()
        if any(len(points) > 1 for points in series.values())
    }
