"""Live values in the words of the declaration, and back: by name or id, masked, with defaults."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.behaviour import Shape
from pulumi_mlregistry.reconcile.protocol import Live
from pulumi_mlregistry.reconcile.table import Column, Table


def spelled(
    table: type[Table], live: Live, known: Mapping[str, Any], declared: Mapping[str, Any]
) -> Live:
    """The same object as the state (`known`) or the program says it; keeps what was answered.

    What a mask hides is believed to be what `known` has: give what was just written, or nothing.
    """
    source = live.answered or live.values
    answered, values = dict(source), dict(source)
    for column in tables.inputs(table):
        value = source.get(column.name)
        if value is None:
            continue
        kept, said = _spelled(column, value, known.get(column.name), declared.get(column.name))
        answered[column.name], values[column.name] = kept, said
    return dataclasses.replace(live, values=_present(values), answered=answered)


def _spelled(column: Column, value: Any, known: Any, declared: Any) -> tuple[Any, Any]:
    """What was answered, without the items that are not the object's own; and how it is said."""
    spell = column.behaviour.spell
    if column.behaviour.shape is Shape.VALUE:
        return value, spell(value, known, declared)
    if column.behaviour.shape is Shape.MAP:
        was, said = (v if isinstance(v, Mapping) else {} for v in (known, declared))
        return value, {k: spell(v, was.get(k), said.get(k)) for k, v in value.items()}
    pairs = [(item, spell(item, known, declared)) for item in value]
    own = [(item, said) for item, said in pairs if said is not None]
    return [item for item, _ in own], [said for _, said in own]


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
