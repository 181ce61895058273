"""Check: bad input is a failure at its property's path with the remedy, before any request."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.behaviour import CANNOT, Shape
from pulumi_mlregistry.reconcile.canonical import same
from pulumi_mlregistry.reconcile.paths import property_path
from pulumi_mlregistry.reconcile.table import HIDDEN, IMPORT, SECRETS, Column, Table
from pulumi_mlregistry.reconcile.unknown import UNKNOWN, has_unknown

Problem = dict[str, Any]


@dataclass(frozen=True)
class Failure:
    """What is wrong with one property; ``path`` as Pulumi spells property paths."""

    path: str
    reason: str


@dataclass
class Checked:
    """The inputs to plan with, and what is wrong with them."""

    inputs: dict[str, Any]
    failures: list[Failure] = field(default_factory=list)

    def fail(self, path: str, reason: str) -> None:
        """Add one failure."""
        self.failures.append(Failure(path, reason))


Setting = Callable[[str], "str | None"]


def check(
    table: type[Table],
    news: Mapping[str, Any],
    olds: Mapping[str, Any],
    setting: Setting,
    dialect: str = "",
) -> Checked:
    """Prepare and judge declared values; never does I/O, takes unknowns anywhere.

    `olds` are the inputs of the last run, empty for a new resource. `setting` gives the configured
    value that stands in for an argument left out; `dialect` names the server's further limits.
    """
    known = tables.by_name(table)
    checked = Checked({k: v for k, v in news.items() if k.startswith(HIDDEN) and k != IMPORT})
    for name, value in news.items():
        column = known.get(name)
        if name.startswith(HIDDEN) or (column is not None and column.behaviour.derived):
            continue
        if column is None or column.behaviour.server:
            checked.fail(name, f"is not an argument of {table.title}{_meant(name, known)}")
        elif value is not None:
            checked.inputs[name] = _prepare(column, value)
    _write_out(table, checked)
    _fill_in(table, checked, olds, setting)
    for column in tables.columns(table):
        _judge(column, checked, dialect)
    if not checked.failures:
        for path, reason in table.judge(checked.inputs):
            checked.fail(path, reason)
    _judge_names(table, checked)
    if olds and not checked.failures:
        _judge_replacement(table, checked, olds)
    _derive(table, checked)
    return checked


def _prepare(column: Column, value: Any) -> Any:
    if column.behaviour.policy and isinstance(value, list):
        return [tables.to_camel(v) if isinstance(v, str) else v for v in value]
    value = column.in_camel(value)
    return value if value is UNKNOWN else column.behaviour.prepare(value)


def _write_out(table: type[Table], checked: Checked) -> None:
    """Put the argument that a short form stands for in its place."""
    for column in tables.short_forms(table):
        value = checked.inputs.pop(column.name, None)
        if value is None:
            continue
        meant = column.behaviour.stands_for
        hidden = checked.inputs.get(SECRETS) or []
        if column.name in hidden:
            checked.inputs[SECRETS] = sorted({*hidden, meant} - {column.name})
        if meant in checked.inputs:
            checked.fail(column.name, f"is given beside {meant}: give {meant} alone")
        else:
            checked.inputs[meant] = [value]


def _fill_in(
    table: type[Table], checked: Checked, olds: Mapping[str, Any], setting: Setting
) -> None:
    """Put configured values where arguments are left out; refuse to move an object by them."""
    for column in tables.inputs(table):
        key = column.behaviour.setting
        if not key or column.name in checked.inputs:
            continue
        value, old = setting(key) or column.info.default, olds.get(column.name)
        if value is not None:
            checked.inputs[column.name] = value
        if old is not None and value is not None and not same(old, value):
            checked.fail(
                column.name,
                f"is {old!r} in this stack's state, and the configuration's {key} now says "
                f"{value!r}. Set {key} back, or give {column.attr}= to move the {table.title}",
            )


def _judge(column: Column, checked: Checked, dialect: str) -> None:
    value = checked.inputs.get(column.name)
    if value is None:
        if column.required:
            checked.fail(column.name, f"is required: {_first_sentence(column.doc)}")
        return
    if value is UNKNOWN:
        return
    for place in _no_numbers(value):
        checked.fail(property_path(column.name, place), "is no number that JSON can carry")
        return
    try:
        column.adapter(dialect).validate_python(value)
    except ValidationError as error:
        for problem in _real_problems(error.errors(include_url=False), column):
            checked.fail(property_path(column.name, problem["loc"]), describe(problem))
        return
    advice = column.behaviour.advise(value) if column.behaviour.advise else None
    if advice:
        checked.fail(column.name, advice)


def _no_numbers(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where a value holds an infinity or what is not a number."""
    if isinstance(value, str):
        return
    if isinstance(value, float) and not math.isfinite(value):
        yield place
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _no_numbers(item, (*place, str(key)))
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _no_numbers(item, (*place, number))


def _judge_names(table: type[Table], checked: Checked) -> None:
    known = {c.name for c in tables.inputs(table)}
    owned = {c.name for c in tables.collections(table)}
    for policy, allowed in (("exclusive", owned), ("release", known)):
        listed = checked.inputs.get(policy)
        if not isinstance(listed, list) or has_unknown(listed):
            continue
        for name in listed:
            if not isinstance(name, str):
                continue  # told already, by its type
            if name not in allowed:
                checked.fail(policy, f"names {name!r}; it may name {', '.join(sorted(allowed))}")
            elif policy == "release" and name in checked.inputs:
                checked.fail(
                    policy,
                    f"names {name}, which is declared: remove the argument to give the field up, "
                    f"or take it out of release to keep it",
                )


