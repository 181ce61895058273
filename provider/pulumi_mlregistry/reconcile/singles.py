"""Keys that one object at a time can have, such as an alias: who takes them, and who lets go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pulumi_mlregistry.reconcile import owned
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.checks import Failure
from pulumi_mlregistry.reconcile.ledger import Ledger
from pulumi_mlregistry.reconcile.paths import Path
from pulumi_mlregistry.reconcile.planning import Change
from pulumi_mlregistry.reconcile.state import OWNER
from pulumi_mlregistry.reconcile.table import Table
from pulumi_mlregistry.reconcile.unknown import has_unknown


def claim(
    table: type[Table], ledger: Ledger, registry: Callable[[], str], inputs: Mapping[str, Any]
) -> Iterator[Failure]:
    """Note what a program declares; a failure for each key that another resource declares too."""
    owner = str(inputs.get(OWNER) or "")
    if not owner or has_unknown(_names(table, inputs)):
        return
    for column in tables.inputs(table):
        if not column.behaviour.single:
            continue
        for path, item in owned.entries(column, inputs.get(column.name)):
            if has_unknown(item):
                continue
            other = ledger.claim(owner, _key(table, registry(), inputs, path))
            if other != owner:
                yield Failure(
                    column.name,
                    f"has {path[1]!r}, which {other} declares too: one object can have it",
                )


def not_taken(
    table: type[Table],
    ledger: Ledger,
    registry: Callable[[], str],
    inputs: Mapping[str, Any],
    changes: Sequence[Change],
) -> list[Change]:
    """The changes without the removal of what another resource of the program is taking over.

    That moves it in one step; to remove it first would leave a moment in which nothing has it.
    """
    owner = str(inputs.get(OWNER) or "")

    def taken(change: Change) -> bool:
        if change.new is not None or not tables.column(table, change.path.field).behaviour.single:
            return False
        other = ledger.claimant(_key(table, registry(), inputs, change.path))
        return other not in ("", owner)

    return [change for change in changes if not taken(change)]


def _names(table: type[Table], inputs: Mapping[str, Any]) -> list[Any]:
    return [inputs.get(c.name) for c in tables.inputs(table) if c.behaviour.key]


def _key(table: type[Table], registry: str, inputs: Mapping[str, Any], path: Path) -> str:
    return f"{registry} {table.kind} {_names(table, inputs)} {path}"
