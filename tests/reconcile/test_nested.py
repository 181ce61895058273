"""Nested values: the declared part of one, and writes that keep the rest."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_mlregistry.reconcile.nested import declared_part, merged, without
from pulumi_mlregistry.reconcile.unknown import UNKNOWN


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
