"""Conflicts: what we own and others changed, and what others have where we now declare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_mlregistry.reconcile import owned, writing
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.nested import declared_part
from pulumi_mlregistry.reconcile.paths import Path
from pulumi_mlregistry.reconcile.planning import equal, is_secret
from pulumi_mlregistry.reconcile.protocol import Live
from pulumi_mlregistry.reconcile.spelling import spelled
from pulumi_mlregistry.reconcile.state import State, listed, respell, secret_fields
from pulumi_mlregistry.reconcile.table import Table


def refuse_conflicts(
    table: type[Table],
    state: State,
    news: Mapping[str, Any],
    live: Live,
    values: Mapping[str, Any],
    *,
    adopt: bool,
) -> None:
    """Raise `Conflict` where an owned path holds neither what the state says nor what is declared.

    `values` is what is live in the words of the state and of the program. What the program only
    now mentions of a nested value is compared for itself: the state cannot know it.
    """
    known = state.known
    seen = owned.flatten(table, respell(state, spelled(table, live, state.read, {}).values))
    now, wanted = owned.flatten(table, values), owned.flatten(table, news)
    release = listed(news, "release")
    claimed = set(listed(state.outputs, "exclusive")) & set(listed(news, "exclusive"))
    others = {path for path in now if path.field in claimed}
    for path in sorted({*wanted, *state.applied, *others}):
        behaviour = tables.column(table, path.field).behaviour
        if path.field in release or behaviour.write_only:
            continue
        if _same(table, path, wanted.get(path), now.get(path)):
            continue
        found, sight = known.get(path), seen.get(path)
        if path not in state.applied:
            words = [wanted.get(path)]
            found = declared_part(found, words, behaviour.lists)
            sight = declared_part(sight, words, behaviour.lists)
        if _same(table, path, found, sight):
            if None in (found, now.get(path)) or adopt or behaviour.defaults or behaviour.set_once:
                continue
            if _same(table, path, found, now.get(path)):
                continue
            new = True
        else:
            new = path not in state.applied and path not in known
            if new and (adopt or behaviour.computed or now.get(path) is None):
                continue
        _raise(table, path, (known, now, wanted), new, state, news, live)


def _same(table: type[Table], path: Path, left: Any, right: Any) -> bool:
    return equal(tables.column(table, path.field), path, left, right)


def _raise(
    table: type[Table],
    path: Path,
    sides: tuple[Mapping[Path, Any], ...],
    new: bool,
    state: State,
    news: Mapping[str, Any],
    live: Live,
) -> None:
    column = tables.column(table, path.field)
    secret = is_secret(column, path) or path.field in secret_fields(news, state.outputs)
    was, is_now, ours = (writing.meant(column, path, side.get(path)) for side in sides)
    raise writing.conflict(path, was, is_now, ours, new, secret, live)
