"""What a write sends and how it is proved: whole values merged, owned paths read back."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from pulumi_mlregistry import patience
from pulumi_mlregistry.reconcile import owned
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.behaviour import Shape
from pulumi_mlregistry.reconcile.canonical import digest, same
from pulumi_mlregistry.reconcile.errors import (
    Conflict,
    Lost,
    NotApplied,
    RegistryError,
    Unreachable,
)
from pulumi_mlregistry.reconcile.ignored import put_ignored
from pulumi_mlregistry.reconcile.nested import is_apart, merged, without
from pulumi_mlregistry.reconcile.paths import Path
from pulumi_mlregistry.reconcile.planning import Change, Kind, equal
from pulumi_mlregistry.reconcile.protocol import Api, Live, Patch
from pulumi_mlregistry.reconcile.state import DRIFT
from pulumi_mlregistry.reconcile.table import Column, Table
from pulumi_mlregistry.reconcile.unknown import has_unknown

_T = TypeVar("_T")

TURNS: Final = 10
"""How often a write is tried while others write at the same moment."""
_SHORTEST, _LONGEST = 0.02, 0.5
_GOES_ON = "Run pulumi up again: it looks first, and writes only what is left"


def step_aside(turn: int) -> None:
    """Wait for a while, each writer for another one, so that those that met part."""
    patience.sleep(random.uniform(0, min(_LONGEST, _SHORTEST * 2.0**turn)))


def read_after(failure: RegistryError, read: Callable[[], _T]) -> _T:
    """What a failed write has left; one of unknown outcome is told where nothing tells."""
    try:
        return read()
    except RegistryError as error:
        if isinstance(failure, Lost):
            raise failure from error
        raise


def read_back(api: Api, echo: Live, remedy: str = _GOES_ON) -> Live | None:
    """The stored state after a write that was answered; a failure says that it was written."""
    try:
        return api.reread(echo)
    except RegistryError as error:
        error.why = f"it was written, and could not be read back: {error.why}"
        if isinstance(error, Unreachable):
            error.remedy = remedy
        raise


def make_patch(
    table: type[Table],
    changes: Sequence[Change],
    live: Live,
    declared: Mapping[str, Any],
    *,
    take: bool,
    ours: Callable[[str], bool] = lambda _id: False,
    ignored: Sequence[str] = (),
) -> Patch:
    """Each changed field's new whole value: declared keys merged into what others have there.

    What is at the ``ignored`` paths is sent as it was answered, be it a mask.
    """
    whole: dict[str, Any] = {}
    answered = live.answered or live.values
    for column in tables.inputs(table):
        mine = [c for c in changes if c.path.field == column.name]
        if mine:
            value = _whole(column, mine, live, declared.get(column.name))
            if column.behaviour.shape is not Shape.SET:
                kept = put_ignored(column, value, answered.get(column.name), ignored)
                value = value if kept is None else kept  # what clears it, where nothing stays
            whole[column.name] = value
    return Patch(tuple(changes), whole, declared, take, ours)


def _whole(column: Column, changes: Sequence[Change], live: Live, declared: Any) -> Any:
    said = live.values.get(column.name)
    answered = live.answered.get(column.name, said)
    lists = column.behaviour.lists
    if column.behaviour.shape is Shape.VALUE:
        if column.canonical(declared) is None:
            left = without(answered, said, lists)
            return left if column.canonical(left) is not None else column.behaviour.clear
        return merged(answered, said, declared, lists)
    if column.behaviour.shape is Shape.MAP:
        entries = dict(answered or {})
        known = said or {}
        for change in changes:
            key = change.path[1]
            old, new = entries.pop(key, None), change.new
            new = without(old, known.get(key)) if new is None else merged(old, known.get(key), new)
            if new is not None:
                entries[key] = new
        return entries
    changed = {c.path[1]: c.new for c in changes}
    items: list[Any] = []
    for item, word in zip(answered or [], said or [], strict=True):
        key = str(column.behaviour.key_of(word))
        if key not in changed:
            items.append(item)
        elif (new := changed[key]) is not None:
            items.append(merged(item, word, new, lists))
            changed[key] = None  # a second item of this key goes
    return items + [new for new in changed.values() if new is not None]


def refuse_replacement(changes: Sequence[Change]) -> None:
    """Stop where a change cannot be made in place: somebody changed it since the plan."""
    forced = [c for c in changes if c.kind is Kind.REPLACE]
    if forced:
        raise Conflict(
            f"{'; '.join(map(str, forced))}",
            remedy="Run pulumi refresh: the next preview then shows the replacement; where others "
            "set what was never declared here, declare it or leave the argument out",
        )


def meant(column: Column, path: Path, value: Any) -> Any:
    """A value as a message shows it: texts without what the server makes of them."""
    form = owned.canonical_entry(column, path, value)
    return form if isinstance(form, str) else value


def with_progress(
    error: RegistryError, planned: Sequence[str], left: Sequence[str]
) -> RegistryError:
    """The error, told what earlier attempts at this update wrote and what they did not."""
    done = ", ".join(path for path in planned if path not in left)
    if done and " (done: " in error.why:
        error.why = error.why.replace(" (done: ", f" (done: {done}, ", 1)
    elif done:
        not_done = ", ".join(left)
        error.why = f"{error.why} (done: {done}; not done: {not_done}; the next up goes on)"
    return error


def verify(
    api: Api,
    live: Live,
    values: Mapping[str, Any],
    declared: Mapping[str, Any],
    written: Sequence[Change] = (),
) -> dict[Path, str]:
    """Apply means applied: each declared path reads back; answers the echoes to remember.

    Raises `NotApplied` with the paths that the registry accepted and did not keep.
    """
    now, answered = owned.flatten(api.table, values), owned.flatten(api.table, live.values)
    echoes: dict[Path, str] = {}
    lost: list[str] = []
    for path, item in owned.flatten(api.table, declared).items():
        column = tables.column(api.table, path.field)
        if column.behaviour.write_only:
            continue
        if equal(column, path, item, now.get(path)):
            # Known to be the registry's spelling of it: that is remembered on.
            if not equal(column, path, item, answered.get(path)) and not has_unknown(item):
                echoes[path] = digest(owned.canonical_entry(column, path, answered.get(path)))
            continue
        if column.behaviour.rewritten(item, now.get(path)):
            echoes[path] = digest(owned.canonical_entry(column, path, now.get(path)))
            continue
        lost.append(str(path))
    lost += [str(c.path) for c in written if c.new is None and not _is_clear(api.table, c, now)]
    if lost:
        cause = api.suspicion()
        raise NotApplied(
            f"the registry accepted the write and did not keep {', '.join(lost)}"
            + (f": {cause}" if cause else ""),
            remedy="Another writer may have undone it, or these credentials may not write it: "
            "run pulumi refresh, then preview",
        )
    return echoes


def _is_clear(table: type[Table], change: Change, now: Mapping[Path, Any]) -> bool:
    column = tables.column(table, change.path.field)
    value = now.get(
        Path(change.path[:2]) if column.behaviour.shape is not Shape.VALUE else Path.of(column.name)
    )
    if len(change.path) > 1 and column.behaviour.shape is Shape.VALUE:
        return True
    cleared = column.canonical(value)
    if isinstance(change.old, Mapping) and isinstance(cleared, Mapping):
        return is_apart(change.old, cleared)  # others' keys stay
    return cleared is None or same(cleared, column.canonical(column.behaviour.clear))


def as_declared(
    table: type[Table],
    values: Mapping[str, Any],
    declared: Mapping[str, Any],
    echoes: Mapping[Path, str],
) -> dict[str, Any]:
    """Values spelled as declared wherever the registry's spelling means the same."""
    mine = owned.flatten(table, declared)
    drifted = {path.field for path, echo in echoes.items() if echo == DRIFT}
    result = dict(values)
    for column in tables.inputs(table):
        if column.behaviour.write_only:
            result[column.name] = declared.get(column.name)
            continue
        parts = []
        for path, item in owned.entries(column, values.get(column.name)):
            known = mine.get(path)
            echoed = path in echoes and echoes[path] != DRIFT
            kept = known is not None and (echoed or equal(column, path, known, item))
            parts.append((path, known if kept else item))
        if values.get(column.name) is not None:
            result[column.name] = owned.rebuild(column, parts, mine)
        elif declared.get(column.name) is not None and column.name not in drifted:
            result[column.name] = declared[column.name]
    return result