def _judge_replacement(table: type[Table], checked: Checked, olds: Mapping[str, Any]) -> None:
    """Refuse what would delete and create anew under the same name, unless that is allowed."""
    if not table.named or checked.inputs.get("allowRecreate") is True:
        return
    if any(
        not same(c.canonical(olds.get(c.name)), c.canonical(checked.inputs.get(c.name)))
        for c in tables.inputs(table)
        if c.behaviour.key
    ):
        return
    released = checked.inputs.get("release") or []
    if has_unknown(released):
        return  # judged again at apply, when they are known
    for column in tables.inputs(table):
        old, new = olds.get(column.name), checked.inputs.get(column.name)
        if same(old, new) or has_unknown(new) or column.name in released:
            continue
        if new is None and olds.get(IMPORT):
            continue  # it was read and never declared
        if forced := forces_replacement(column, old, new):
            checked.fail(
                column.name,
                f"{forced}, and the {table.title} keeps its name: replacing it would delete it, "
                f"with {table.loses or 'what others attached to it'}, and create it anew. Set "
                f"allow_recreate=True to allow that, or give the {table.title} another name"
                + (f', or release=["{column.attr}"] to leave it as it is' if new is None else ""),
            )


def forces_replacement(column: Column, old: Any, new: Any) -> str:
    """Why a change from `old` to `new` cannot be made in place; empty where it can."""
    behaviour = column.behaviour
    before, after = column.canonical(old), column.canonical(new)
    if new is not UNKNOWN and same(before, after):
        return ""
    why = f": {behaviour.reasons}" if behaviour.reasons else ""
    if behaviour.key or behaviour.create_only:
        if behaviour.computed and after is None:
            return ""
        return f"cannot be changed after creation{why}"
    clearable = behaviour.shape is not Shape.VALUE or behaviour.clear is not CANNOT
    spelled_anew = new is not UNKNOWN and isinstance(before, str) is not isinstance(after, str)
    if behaviour.set_once and None not in (before, after) and not spelled_anew:
        return f"cannot be changed once set{why}"
    if new is None and not clearable:
        return f"cannot be cleared once set{why}"
    return ""


def _derive(table: type[Table], checked: Checked) -> None:
    for column in tables.outputs(table):
        derive = column.behaviour.derived
        if derive is not None:
            value = derive(checked.inputs)
            if value is not None:
                checked.inputs[column.name] = value


def _real_problems(problems: Iterable[Any], column: Column) -> list[Problem]:
    """The problems that are not just an unknown in a value's place; missing keys as one."""
    kept: dict[tuple[str | int, ...], Problem] = {}
    for problem in problems:
        if problem["input"] is UNKNOWN:
            continue
        loc = tuple(p for p in problem["loc"] if not str(p).startswith(tables.EITHER))
        found = {**problem, "loc": loc, "column": column}
        if problem["type"] == "missing":
            found = kept.get(loc[:-1]) or {**found, "loc": loc[:-1], "names": []}
            found["names"].append(loc[-1])
        kept.setdefault(found["loc"], found)
    return list(kept.values())


def describe(problem: Problem) -> str:
    """One pydantic problem as a sentence with its remedy; never repeats the value itself."""
    ctx: Mapping[str, Any] = problem.get("ctx") or {}
    value = problem["input"]
    match problem["type"]:
        case "string_too_long":
            return f"has {len(value)} characters; at most {ctx['max_length']} are taken"
        case "string_too_short":
            return f"has {len(value)} characters; at least {ctx['min_length']} are needed"
        case "too_long":
            return f"has {ctx['actual_length']} entries; at most {ctx['max_length']} are taken"
        case "string_pattern_mismatch":
            return f"has not the form that is taken. {problem['column'].doc}"
        case "missing":
            return f"lacks {', '.join(map(str, problem['names']))}"
        case "extra_forbidden":
            return f"is not a key that the server keeps{_meant_here(problem)}"
        case "string_type" if isinstance(value, int | float) and abs(value) >= 2**53:
            return "is a number that Pulumi cannot carry exactly: give it as a text"
        case "model_type" if keys := _keys_at(problem, problem["loc"]):
            return f"is a {_kind(value)}; it takes an object with the keys {', '.join(keys)}"
        case "literal_error":
            return f"must be one of {ctx['expected']}"
        case "value_error":
            return str(ctx["error"])
        case _:
            said = problem["msg"].removeprefix("Input ")
            return f"{said}; it is a {_kind(value)}"


def _kind(value: Any) -> str:
    names = {bool: "boolean", str: "text", dict: "mapping", list: "list", int: "number"}
    return names.get(type(value), "number" if isinstance(value, float) else "null")


def _meant(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known))
    return f"; did you mean {close[0]}?" if close else ""


def _keys_at(problem: Problem, loc: tuple[str | int, ...]) -> list[str]:
    """The keys of the nested object at a place inside the problem's field."""
    model = tables.nested_model(problem["column"].info.annotation, loc)
    fields = model.model_fields if model is not None else {}
    return [info.alias or attr for attr, info in fields.items()]


def _meant_here(problem: Problem) -> str:
    """A close key of the nested object that the problem is in."""
    *around, name = problem["loc"]
    keys = _keys_at(problem, tuple(around))
    return _meant(name, keys) or f"; it keeps {', '.join(keys)}"


def _first_sentence(doc: str) -> str:
    return doc.split(". ")[0].rstrip(".").strip() or "it names the object"
