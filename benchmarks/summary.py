"""The figures that matter most, picked from all lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from benchmarks import table

Line = Mapping[str, Any]
Row = tuple[str, str]
_LATE: Final = (("create", 100, 0.2), ("refresh", 1000, 0.05))


def rows(lines: Sequence[Line]) -> list[Row]:
    """What is known of them."""
    lives = [line for line in lines if "operation" in line and "seconds" in line]
    ours = [line for line in lives if line["provider"] == "product"]
    return [
        *_ratios(lives),
        *_late(ours),
        *_previews(ours),
        *_calls(lines),
        *_memory(lines),
        *_state(ours),
        *_imports(lines),
        *_spread(lives),
    ]


def _place(line: Line) -> str:
    _, objects, _ = table.titles([line[key] for key in table.SCENARIO])
    return f"{objects}; {line['engine']}, {line['door']}"


def _ratios(lives: Sequence[Line]) -> Iterator[Row]:
    """An `up` that changes nothing, over that of the provider that does nothing."""
    usual = [line for line in lives if line["operation"] == "no-op up" and not line["latency"]]
    keys = tuple(key for key in table.SCENARIO if key != "provider")
    for found in table.grouped(usual, keys).values():
        by_provider = table.grouped(found, ("provider",))
        ours = by_provider.get(("product",))
        for name in ("floor", "shaped"):
            if (floor := by_provider.get((name,))) and ours:
                first, second = (table.middle(each, "seconds") for each in (ours, floor))
                told = f"{first / second:.2f} ({first:.1f} s and {second:.1f} s)"
                yield f"no-op up, times the {name}'s: {_place(ours[0])}", told


def _late(ours: Sequence[Line]) -> Iterator[Row]:
    for operation, count, latency in _LATE:
        wanted = (operation, count, latency)
        for found in table.grouped(
            (x for x in ours if (x["operation"], x["count"], x["latency"]) == wanted),
            table.SCENARIO,
        ).values():
            told = f"{table.middle(found, 'seconds'):.1f} s, {table.requests(found)}"
            yield f"{operation}: {_place(found[0])}", told


def _previews(ours: Sequence[Line]) -> Iterator[Row]:
    new = [x for x in ours if x["operation"] == "preview (new)" and not x["latency"]]
    for found in table.grouped((x for x in new if x["count"] == 1000), table.SCENARIO).values():
        yield f"requests of a preview of all new: {_place(found[0])}", table.requests(found)


def _calls(lines: Sequence[Line]) -> Iterator[Row]:
    for line in lines:
        if line.get("call", "").endswith("(unchanged)") and line["provider"] == "product":
            yield f"processor time, {line['call']}: {_served(line)}", _ms(line)


def _memory(lines: Sequence[Line]) -> Iterator[Row]:
    for line in lines:
        if line.get("call") == "read" and line["provider"] == "product" and "peak" in line:
            yield f"memory of the provider: {_served(line)}", table.megabytes(line["peak"])


def _served(line: Line) -> str:
    return f"{line['door']}, {line['count']:,} objects"


def _state(ours: Sequence[Line]) -> Iterator[Row]:
    created = [line for line in ours if line["operation"] == "create" and not line["latency"]]
    for found in table.grouped(created, ("engine", "door", "objects")).values():
        line = max(found, key=lambda each: each["count"])
        size = f"{line['state'] // line['count']:,} bytes"
        yield f"state of a model in the backend: {_place(line)}", size


def _ms(line: Line) -> str:
    return f"{line['ms']:.2f} ms" if "ms" in line else "not known"


def _imports(lines: Sequence[Line]) -> Iterator[Row]:
    for line in lines:
        if line.get("over"):
            yield f"import over Pulumi's SDK: {line['imported']}", f"{line['over']:.0f} ms"


def _spread(lives: Sequence[Line]) -> Iterator[Row]:
    """How far apart the rounds of one thing were: what smaller differences mean nothing."""
    apart = []
    for found in table.grouped(lives, (*table.SCENARIO, "operation")).values():
        taken = [line["seconds"] for line in found]
        if len(taken) > 1:
            apart.append((max(taken) - min(taken)) / table.middle(found, "seconds"))
    if apart:
        apart.sort()
        told = f"{apart[len(apart) // 2]:.0%} in the median, {apart[-1]:.0%} at most"
        yield "noise: rounds of the same thing apart by", told


def sizes(lives: Sequence[Line]) -> Iterator[Sequence[str]]:
    """Of each scenario, bytes a model in the state, and memory."""
    groups = table.grouped(lives, table.SCENARIO)
    for scenario in sorted(groups, key=table.place):
        found = groups[scenario]
        count = found[0]["count"]
        files = [line["state"] for line in found if line["operation"] == "create"]
        exports = [line["bytes"] for line in found if line["operation"] == "export"]
        peaks = [line["peak"] for line in found if "peak" in line]
        yield (
            *table.titles(scenario),
            f"{files[-1] // count}" if files else "",
            f"{exports[-1] // count}" if exports else "",
            table.megabytes(max(peaks)) if peaks else "",
        )


def loads(lives: Sequence[Line]) -> Iterator[Sequence[str]]:
    """Of each scenario, the operations that ask most."""
    groups = table.grouped(lives, table.SCENARIO)
    for scenario in sorted(groups, key=table.place):
        for name in ("create", "refresh"):
            found = [line for line in groups[scenario] if line["operation"] == name]
            if found and found[-1]["requests"]:
                last = found[-1]
                figures = (f"{last['rate']:.0f}", last["at_once"], last["connections_at_once"])
                yield (*table.titles(scenario), name, *map(str, figures))
