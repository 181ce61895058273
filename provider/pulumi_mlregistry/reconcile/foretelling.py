"""What a create or an update will answer, as far as that is known before it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.errors import Misconfigured
from pulumi_mlregistry.reconcile.state import ADOPTED, APPLIED, REGISTRY
from pulumi_mlregistry.reconcile.table import Column, Table
from pulumi_mlregistry.reconcile.unknown import UNKNOWN, Unknown


def foretold(
    table: type[Table],
    outputs: Mapping[str, Any],
    inputs: Mapping[str, Any],
    registry: Callable[[], str],
    *,
    writes: bool,
) -> dict[str, Any]:
    """The outputs to come: what is declared, what the server keeps, and unknowns for the rest.

    ``outputs`` are the last ones, empty before a create; ``writes``: whether a request changes
    the object.
    """
    found = dict(inputs)
    for column in tables.columns(table):
        if column.name in found:
            continue
        computed = column.behaviour.computed or column.behaviour.server
        if computed and (not outputs or (writes and _may_change(column))):
            found[column.name] = UNKNOWN
        elif (computed or column.behaviour.derived) and column.name in outputs:
            found[column.name] = outputs[column.name]
    kept = {k: outputs[k] for k in (APPLIED, ADOPTED) if k in outputs}
    return {**kept, **found, REGISTRY: _address(registry)}


def _address(registry: Callable[[], str]) -> str | Unknown:
    """Unknown where none is configured: a preview tells so, and does not fail."""
    try:
        return registry()
    except Misconfigured:
        return UNKNOWN


def lasting(column: Column) -> bool:
    """Whether no update changes this output."""
    behaviour = column.behaviour
    return behaviour.identity or behaviour.lasting or behaviour.derived is not None


def _may_change(column: Column) -> bool:
    behaviour = column.behaviour
    if behaviour.server:
        return not lasting(column)
    return behaviour.computed and not behaviour.create_only
