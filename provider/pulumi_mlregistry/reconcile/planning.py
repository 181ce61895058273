"""Plan: a pure function from declared, applied and live state to the list of changes."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pulumi_mlregistry.reconcile import owned, secrets
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.behaviour import Shape
from pulumi_mlregistry.reconcile.canonical import same
from pulumi_mlregistry.reconcile.checks import forces_replacement
from pulumi_mlregistry.reconcile.ignored import is_within
from pulumi_mlregistry.reconcile.nested import declared_part
from pulumi_mlregistry.reconcile.paths import Path
from pulumi_mlregistry.reconcile.phrases import DRIFTED
from pulumi_mlregistry.reconcile.table import DELETED_WITH, Column, Table
from pulumi_mlregistry.reconcile.unknown import UNKNOWN, has_unknown


class Kind(Enum):
    """What a change asks for."""

    UPDATE = "update"
    REPLACE = "replace"
    CONFLICT = "conflict"
    """An update of a value that others changed since this program last wrote it."""


@dataclass(frozen=True)
class Change:
    """One declared change at its own path; ``new`` is None where a value is cleared."""

    path: Path
    old: Any
    new: Any
    kind: Kind
    reason: str = ""
    secret: bool = False

    def __str__(self) -> str:
        old, new = (
            "(not set)" if v is None else shown(v, self.secret) for v in (self.old, self.new)
        )
        why = f" ({self.reason})" if self.reason else ""
        return f"{self.path}: {old} => {new}{why}"


@dataclass(frozen=True)
class Diff:
    """What a new declaration asks for: changes by path, and policies that are only kept."""

    changes: tuple[Change, ...]
    policies: tuple[str, ...]
    delete_before_replace: bool
    notes: tuple[str, ...] = ()
    """What no change shows, a line each."""

    @property
    def replaces(self) -> list[str]:
        """The properties that force a replacement."""
        return sorted({c.path.field for c in self.changes if c.kind is Kind.REPLACE})

    @property
    def any(self) -> bool:
        """Whether the engine has to act."""
        return bool(self.changes or self.policies)


def reasons(changes: Iterable[Change]) -> set[str]:
    """Why changes are what they are, each at its path; those without a reason say nothing."""
    return {f"{c.path}: {c.reason}" for c in changes if c.reason}


@dataclass(frozen=True)
class Ownership:
    """Whose paths are whose: what was applied, what drifted, and what the policies say."""

    applied: Collection[Path] = ()
    drifted: Collection[Path] = ()
    exclusive: Collection[str] = ()
    release: Collection[str] = ()
    secret: Collection[str] = ()
    """Fields that the program itself made secret."""


def plan(
    table: type[Table],
    declared: Mapping[str, Any],
    live: Mapping[str, Any],
    ownership: Ownership = Ownership(),
) -> list[Change]:
    """What has to change at the registry, by declared path; empty where nothing has.

    `live` is what is known of the object: from the state in a diff, fresh in an update. Takes
    unknowns anywhere in `declared`.
    """
    changes: list[Change] = []
    for column in tables.inputs(table):
        new, old = declared.get(column.name), live.get(column.name)
        if not same(new, old):  # what is spelled alike asks for nothing
            changes += _field(column, new, old, ownership)
    return changes


def _field(column: Column, new: Any, old: Any, ownership: Ownership) -> Iterator[Change]:
    wanted = dict(owned.entries(column, new))
    present = dict(owned.entries(column, old))
    for path, item in wanted.items():
        before = present.get(path) if path != Path.of(column.name) else old
        if path not in ownership.applied:
            before = declared_part(before, [item], column.behaviour.lists)
        if not equal(column, path, item, before):
            yield from _change(column, path, before, item, ownership)
    if Path.of(column.name) in wanted:
        return
    cleared = [p for p in ownership.applied if p.field == column.name and p not in wanted]
    if column.name in ownership.release:
        cleared = []
    if column.name in ownership.exclusive:
        cleared = [p for p in present if p not in wanted]
    for path in sorted(cleared):
        yield from _clear(column, path, present.get(path), ownership)


def _clear(column: Column, path: Path, old: Any, ownership: Ownership) -> Iterator[Change]:
    behaviour = column.behaviour
    if owned.canonical_entry(column, path, old) is None:
        return
    if behaviour.shape is Shape.VALUE:
        if behaviour.create_only and behaviour.computed:
            return
        if same(column.canonical(old), column.canonical(behaviour.clear)):
            return
    yield from _change(column, path, old, None, ownership)


def _change(
    column: Column, path: Path, old: Any, new: Any, ownership: Ownership
) -> Iterator[Change]:
    forced = forces_replacement(column, old, new)
    drifted = path in ownership.drifted
    kind = Kind.REPLACE if forced else Kind.CONFLICT if drifted else Kind.UPDATE
    reason = forced or (DRIFTED if drifted else "")
    pairs = [(path, old, new)]
    if column.behaviour.shape is Shape.VALUE:
        pairs = list(nested_changes(column, path, old, new)) or pairs
    for at, before, after in pairs:
        secret = column.name in ownership.secret or is_secret(column, at)
        yield Change(at, before, after, kind, reason, secret)


def nested_changes(
    column: Column, path: Path, old: Any, new: Any
) -> Iterator[tuple[Path, Any, Any]]:
    """The nested keys that differ, where both sides are objects."""
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return
    unknown = [key for key, item in new.items() if has_unknown(item)]
    for key in unknown:
        inner = path.child(key)
        yield from _unknown_inside(inner, old.get(key), new[key])
    before, after = (
        column.canonical({k: v for k, v in side.items() if k not in unknown}) or {}
        for side in (old, new)
    )
    if same(before, after):
        return
    from deepdiff import DeepDiff  # only where there is a difference: its import takes time

    # Without a threshold it reports an object whole whose two sides have few keys in common.
    found = DeepDiff(before, after, view="tree", threshold_to_diff_deeper=0)
    seen: set[Path] = set()
    for report in found.values():
        for item in report:
            steps = item.path(output_format="list")
            names = [str(s) for s in steps if isinstance(s, str)]
            at = Path((*path, *names[: _first_index(steps)]))
            if at not in seen:
                seen.add(at)
                yield at, nested_value(before, at[1:]), nested_value(after, at[1:])


def _unknown_inside(path: Path, old: Any, new: Any) -> Iterator[tuple[Path, Any, Any]]:
    """Where what is not known yet may change an object; it has no canonical form."""
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        yield path, old, new
        return
    for key in {**old, **new}:
        before, after = old.get(key), new.get(key)
        if not same(before, after):
            yield from _unknown_inside(path.child(key), before, after)


def _first_index(steps: list[Any]) -> int:
    """How many leading steps are keys: a list is shown whole."""
    return next((i for i, step in enumerate(steps) if not isinstance(step, str)), len(steps))


def nested_value(value: Any, keys: tuple[str, ...]) -> Any:
    """What an object holds at nested keys; None where it holds nothing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def replaced_on(changes: Iterable[Change], paths: Collection[str]) -> list[Change]:
    """The changes, those at the ``paths`` or inside of them as replacements."""
    return [
        dataclasses.replace(c, kind=Kind.REPLACE, reason="replace_on_changes names it")
        if c.kind is not Kind.REPLACE and is_within(c.path, paths)
        else c
        for c in changes
    ]


