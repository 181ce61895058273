"""How the objects of a preview hang together, and where each stands in a picture of that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any, Final

from pulumi_mlregistry.review.model import Item

COLUMNS: Final = (
    ("service", ("openmetadata:MlModelService",)),
    ("model", ("openmetadata:MlModel", "mlflow:RegisteredModel")),
    ("entity", ("nemo:ModelEntity",)),
    ("version", ("mlflow:ModelVersion",)),
)
"""From left to right: what a column is of, and the resources in it."""
MOST: Final = 60
"""How many objects a picture can hold and still be read."""
_REFERENCES: Final[Mapping[str, tuple[tuple[str, str, str], ...]]] = {
    "openmetadata:MlModel": (("service", "openmetadata:MlModelService", "fullyQualifiedName"),),
    "mlflow:ModelVersion": (("name", "mlflow:RegisteredModel", "name"),),
    "nemo:ModelEntity": (
        ("baseModel", "nemo:ModelEntity", "name"),
        ("baseModel", "nemo:ModelEntity", "reference"),
    ),
}
"""Which argument of a resource names another one, by which of its properties."""


@dataclass(frozen=True)
class Node:
    """One object; ``column`` and ``row`` count from 0."""

    number: int
    item: Item
    column: int
    row: int


@dataclass(frozen=True)
class Lineage:
    """The objects and the lines between them, by number; ``left_out`` more are not in it."""

    titles: tuple[str, ...]
    nodes: tuple[Node, ...]
    edges: tuple[tuple[int, int], ...]
    left_out: int


def lineage(items: Sequence[Item]) -> Lineage:
    """The picture of this product's objects among ``items``; empty without any."""
    ours = [(number, item) for number, item in enumerate(items) if item.kind]
    kept = ours[:MOST]
    used = [c for c in COLUMNS if any(item.kind in c[1] for _, item in kept)]
    column_of = {kind: n for n, (_, kinds) in enumerate(used) for kind in kinds}
    edges = _edges(kept)
    by_number = dict(kept)
    nodes: list[Node] = []
    top = 0
    single: Counter[int] = Counter()
    """How many that stand alone are in a column: they share the last band."""
    for family in _families([number for number, _ in kept], edges):
        if len(family) == 1:
            n = column_of[by_number[family[0]].kind]
            nodes.append(Node(family[0], by_number[family[0]], n, top + single[n]))
            single[n] += 1
            continue
        rows: dict[int, int] = {}
        for n in range(len(used)):
            column = [number for number in family if column_of[by_number[number].kind] == n]
            column.sort(key=lambda number: _height(number, edges, rows))
            rows |= {number: row for row, number in enumerate(column)}
            nodes += [Node(number, by_number[number], n, top + rows[number]) for number in column]
        top += max(rows.values()) + 1
    titles = tuple(title for title, _ in used)
    return Lineage(titles, tuple(nodes), tuple(edges), len(ours) - len(kept))


def _families(numbers: Sequence[int], edges: Iterable[tuple[int, int]]) -> list[list[int]]:
    """What hangs together, each in a band of its own: no line then runs through a stranger."""
    family = {number: {number} for number in numbers}
    for a, b in edges:
        if family[a] is not family[b]:
            family[a] |= family[b]
            family.update(dict.fromkeys(family[b], family[a]))
    kept = {id(members): sorted(members) for members in family.values()}
    return sorted(kept.values(), key=lambda members: (-len(members), members))


def _height(number: int, edges: Iterable[tuple[int, int]], rows: Mapping[int, int]) -> float:
    """Beside what it hangs on, so that few lines cross."""
    near = [rows[a] for a, b in edges if b == number and a in rows]
    return mean(near) if near else len(rows)


def _edges(items: Sequence[tuple[int, Item]]) -> list[tuple[int, int]]:
    """Lines from the left to the right: what refers to what, by dependencies and by names."""
    order = {kind: n for n, (_, kinds) in enumerate(COLUMNS) for kind in kinds}
    by_urn = {item.urn: number for number, item in items}
    kinds = dict(items)
    found = {(by_urn[urn], n) for n, item in items for urn in item.needs if urn in by_urn}
    for number, item in items:
        for argument, kind, named in _REFERENCES.get(item.kind, ()):
            wanted = item.values.get(argument)
            found |= {
                (other, number)
                for other, candidate in items
                if candidate.kind == kind and _is(candidate.values.get(named), wanted)
            }
    placed = [(a, b) if order[kinds[a].kind] <= order[kinds[b].kind] else (b, a) for a, b in found]
    return sorted({(a, b) for a, b in placed if a != b})


def _is(left: Any, right: Any) -> bool:
    return isinstance(left, str) and left == right
