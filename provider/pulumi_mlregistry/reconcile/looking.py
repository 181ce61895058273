"""Look-ups: what a registry holds, for programs that declare nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.errors import Gone
from pulumi_mlregistry.reconcile.protocol import Live
from pulumi_mlregistry.reconcile.reconciler import Reconciler
from pulumi_mlregistry.reconcile.table import HIDDEN, Column, Table
from pulumi_mlregistry.reconcile.telling import told

ID = "id"


def keys_of(table: type[Table]) -> tuple[Column, ...]:
    """The properties that find one object."""
    known = tables.by_name(table)
    if table.looked_up_by:
        return tuple(known[name] for name in table.looked_up_by)
    return tuple(c for c in tables.inputs(table) if c.behaviour.key)


def get(core: Reconciler, keys: Mapping[str, Any]) -> dict[str, Any]:
    """One object's arguments and outputs, by the properties of `keys_of`; `Gone` without it."""
    wanted = {**_defaults(core), **keys}
    api = core.connect()
    id_ = api.address(wanted)
    found = core.read(id_, {})
    if not found.id:
        with told(core.table, "look up", id_, core.registry, [wanted]):
            raise Gone("it is not there", remedy="Is the name right? A deleted one is not found")
    return {ID: found.id, **_shown(found.outputs)}


def members(core: Reconciler, keys: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The objects that share the table's ``listed_by``, newest first."""
    with told(core.table, "list", str(keys.get("name") or ""), core.registry, [keys]):
        return [_member(live) for live in core.connect().members(keys)]


def _member(live: Live) -> dict[str, Any]:
    return {ID: live.id, **_shown(live.values), **_shown(live.server)}


def _defaults(core: Reconciler) -> dict[str, Any]:
    found = {}
    for column in keys_of(core.table):
        setting = column.behaviour.setting
        value = (core.setting(setting) if setting else None) or column.info.get_default()
        if isinstance(value, str):
            found[column.name] = value
    return found


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if v is not None and not k.startswith(HIDDEN)}