def policies_changed(
    table: type[Table], old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[str, ...]:
    """The policies that a new declaration says otherwise."""
    names = [c.name for c in tables.policies(table)]
    found = [n for n in names if old.get(n) != new.get(n)]
    if table.identified and bool(old.get(DELETED_WITH)) is not bool(new.get(DELETED_WITH)):
        found.append(DELETED_WITH)
    return tuple(found)


def remote_name(table: type[Table], values: Mapping[str, Any]) -> tuple[str, ...]:
    """The remote name that arguments or outputs say, part by part; empty while one is unknown."""
    parts = [c.canonical(values.get(c.name)) for c in tables.inputs(table) if c.behaviour.key]
    return () if has_unknown(parts) else tuple(map(str, parts))


def same_name(table: type[Table], old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether an object that replaces another one would have its name."""
    names = remote_name(table, new)
    return table.named and bool(names) and names == remote_name(table, old)


def equal(column: Column, path: Path, declared: Any, live: Any) -> bool:
    """Whether a live value is what was declared, the server's rewriting allowed for."""
    if same(declared, live):
        return True
    if has_unknown(declared):
        return False
    left = owned.canonical_entry(column, path, declared)
    return same(left, owned.canonical_entry(column, path, live))


def is_secret(column: Column, path: Path) -> bool:
    """Whether a path is secret or holds a secret."""
    return secrets.is_secret(column.behaviour, path[1:])


def shown(value: Any, secret: bool) -> str:
    """A value as a message has it: never a secret, never long."""
    if value is UNKNOWN:
        return repr(value)
    if secret:
        return "[secret]"
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
