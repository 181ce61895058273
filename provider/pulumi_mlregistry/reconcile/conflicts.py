"""Conflicts: what we own and others changed, and what others have where we now declare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_mlregistry.reconcile import owned, writing
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.behaviour import Shape
from pulumi_mlregistry.reconcile.errors import AlreadyExists, Conflict
from pulumi_mlregistry.reconcile.nested import declared_part
from pulumi_mlregistry.reconcile.paths import Path
from pulumi_mlregistry.reconcile.phrases import (
    DIFFERS,
    EXISTS,
    NAME_TAKEN,
    NOT_ADOPTABLE,
    NOT_OURS,
)
from pulumi_mlregistry.reconcile.planning import (
    Change,
    equal,
    is_secret,
    nested_changes,
    nested_value,
    shown,
)
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
        raise _conflict(
            table, path, (found, now.get(path), wanted.get(path)), new, state, news, live
        )


def _same(table: type[Table], path: Path, left: Any, right: Any) -> bool:
    return equal(tables.column(table, path.field), path, left, right)


def _conflict(
    table: type[Table],
    path: Path,
    sides: tuple[Any, Any, Any],
    new: bool,
    state: State,
    news: Mapping[str, Any],
    live: Live,
) -> Conflict:
    """The error, at the nested key where what is there is not what is declared."""
    column = tables.column(table, path.field)
    at, more = path, ""
    if column.behaviour.shape is Shape.VALUE:
        nested = [at for at, _, _ in nested_changes(column, path, sides[1], sides[2])]
        at = nested[0] if nested else path
        more = f"; also different: {', '.join(map(str, nested[1:]))}" if nested[1:] else ""
    was, now, wanted = (
        writing.meant(column, at, nested_value(side, at[1:]) if at != path else side)
        for side in sides
    )
    secret = is_secret(column, at) or path.field in secret_fields(news, state.outputs)
    last = f"{more}{f' ({live.last_change})' if live.last_change else ''}"
    if not new:
        return Conflict(
            f"{at} was {_said(was, secret)} when last read, is now {_said(now, secret)}, and the "
            f"program declares {_said(wanted, secret)}{last}",
            remedy="Run pulumi refresh to accept what is there as the starting point, then up",
        )
    released = path.field in listed(state.outputs, "release")
    whose = (
        "which this program released"
        if released
        else ("which others wrote and this program never declared")
    )
    return Conflict(
        f"{at} is {_said(now, secret)}, {whose}; the program now declares "
        f"{_said(wanted, secret)}{last}",
        remedy='Declare the value that is there, or set on_conflict="adopt" to overwrite it',
    )


def _said(value: Any, secret: bool) -> str:
    if value is None:
        return "not set"
    if isinstance(value, str) and value and not value.strip("*"):
        return f"hidden by the server ({value})"
    return shown(value, secret)


def existing(
    on_conflict: str, found: Live, changes: Sequence[Change], forced: Sequence[Change], left: str
) -> AlreadyExists:
    """The refusal to take over an object that is not ours, as ``on_conflict`` says.

    ``changes`` are what differs of it, and the ``forced`` ones would replace it; ``left`` says that
    it was, or will be, left as it is.
    """
    deleted = ", soft-deleted" if found.trashed else ""
    last = deleted + (f" ({found.last_change})" if found.last_change else "")
    differs = "; ".join(map(str, changes)) or "nothing"
    if on_conflict == "fail":
        why = f"{EXISTS}{last}{NOT_OURS}{left}"
        if found.trashed:
            why = f"{NAME_TAKEN}{last}; {left}"
        first = "Delete it for good" if found.trashed else "Import it by an import file"
        remedy = (
            f'{first} (id {found.id}), set on_conflict="adopt" to '
            f"{'restore it and ' if found.trashed else ''}take it over (changes: {differs}), "
            "or choose another name"
        )
    elif forced:
        why = f"{EXISTS}{last}{NOT_ADOPTABLE}{'; '.join(map(str, forced))}"
        remedy = "Declare what is there, or choose another name"
    else:
        why = f"{EXISTS}{last}{DIFFERS}{differs}"
        remedy = "Declare what is there, set on_conflict to adopt, or choose another name"
    return AlreadyExists(why, remedy=remedy)
