"""Read: what of an object is ours, what others changed of it, and whether a list can tell."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_mlregistry.reconcile import owned
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.canonical import same
from pulumi_mlregistry.reconcile.ignored import is_within
from pulumi_mlregistry.reconcile.paths import Path
from pulumi_mlregistry.reconcile.planning import equal
from pulumi_mlregistry.reconcile.protocol import Live
from pulumi_mlregistry.reconcile.spelling import spelled
from pulumi_mlregistry.reconcile.state import (
    DRIFT,
    IMPORTED,
    State,
    applied_marks,
    is_same_object,
    listed,
    respell,
)
from pulumi_mlregistry.reconcile.table import Table


@dataclass(frozen=True)
class Reading:
    """A live object beside the state: its values as the state says them, and whose is what."""

    live: Live
    values: dict[str, Any]
    marks: dict[Path, str]
    drifted: tuple[Path, ...]
    """What others have changed of ours since the last read or write."""


def reading(table: type[Table], state: State, live: Live) -> Reading:
    """Compare a live object with the state; where nothing was ever applied, take all of it."""
    live = spelled(table, live, state.read, {})
    values = respell(state, live.values)
    found = owned.flatten(table, values)
    exclusive = set(listed(state.outputs, "exclusive"))
    taken = set(state.unclaimed)
    if state.imported:
        taken = {path for path in found if not _is_computed(table, path)}
    mine = set(state.applied)
    known = state.accepting(values, state.ignored).known
    foreign = {path for path in found if path.field in exclusive} - taken - mine
    foreign = {path for path in foreign if not is_within(path, state.ignored)}
    # What nobody is known to declare is compared as well: most of an import is declared.
    is_exact = state.is_declared_known or state.imported
    compared = mine if is_exact else mine | taken
    drifted = state.drifted | {
        p for p in compared if not _same(table, p, known.get(p), found.get(p))
    }
    drifted |= foreign
    marks = applied_marks(mine, state.applied, drifted, foreign)
    marks |= {p: IMPORTED + (DRIFT if p in drifted else "") for p in sorted(taken)}
    return Reading(live, values, marks, tuple(sorted(drifted - state.drifted)))


def unless_doubtful(table: type[Table], state: State, live: Live) -> Reading | None:
    """What a listed object says of ours; None where only a read of the object alone can tell.

    Drift is believed of no list: lists come from other code of a server than single objects do.
    """
    if state.imported or state.drifted or live.trashed or not is_same_object(state, live):
        return None
    mine = {path.field for path in (*state.applied, *state.unclaimed)} | set(
        listed(state.outputs, "exclusive")
    )
    if mine & live.untold:
        return None
    known = [c.name for c in tables.outputs(table) if c.behaviour.server]
    missing = {n for n in known if state.outputs.get(n) and live.server.get(n) is None}
    if missing - live.untold or (missing and not _is_unchanged(table, state.outputs, live)):
        return None
    kept = {name: state.outputs[name] for name in missing}
    found = reading(table, state, dataclasses.replace(live, server={**live.server, **kept}))
    return None if found.drifted else found


def _is_unchanged(table: type[Table], outputs: Mapping[str, Any], live: Live) -> bool:
    """Whether the registry has changed nothing of the object since the state was written."""
    return all(same(outputs.get(name), live.server.get(name)) for name in table.last_change)


def _is_computed(table: type[Table], path: Path) -> bool:
    """Whether a value may be the server's own: an import does not take it for a declaration."""
    behaviour = tables.column(table, path.field).behaviour
    return behaviour.computed and not behaviour.create_only


def _same(table: type[Table], path: Path, left: Any, right: Any) -> bool:
    return equal(tables.column(table, path.field), path, left, right)
