"""Nested values: the declared part of one, and writes that keep the rest."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import pytest

from pulumi_mlregistry.reconcile import canonical
from pulumi_mlregistry.reconcile.behaviour import Behaviour
from pulumi_mlregistry.reconcile.nested import declared_part, merged, without
from pulumi_mlregistry.reconcile.unknown import UNKNOWN
from reconcile.program import Program, values
from reconcile.tables import Endpoint, Model


def name_of(item: Any) -> Any:
    return item.get("name") if isinstance(item, dict) else item


LISTS = {"items": name_of, "deep.items": name_of}
A, B, C = ({"name": name, "note": name.upper()} for name in "abc")

PARTS: list[tuple[Any, list[Any], Any]] = [
    ("text", ["other"], "text"),
    ({"a": 1, "b": 2}, [], {"a": 1, "b": 2}),
    ({"a": 1, "b": 2}, [None, "text"], {"a": 1, "b": 2}),
    ({"a": 1, "b": 2}, [{"a": 3}], {"a": 1}),
    ({"a": 1, "b": 2, "c": 3}, [{"a": 3}, {"b": 4}], {"a": 1, "b": 2}),
    ({"a": {"x": 1, "y": 2}}, [{"a": {"x": 0}}], {"a": {"x": 1}}),
    ({"a": {"x": 1, "y": 2}}, [{"a": UNKNOWN}], {"a": {"x": 1, "y": 2}}),
    ({"other": [A, B]}, [{"other": [{"name": "a"}]}], {"other": [A, B]}),
    ({"items": [A, B]}, [{"items": [{"name": "a"}]}], {"items": [{"name": "a"}]}),
    ({"items": [A, B]}, [{"items": ["b"]}], {"items": [B]}),
    ({"items": [A, B]}, [{"items": UNKNOWN}], {"items": [A, B]}),
    ({"items": [A, B]}, [{"items": ["b", UNKNOWN]}], {"items": [A, B]}),
    ({"deep": {"items": [A, B]}}, [{"deep": {"items": [B]}}], {"deep": {"items": [B]}}),
]


@pytest.mark.parametrize(("value", "words", "expected"), PARTS)
def test_a_value_is_reduced_to_what_is_declared_of_it(
    value: Any, words: list[Any], expected: Any
) -> None:
    assert declared_part(value, words, LISTS) == expected


WRITES: list[tuple[Any, Any, Any, Any]] = [
    # answered, declared before, declared now, written
    (1, 1, 2, 2),
    ({"a": 1, "theirs": 2}, {"a": 1}, {"a": 3}, {"a": 3, "theirs": 2}),
    ({"a": 1, "b": 2, "theirs": 2}, {"a": 1, "b": 2}, {"a": 3}, {"a": 3, "theirs": 2}),
    ({"a": {"x": 1, "y": 2}}, {"a": {"x": 1}}, {"a": {"x": 3}}, {"a": {"x": 3, "y": 2}}),
    ({"a": 1}, "text", "new", "new"),
    ({"a": 1}, None, {"b": 2}, {"a": 1, "b": 2}),
    ([A], [{"name": "a"}], [{"name": "a"}], [A]),
    ([A], [{"name": "a"}], [{"name": "b"}], [{"name": "b"}]),
    ({"items": [A, B]}, {"items": [{"name": "a"}]}, {"items": [{"name": "a", "x": 1}]},
     {"items": [{**A, "x": 1}, B]}),
    ({"items": [A, B]}, {"items": [{"name": "a"}]}, {"items": []}, {"items": [B]}),
    ({"items": [A, B]}, {"items": [{"name": "a"}]}, {"items": ["c"]}, {"items": [B, "c"]}),
    ({"items": [A]}, {}, {"items": [C]}, {"items": [A, C]}),
    ({"a": {"x": 1, "y": 2}, "b": 1}, {"a": {"x": 1}, "b": 1}, {"b": 1}, {"a": {"y": 2}, "b": 1}),
    ({"a": {"x": 1}, "b": None}, {"a": {"x": 1}}, {"c": 1}, {"b": None, "c": 1}),
    ({"items": [A, B], "c": 1}, {"items": [{"name": "a"}], "c": 1}, {"c": 1},
     {"items": [B], "c": 1}),
    ({"items": [A], "c": 1}, {"items": [A], "c": 1}, {"c": 1}, {"c": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("answered", "before", "now", "expected"), WRITES)
def test_a_write_keeps_what_others_have_in_a_value(
    answered: Any, before: Any, now: Any, expected: Any
) -> None:
    assert merged(answered, before, now, LISTS) == expected


def test_what_others_have_stays_of_a_value_that_is_no_longer_declared() -> None:
    assert without({"a": 1, "theirs": 2, "empty": None}, {"a": 1}) == {"theirs": 2}
    assert without({"a": 1}, {"a": 1}) is None
    assert without("text", "text") is None
    assert without({"a": 1}, None) is None


class Plain(Model):
    """A model whose endpoint is owned key by key, as most nested values are."""

    kind: ClassVar[str] = "toy:Plain"
    endpoint: Annotated[Endpoint | None, Behaviour(canonical=canonical.without_nulls, clear={})] = (
        None
    )


@pytest.mark.parametrize(
    ("declared", "left"),
    [
        ({"endpoint": {"url": "u"}}, {"url": "u", "apiKey": "k", "retryPolicy": {"wait": 5}}),
        ({}, {"apiKey": "k", "retryPolicy": {"wait": 5}}),
    ],
)
def test_what_others_have_deep_in_a_value_stays_when_that_is_no_longer_declared(
    declared: dict[str, Any], left: dict[str, Any]
) -> None:
    program = Program(table=Plain, owner="p/dev/toy/m")
    program.up(name="m", endpoint={"url": "u", "retryPolicy": {"atMost": 1}})
    theirs = {"url": "u", "apiKey": "k", "retryPolicy": {"atMost": 1, "wait": 5}}
    program.server.edit("main/m", endpoint=theirs)()
    program.up(name="m", **declared)
    assert values(program)["endpoint"] == left
