"""Notes of what this program declares, for its providers: see `declarations`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import pulumi

from pulumi_mlregistry.declarations import Notes, note_of
from pulumi_mlregistry.dynamic.values import is_plain
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.table import Table

_of_programs: WeakKeyDictionary[pulumi.Resource, Notes] = WeakKeyDictionary()


def declare(table: type[Table], owner: str, arguments: Mapping[str, Any]) -> None:
    """Note a resource with a name of its own; a preview deletes nothing and needs no notes."""
    root = pulumi.runtime.get_root_resource()
    if not table.named or pulumi.runtime.is_dry_run() or root is None:
        return
    if root not in _of_programs:
        _of_programs[root] = Notes(pulumi.get_project(), pulumi.get_stack())
    notes = _of_programs[root]
    names = [arguments.get(c.name) for c in tables.inputs(table) if c.behaviour.key]

    def add(known: list[Any]) -> None:
        notes.add(note_of(table.kind, owner, known))

    if all(map(is_plain, names)):
        add(names)
    else:
        pulumi.Output.all(*names).apply(add)
