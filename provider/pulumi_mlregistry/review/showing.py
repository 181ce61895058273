"""Changes as the rows of tables: properties of one value together, the others by their keys."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.behaviour import Shape
from pulumi_mlregistry.reconcile.canonical import plain
from pulumi_mlregistry.reconcile.paths import Path
from pulumi_mlregistry.reconcile.planning import Change
from pulumi_mlregistry.reconcile.redaction import MASK
from pulumi_mlregistry.reconcile.state import secret_fields
from pulumi_mlregistry.reconcile.table import Column, Table
from pulumi_mlregistry.reconcile.unknown import UNKNOWN
from pulumi_mlregistry.review.differing import declared, parts, shown
from pulumi_mlregistry.review.model import Cell, Group, Row, Sort
from pulumi_mlregistry.review.reading import Side
from pulumi_mlregistry.review.values import concealed, is_concealed

_NOTHING = Cell(Sort.ABSENT)
_KEY_ALONE = object()
"""Stands for an entry that is nothing but its key."""
_MOST_LEAVES = 40


def changed(table: type[Table], changes: Iterable[Change]) -> tuple[Group, ...]:
    """What differs, old beside new."""
    singles: list[Row] = []
    keyed: dict[str, list[Row]] = {}
    known = tables.by_name(table)
    for change in changes:
        column = known.get(change.path.field)
        collection = column is not None and column.behaviour.shape is not Shape.VALUE
        if collection and len(change.path) > 1:
            rows = keyed.setdefault(change.path.field, [])
            rows += _keyed(change)
        else:
            singles.append(_row(str(change.path), change, change.old, change.new))
    return _grouped(singles, keyed)


def coming(table: type[Table], side: Side) -> tuple[Group, ...]:
    """What a new object is declared as."""
    singles: list[Row] = []
    keyed: dict[str, list[Row]] = {}
    chosen = secret_fields(side.inputs)
    for column, value in declared(table, side):
        value = shown(column, value, chosen)
        entries = parts(column, value)
        if entries:
            keyed[column.name] = [row for key, item in entries for row in _entry(key, item)]
        else:
            singles += [Row(path, None, _new(leaf)) for path, leaf in _leaves(column, value)]
    return _grouped(singles, keyed)


def _entry(key: str, item: Any) -> list[Row]:
    """A new entry: what is in it, key by key."""
    rest = _without_key(key, item)
    if isinstance(rest, Mapping) and rest:
        return [Row(_inner(key, k), None, _new(v)) for k, v in rest.items()]
    return [Row(key, None, _new(rest))]


def _leaves(column: Column, value: Any) -> list[tuple[str, Any]]:
    """A nested object key by key; as a whole where it has very many."""
    found = list(_walk(Path.of(column.name), value))
    return found if len(found) <= _MOST_LEAVES else [(column.name, value)]


def _walk(path: Path, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _walk(path.child(str(key)), item)
    else:
        yield str(path), value


def _inner(key: str, name: Any) -> str:
    return f"{key} · {name}"


def _grouped(singles: list[Row], keyed: Mapping[str, list[Row]]) -> tuple[Group, ...]:
    groups = [Group("", tuple(singles))] if singles else []
    return (*groups, *(Group(name, tuple(rows)) for name, rows in keyed.items()))


def _keyed(change: Change) -> list[Row]:
    """A changed entry; of objects on both sides, what differs in them."""
    key = change.path[1]
    old, new = change.old, change.new
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)) or change.secret:
        old, new = _without_key(key, old), _without_key(key, new)
        return [_row(key, change, old, new)]
    inside = [k for k in {**old, **new} if old.get(k) != new.get(k)]
    return [_row(_inner(key, k), change, old.get(k), new.get(k)) for k in inside]


def _without_key(key: str, value: Any) -> Any:
    """An entry beside its key: without it, and the bare value where only one is left."""
    if value == key:
        return _KEY_ALONE
    if not isinstance(value, Mapping):
        return value
    rest = {k: v for k, v in value.items() if v != key}
    if len(rest) == len(value) or len(rest) > 1:
        return rest
    return next(iter(rest.values()), _KEY_ALONE)


def _row(name: str, change: Change, old: Any, new: Any) -> Row:
    old, new = concealed(old, new)
    if change.secret:
        old, new = (v if v is None else MASK for v in (old, new))
    before = _NOTHING if old is None else _cell(old, Sort.CONCEALED)
    after = _NOTHING if new is None else _cell(new, Sort.SECRET)
    return Row(name, before, after, change.kind, change.reason)


def _new(value: Any) -> Cell:
    return _cell(value, Sort.CONCEALED)


def _cell(value: Any, secret: Sort) -> Cell:
    if value is UNKNOWN:
        return Cell(Sort.UNKNOWN)
    if is_concealed(value):
        return Cell(secret)
    if value is _KEY_ALONE:
        return Cell(Sort.SET)
    if isinstance(value, str):
        return Cell(Sort.VALUE, value)
    return Cell(Sort.VALUE, json.dumps(plain(_said(value)), ensure_ascii=False, sort_keys=True))


def _said(value: Any) -> Any:
    if value is UNKNOWN:
        return Sort.UNKNOWN.value
    if isinstance(value, Mapping):
        return {k: _said(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_said(v) for v in value]
    return value
