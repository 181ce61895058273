"""A plan as the engine shows it: a change at each property's path, lists by index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pulumi.runtime.proto import provider_pb2

from pulumi_mlregistry.reconcile import owned
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.behaviour import Shape
from pulumi_mlregistry.reconcile.foretelling import lasting
from pulumi_mlregistry.reconcile.paths import Path, property_path
from pulumi_mlregistry.reconcile.planning import Change, Diff, Kind
from pulumi_mlregistry.reconcile.table import Column, Table

_Kinds = provider_pb2.PropertyDiff
_ADD: Final = (_Kinds.ADD, _Kinds.ADD_REPLACE)
_DELETE: Final = (_Kinds.DELETE, _Kinds.DELETE_REPLACE)
_UPDATE: Final = (_Kinds.UPDATE, _Kinds.UPDATE_REPLACE)


def _quoted(key: str) -> str:
    """A key as the engine reads it: everything but a quote stands for itself."""
    escaped = key.replace('"', '\\"')
    return f'"{escaped}"'


def response(
    table: type[Table], found: Diff, old: Mapping[str, Any], new: Mapping[str, Any]
) -> provider_pb2.DiffResponse:
    """What the engine needs of a plan, each change at its own path."""
    detailed: dict[str, provider_pb2.PropertyDiff] = {}
    for change in found.changes:
        kinds = _ADD if change.old is None else _DELETE if change.new is None else _UPDATE
        for place in _places(table, change, old, new):
            # One item goes and another comes at the same index.
            kinds = _UPDATE if place in detailed else kinds
            kind = kinds[change.kind is Kind.REPLACE]
            detailed[place] = provider_pb2.PropertyDiff(kind=kind)
    for name in found.policies:
        pair = _ADD if old.get(name) is None else _DELETE if new.get(name) is None else _UPDATE
        detailed[name] = provider_pb2.PropertyDiff(kind=pair[0], inputDiff=True)
    some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
    return provider_pb2.DiffResponse(
        changes=some if found.any else none,
        replaces=found.replaces,
        # Also where the program forces a replacement: under one name there is one object.
        deleteBeforeReplace=found.delete_before_replace,
        diffs=sorted({*(c.path.field for c in found.changes), *found.policies}),
        detailedDiff=detailed,
        hasDetailedDiff=True,
        stables=[] if found.replaces else [c.name for c in tables.outputs(table) if lasting(c)],
    )


def _places(
    table: type[Table], change: Change, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[str]:
    """Where a change is shown: in an item of a list, at the keys that differ."""
    column = tables.column(table, change.path.field)
    parts: list[str | int] = [*change.path[1:]]
    if column.behaviour.shape is not Shape.SET or not parts:
        yield property_path(column.name, parts, _quoted)
        return
    value = new.get(column.name) if change.new is not None else old.get(column.name)
    parts[0] = _index(column, change.path, value)
    before, after = change.old, change.new
    differ: list[str] = []
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        differ = [k for k in {**before, **after} if before.get(k) != after.get(k)]
    for inside in [[key] for key in differ] or [[]]:
        yield property_path(column.name, [*parts, *inside], _quoted)


def _index(column: Column, path: Path, value: Any) -> int:
    """Where the item with a path's key stands in a list."""
    key = Path(path[:2])
    places = (p for p, _ in owned.entries(column, value))
    return next((number for number, p in enumerate(places) if p == key), 0)
