"""Ignored property paths: how they are read, and what is declared where they are."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_mlregistry.reconcile.errors import AlreadyExists
from pulumi_mlregistry.reconcile.ignored import accepted, is_within, parse
from reconcile.program import Program, applied, values
from reconcile.registry import taken
from reconcile.tables import Model

PATHS = {
    "tags": ("tags",),
    "tags.a": ("tags", "a"),
    'tags["a.b"]': ("tags", "a.b"),
    r'tags["a\"b"]': ("tags", 'a"b'),
    "parts[0].madeOf": ("parts", 0, "madeOf"),
    "parts[*].madeOf": ("parts", "*", "madeOf"),
    'tags["0"]': ("tags", "0"),
    '["tags"].a': ("tags", "a"),
    "*": ("*",),
}


@pytest.mark.parametrize(("text", "place"), PATHS.items())
def test_a_property_path_is_taken_apart_as_the_engine_does(
    text: str, place: tuple[Any, ...]
) -> None:
    assert parse(text) == place


def test_a_place_covers_what_lies_in_it() -> None:
    assert is_within(("tags", "a"), ["tags"])
    assert is_within(("tags", "a"), ["tags.*"])
    assert not is_within(("tags",), ["tags.a"])
    assert not is_within(("tags", "a"), ["labels", "tags.b"])


P = {"name": "p", "madeOf": "wood"}
ACCEPTED: list[tuple[dict[str, Any], dict[str, Any], list[str], dict[str, Any]]] = [
    ({"size": 1}, {"size": 2}, [], {"size": 1}),
    ({"size": 1}, {"size": 2}, ["size"], {"size": 2}),
    ({"size": 1}, {}, ["size"], {}),
    ({}, {"size": 2}, ["size"], {"size": 2}),
    ({"name": "m", "size": 1}, {"name": "n", "size": 2}, ["*"], {"name": "m", "size": 2}),
    ({"origin": "a"}, {"origin": "b"}, ["origin"], {"origin": "a"}),
    ({"tags": {"a": "1"}}, {"tags": {"a": "2", "b": "3"}}, ["tags.a"], {"tags": {"a": "2"}}),
    ({"tags": {"a": "1"}}, {"tags": {}}, ["tags.a"], {}),
    ({}, {"tags": {"a": "2", "b": "3"}}, ["tags.a"], {"tags": {"a": "2"}}),
    ({}, {}, ["tags.a"], {}),
    ({"tags": {"a": "1"}}, {"tags": {"a": "2"}}, ["tags[0]"], {"tags": {"a": "1"}}),
    ({"storage": {"at": {"port": 1, "key": 1}}}, {"storage": {"at": {"port": 2, "key": 2}}},
     ["storage.at.port"], {"storage": {"at": {"port": 2, "key": 1}}}),
    ({"storage": {"at": 1}}, {"storage": {"at": {"port": 2}}}, ["storage.at.port"],
     {"storage": {"at": 1}}),
    ({"storage": {"a": {"x": 1}, "b": {"x": 1}}}, {"storage": {"a": {"x": 2}, "b": {"x": 3}}},
     ["storage.*.x"], {"storage": {"a": {"x": 2}, "b": {"x": 3}}}),
    ({"storage": {"a": [{"x": 1}, {"x": 1}]}}, {"storage": {"a": [{"x": 2}]}},
     ["storage.a[*].x"], {"storage": {"a": [{"x": 2}, {"x": 1}]}}),
    ({"storage": {"a": [1]}}, {"storage": {"a": 2}}, ["storage.a[0]"], {"storage": {"a": [1]}}),
    ({"labels": ["a", "b"]}, {"labels": ["b"]}, ["labels[0]"], {"labels": ["b"]}),
    ({"labels": ["a"]}, {"labels": ["b"]}, ["labels"], {"labels": ["b"]}),
    ({"parts": [P]}, {"parts": [{**P, "madeOf": "steel"}]}, ["parts[0].madeOf"],
     {"parts": [{**P, "madeOf": "steel"}]}),
    ({"parts": [P]}, {"parts": [{**P, "madeOf": "steel"}]}, ["parts[*].madeOf"],
     {"parts": [{**P, "madeOf": "steel"}]}),
    ({"parts": [P]}, {"parts": [{**P, "madeOf": "steel"}]}, ["parts[1].madeOf"], {"parts": [P]}),
    ({}, {"parts": [P]}, ["parts[0].madeOf"], {}),
]  # fmt: skip


@pytest.mark.parametrize(("declared", "live", "ignored", "expected"), ACCEPTED)
def test_what_is_live_counts_as_declared_where_it_is_within(
    declared: dict[str, Any], live: dict[str, Any], ignored: list[str], expected: dict[str, Any]
) -> None:
    assert accepted(Model, declared, live, ignored) == expected


def test_what_is_within_is_neither_compared_nor_written_nor_cleared() -> None:
    program = applied(size=5, tags={"a": "1", "b": "2"})
    ours = {"name": "m", "size": 5, "tags": {"a": "1", "b": "2"}, "__ignored": ["tags.a"]}
    values(program)["tags"]["a"] = "theirs"
    assert program.planned(**ours) == []
    program.up(**{**ours, "size": 6})
    assert values(program)["tags"] == {"a": "theirs", "b": "2"}
    assert program.outputs["tags"] == {"a": "theirs", "b": "2"}
    values(program)["tags"]["a"] = "theirs again"
    program.refresh()
    assert program.log == []
    # It is the program's still: once it is ignored no more, it is written.
    assert program.planned(name="m", size=6, tags={"a": "1", "b": "2"}) == [
        "tags.a: 'theirs again' => '1'"
    ]


def test_a_mask_is_sent_back_where_the_secret_is_within() -> None:
    program = applied(endpoint={"url": "u", "apiKey": "k"})
    endpoint = {"url": "v", "apiKey": "k"}
    program.server.masks = True
    program.up(name="m", endpoint=endpoint, __ignored=["endpoint.apiKey"])
    assert values(program)["endpoint"] == {"url": "v", "apiKey": "*****"}


@pytest.mark.parametrize("path", ["tags.c", "tags.c.d"])
def test_a_field_is_cleared_beside_an_ignored_key_that_nobody_has(path: str) -> None:
    program = applied(tags={"b": "2"})
    program.up(name="m", __ignored=[path])
    assert values(program)["tags"] == {}


def test_an_adoption_leaves_what_is_ignored_as_it_is() -> None:
    server = taken(size=7, tags={"a": "theirs", "b": "theirs"})
    program = Program(server)
    declared = {"name": "m", "size": 5, "tags": {"a": "1", "b": "2"}, "onConflict": "adopt"}
    program.up(**declared, __ignored=["size", "tags.a"])
    assert values(program)["size"] == 7
    assert values(program)["tags"] == {"a": "theirs", "b": "2"}
    assert program.planned(**declared, __ignored=["size", "tags.a"]) == []


def test_what_is_ignored_makes_no_object_unequal() -> None:
    program = Program(taken(size=7))
    program.up(name="m", size=5, onConflict="adopt_if_equal", __ignored=["size"])
    assert values(program)["size"] == 7
    with pytest.raises(AlreadyExists, match=r"size: 7 => 5"):
        Program(program.server).up(name="m", size=5, onConflict="adopt_if_equal")


def test_a_new_object_gets_what_is_declared_though_changes_of_it_are_ignored() -> None:
    assert values(applied(size=5, __ignored=["size"]))["size"] == 5


def test_others_keys_in_an_exclusive_field_are_no_drift_where_they_are_ignored() -> None:
    program = applied(tags={"a": "1"}, exclusive=["tags"], __ignored=["tags.b"])
    program.server.write("main/m", {"tags": {"a": "1", "b": "theirs"}}, by="ann")
    program.refresh()
    assert program.log == []
    declared = {"name": "m", "tags": {"a": "1"}, "exclusive": ["tags"]}
    assert program.planned(**declared, __ignored=["tags.b"]) == []


def test_a_refresh_goes_by_the_paths_that_the_program_ignored_last() -> None:
    program = applied(size=5)
    program.up(name="m", size=5, __ignored=["size"])  # nothing changes, so that outputs stay
    program.server.write("main/m", {"size": 7}, by="ann")
    found = program.core.read(program.id, program.outputs, program.inputs)
    assert program.log == []
    assert found.outputs["size"] == 7
