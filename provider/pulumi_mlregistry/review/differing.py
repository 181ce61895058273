"""What differs in one object, worked out by the product's own plan whichever door made the step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pulumi_mlregistry.reconcile import secrets
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.behaviour import Shape
from pulumi_mlregistry.reconcile.ignored import accepted, is_within, parse
from pulumi_mlregistry.reconcile.paths import Path
from pulumi_mlregistry.reconcile.planning import Change, Diff, Kind, plan, policies_changed
from pulumi_mlregistry.reconcile.redaction import MASK
from pulumi_mlregistry.reconcile.state import State
from pulumi_mlregistry.reconcile.table import HIDDEN, Column, Table
from pulumi_mlregistry.review.reading import Side, Step
from pulumi_mlregistry.review.values import is_concealed

_REPLACES: Final = "-replace"


def changes(table: type[Table], step: Step, told: Iterable[str]) -> list[Change]:
    """The changes of an update or a replacement; ``told``: paths at which a secret changes."""
    if step.old is None or step.new is None:
        return []
    old, new = dict(step.old.outputs or step.old.inputs), dict(step.new.inputs)
    ignored = step.new.ignores
    hidden = [c for c in _hidden(table, old, new) if not is_within(c.path, ignored)]
    try:
        state = State.load(table, old, step.old.inputs)
        ours = accepted(table, new, state.outputs, ignored)
        planned = plan(table, ours, state.outputs, state.ownership(new))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        planned = _plainly(table, old, new)  # no values that this provider wrote
    found = Diff((*planned, *hidden), policies_changed(table, old, new), False)
    policies = [Change(Path.of(n), old.get(n), new.get(n), Kind.UPDATE) for n in found.policies]
    return _with_secrets([*found.changes, *policies], step, told)


def _hidden(table: type[Table], old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """Takes out the properties that are concealed as a whole: whether they differ is told apart."""
    found = []
    for column in tables.inputs(table):
        before, after = old.get(column.name), new.get(column.name)
        if not (is_concealed(before) or is_concealed(after)):
            continue
        del_old, del_new = old.pop(column.name, None), new.pop(column.name, None)
        if is_concealed(del_old) is not is_concealed(del_new):
            found.append(Change(Path.of(column.name), del_old, del_new, Kind.UPDATE, secret=True))
    names = {change.path.field for change in found}
    kept = old.get("__applied")
    if names and isinstance(kept, Mapping):
        old["__applied"] = {k: v for k, v in kept.items() if Path.parse(k).field not in names}
    return found


def _plainly(table: type[Table], old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    return [
        Change(Path.of(c.name), old.get(c.name), new.get(c.name), Kind.UPDATE)
        for c in tables.inputs(table)
        if old.get(c.name) != new.get(c.name) and c.name in new
    ]


def _with_secrets(found: list[Change], step: Step, told: Iterable[str]) -> list[Change]:
    """The changes, and those of secrets: JSON shows both sides of them alike."""
    kinds = {path: kind for path, kind in step.detailed.items() if not path.startswith(HIDDEN)}
    kinds |= dict.fromkeys(told, "update")
    for text, kind in kinds.items():
        path = Path(map(str, parse(text)))
        if path and not any(_meet(path, change.path) for change in found):
            forced = Kind.REPLACE if kind.endswith(_REPLACES) else Kind.UPDATE
            if _is_concealed_at(step, path):
                found.append(Change(path, MASK, MASK, forced, secret=True))
    return found


def _meet(left: Path, right: Path) -> bool:
    """Whether one is the other or lies in it; items of lists are spelled in two ways."""
    short = min(len(left), len(right))
    alike = left[:short] == right[:short]
    return alike or (left.field == right.field and any(p.isdigit() for p in left))


def _is_concealed_at(step: Step, path: Path) -> bool:
    for side in (step.old, step.new):
        value: Any = side.inputs if side else None
        for part in path:
            if is_concealed(value):
                return True
            value = _inside(value, part)
        if is_concealed(value):
            return True
    return False


def _inside(value: Any, part: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(part)
    if isinstance(value, list) and part.isdigit() and int(part) < len(value):
        return value[int(part)]
    return None


def declared(table: type[Table], side: Side) -> list[tuple[Column, Any]]:
    """The arguments of an object that comes or goes, in the order of the table."""
    found = []
    for column in (*tables.inputs(table), *tables.policies(table)):
        value = side.inputs.get(column.name)
        if value is not None and value != [] and value != {}:
            found.append((column, value))
    return found


def shown(column: Column, value: Any, chosen: Iterable[str]) -> Any:
    """A value with its secret parts concealed: by the table, and by the program's wish."""
    if column.name in chosen:
        return MASK
    return secrets.wrapped(column.behaviour, value, lambda _: MASK)


def parts(column: Column, value: Any) -> list[tuple[str, Any]]:
    """A value by its keys, where the table says that it has some."""
    shape = column.behaviour.shape
    if shape is Shape.MAP and isinstance(value, Mapping):
        return [(str(key), item) for key, item in value.items()]
    if shape is Shape.SET and isinstance(value, list):
        return [(str(column.behaviour.key_of(item)), item) for item in value]
    return []


def foreign_paths(step: Step) -> tuple[str, ...]:
    """Where a resource of another provider differs; never what: nothing is known of it."""
    if step.detailed:
        return tuple(step.detailed)
    if step.old is None or step.new is None:
        return ()
    old, new = step.old.inputs, step.new.inputs
    names = sorted({*old, *new})
    return tuple(n for n in names if old.get(n) != new.get(n) and not n.startswith(HIDDEN))
