"""Ownership: which paths a declaration owns, and what a value looks like reduced to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.behaviour import Shape
from pulumi_mlregistry.reconcile.paths import Path
from pulumi_mlregistry.reconcile.table import Column, Table
from pulumi_mlregistry.reconcile.unknown import UNKNOWN


def entries(column: Column, value: Any) -> Iterator[tuple[Path, Any]]:
    """The paths that one field's value owns, each with its part of the value.

    What is unknown as a whole, or an item of a set whose key is, stands at the field's own path.
    """
    here = Path.of(column.name)
    if value is None:
        return
    if value is UNKNOWN or column.behaviour.shape is Shape.VALUE:
        yield here, value
    elif column.behaviour.shape is Shape.MAP:
        for key, item in value.items():
            yield here.child(str(key)), item
    else:
        for item in value:
            key = UNKNOWN if item is UNKNOWN else column.behaviour.key_of(item)
            yield here if key is UNKNOWN else here.child(str(key)), item


def flatten(table: type[Table], values: Mapping[str, Any]) -> dict[Path, Any]:
    """All paths that a set of arguments owns, each with its part of the value."""
    return {
        path: item
        for column in tables.inputs(table)
        for path, item in entries(column, values.get(column.name))
    }


def restrict(
    table: type[Table],
    values: Mapping[str, Any],
    paths: Collection[Path],
    exclusive: Collection[str] = (),
) -> dict[str, Any]:
    """The values reduced to the owned paths; whole fields where they are exclusive."""
    owned: dict[str, set[Path]] = {}
    for path in paths:
        owned.setdefault(path.field, set()).add(path)
    kept: dict[str, Any] = {}
    for column in tables.inputs(table):
        value = values.get(column.name)
        if value is None or not (column.name in owned or column.name in exclusive):
            continue
        if column.name not in exclusive:
            mine = owned[column.name]
            value = rebuild(column, [e for e in entries(column, value) if e[0] in mine])
        if value is not None:
            kept[column.name] = value
    return kept


def unflatten(
    table: type[Table], like: Mapping[str, Any], items: Mapping[Path, Any]
) -> dict[str, Any]:
    """The arguments that `like` has, with the items of `flatten` in their places."""
    found: dict[str, Any] = {}
    for column in tables.inputs(table):
        value = like.get(column.name)
        if value is not None:
            found[column.name] = rebuild(
                column, [(path, items.get(path, item)) for path, item in entries(column, value)]
            )
    return found


def empties(table: type[Table], values: Mapping[str, Any]) -> dict[str, Any]:
    """The collections that are declared empty: they own nothing, and are declared all the same."""
    found = {c.name: values.get(c.name) for c in tables.collections(table)}
    return {name: value for name, value in found.items() if value in ([], {})}


def rebuild(column: Column, parts: list[tuple[Path, Any]], like: Iterable[Path] = ()) -> Any:
    """One field's value from its entries, in the order of `like`; an empty collection stays one."""
    if column.behaviour.shape is not Shape.VALUE:
        place = {path: number for number, path in enumerate(like)}
        parts = sorted(parts, key=lambda part: place.get(part[0], len(place)))
    if column.behaviour.shape is Shape.VALUE:
        return parts[0][1] if parts else None
    if column.behaviour.shape is Shape.MAP:
        return {path[1]: item for path, item in parts}
    return [item for _, item in parts]


def canonical_entry(column: Column, path: Path, item: Any) -> Any:
    """One entry in the form in which it is compared."""
    if item is None or item is UNKNOWN:
        return item
    shape = column.behaviour.shape
    if shape is Shape.VALUE:
        return column.canonical(item)
    if shape is Shape.MAP:
        return column.canonical({path[1]: item}).get(path[1])
    return column.behaviour.item(item)
