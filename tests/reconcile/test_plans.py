"""Plan: each change at its own path, and what it asks for."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_mlregistry.reconcile import owned
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.paths import Path
from pulumi_mlregistry.reconcile.planning import Change, Diff, Kind, Ownership, equal, plan, shown
from pulumi_mlregistry.reconcile.unknown import UNKNOWN
from reconcile.program import Program, applied
from reconcile.tables import Model, Version


def planned(
    declared: dict[str, Any], live: dict[str, Any], *applied: str, **policies: Any
) -> list[str]:
    ownership = Ownership(tuple(Path.parse(pointer) for pointer in applied), **policies)
    return [str(change) for change in plan(Model, declared, live, ownership)]


CHANGES: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    ({"size": 5}, {}, ["size: (not set) => 5"]),
    ({"size": 5}, {"size": 6}, ["size: 6 => 5"]),
    ({"size": UNKNOWN}, {"size": 6}, ["size: 6 => (known after apply)"]),
    ({"origin": "a"}, {"origin": "b"},
     ["origin: 'b' => 'a' (cannot be changed after creation: it was made there)"]),
    ({"origin": UNKNOWN}, {"origin": "b"},
     ["origin: 'b' => (known after apply) (cannot be changed after creation: it was made there)"]),
    ({"tags": {"a": "1", "b": "2"}}, {"tags": {"b": "3", "c": "4"}},
     ["tags.a: (not set) => '1'", "tags.b: '3' => '2'"]),
    ({"tags": UNKNOWN}, {"tags": {"b": "3"}}, ["tags: {'b': '3'} => (known after apply)"]),
    ({"labels": ["a", "b"]}, {"labels": ["b"]}, ["labels.a: (not set) => 'a'"]),
    ({"labels": ["a", UNKNOWN]}, {"labels": ["a"]},
     ["labels: ['a'] => (known after apply)"]),
    ({"parts": [{"name": "p", "madeOf": "wood"}]}, {"parts": [{"name": "p"}]},
     ["parts.p: {'name': 'p'} => {'name': 'p', 'madeOf': 'wood'}"]),
    ({"parts": [{"name": UNKNOWN}]}, {}, ["parts: (not set) => {'name': (known after apply)}"]),
    ({"endpoint": {"url": "u", "apiKey": "k"}}, {"endpoint": {"url": "v", "apiKey": "j"}},
     ["endpoint.url: 'v' => 'u'", "endpoint.apiKey: [secret] => [secret]"]),
    ({"endpoint": {"url": "u"}}, {"endpoint": {"url": "u", "apiKey": "j"}}, []),
    ({"endpoint": {"retryPolicy": {"atMost": 3}}}, {"endpoint": {"retryPolicy": {"atMost": 4}}},
     ["endpoint.retryPolicy.atMost: 4 => 3"]),
    ({"endpoint": {"url": "u"}}, {}, ["endpoint: (not set) => [secret]"]),
    ({"endpoint": {"url": UNKNOWN}}, {"endpoint": {"url": "u"}},
     ["endpoint.url: 'u' => (known after apply)"]),
    ({"endpoint": {"url": UNKNOWN, "retryPolicy": {"atMost": UNKNOWN, "wait": 2}, "apiKey": "k"}},
     {"endpoint": {"retryPolicy": {"atMost": 1, "wait": 2}, "apiKey": "j"}},
     ["endpoint.url: (not set) => (known after apply)",
      "endpoint.retryPolicy.atMost: 1 => (known after apply)",
      "endpoint.apiKey: [secret] => [secret]"]),
    ({"storage": {"host": "g", "key": "k", "at": {"port": 1}}},
     {"storage": {"host": "h", "key": "l", "at": {"port": 2}}},
     ["storage.host: 'h' => 'g'", "storage.key: [secret] => [secret]", "storage.at.port: 2 => 1"]),
    ({"storage": {"host": [1, 2]}}, {"storage": {"host": [1, 3]}},
     ["storage.host: [1, 3] => [1, 2]"]),
    ({"storage": {"host": [1, {"a": 1}, 2]}}, {"storage": {"host": [3, {"a": 2}, 4]}},
     ["storage.host: [3, {'a': 2}, 4] => [1, {'a': 1}, 2]"]),
    ({"storage": {"host": True}}, {"storage": {"host": 1}}, ["storage.host: 1 => True"]),
    ({"links": ["a"]}, {"links": ["b"]}, ["links: ['b'] => ['a']"]),
    ({"size": 5, "tags": {"a": "1"}}, {"size": 5.0, "tags": {"a": "1"}}, []),
    ({"description": ""}, {}, []),
    ({}, {"size": 5, "tags": {"a": "1"}, "labels": ["x"]}, []),
    ({"tags": {}}, {"tags": {"a": "1"}}, []),
]  # fmt: skip


@pytest.mark.parametrize(("declared", "live", "expected"), CHANGES)
def test_each_change_is_shown_at_its_own_path(
    declared: dict[str, Any], live: dict[str, Any], expected: list[str]
) -> None:
    assert sorted(planned(declared, live)) == sorted(expected)


def test_changes_come_in_the_order_of_the_table() -> None:
    declared = {"tags": {"b": "1", "a": "1"}, "size": 5, "labels": ["x"]}
    paths = [str(c.path) for c in plan(Model, declared, {})]
    assert paths == ["size", "tags.b", "tags.a", "labels.x"]


CLEARED: list[tuple[str, dict[str, Any], list[str]]] = [
    ("description", {"description": "d"}, ["description: 'd' => (not set)"]),
    ("description", {"description": ""}, []),
    ("description", {}, []),
    ("stage", {"stage": "new"}, ["stage: 'new' => (not set)"]),
    ("links", {"links": []}, []),
    ("endpoint", {"endpoint": {}}, []),
    ("endpoint", {"endpoint": {"url": None}}, []),
    ("endpoint", {"endpoint": {"url": "u"}}, ["endpoint: [secret] => (not set)"]),
    ("size", {"size": 5},
     ["size: 5 => (not set) (cannot be cleared once set: it weighs something)"]),
    ("origin", {"origin": "a"},
     ["origin: 'a' => (not set) (cannot be changed after creation: it was made there)"]),
    ("format", {"format": "zip"}, []),
    ("score", {"score": 0.5}, ["score: 0.5 => (not set)"]),
    ("tags/a", {"tags": {"a": "1", "b": "2"}}, ["tags.a: '1' => (not set)"]),
    ("tags/a", {"tags": {"b": "2"}}, []),
    ("labels/x", {"labels": ["x", "y"]}, ["labels.x: 'x' => (not set)"]),
    ("parts/p", {"parts": [{"name": "p"}]}, ["parts.p: {'name': 'p'} => (not set)"]),
]  # fmt: skip


@pytest.mark.parametrize(("applied", "live", "expected"), CLEARED)
def test_what_was_applied_and_is_no_longer_declared_is_cleared(
    applied: str, live: dict[str, Any], expected: list[str]
) -> None:
    assert planned({}, live, applied) == expected
    field = applied.partition("/")[0]
    assert planned({}, live, applied, release=[field]) == []
    assert planned({}, live, applied, release=["name"]) == expected


def test_a_change_beside_a_cleared_key_is_shown_as_well() -> None:
    live = {"tags": {"c": "1", "b": "2", "a": "3"}}
    assert planned({"tags": {"b": "4"}}, live, "tags/a", "tags/b", "tags/c", "name") == [
        "tags.b: '2' => '4'",
        "tags.a: '3' => (not set)",
        "tags.c: '1' => (not set)",
    ]


def test_all_keys_of_a_claimed_field_are_cleared_but_the_declared_ones() -> None:
    live = {"tags": {"a": "1", "b": "2"}, "labels": ["x"]}
    assert planned({"tags": {"a": "1"}}, live, exclusive=["tags"]) == ["tags.b: '2' => (not set)"]
    assert planned({}, live, exclusive=["tags"], release=["tags"]) == [
        "tags.a: '1' => (not set)",
        "tags.b: '2' => (not set)",
    ]


def test_nothing_is_cleared_while_the_field_is_not_known() -> None:
    live = {"tags": {"a": "1"}}
    assert planned({"tags": UNKNOWN}, live, "tags/a") == ["tags: {'a': '1'} => (known after apply)"]
    assert planned({"labels": [UNKNOWN]}, {"labels": ["x"]}, "labels/x", exclusive=["labels"]) == [
        "labels: ['x'] => (known after apply)"
    ]


def test_drift_is_a_conflict_and_a_replacement_stays_one() -> None:
    drifted = Ownership(drifted=[Path.of("tags", "a"), Path.of("origin"), Path.of("storage")])
    declared = {"origin": "x", "tags": {"a": "1", "b": "1"}, "storage": {"host": "g"}}
    live = {"origin": "y", "tags": {"a": "2", "b": "2"}, "storage": {"host": "h"}}
    found = {str(c.path): (c.kind, c.reason) for c in plan(Model, declared, live, drifted)}
    outside = "changed outside since the last update"
    assert found == {
        "origin": (Kind.REPLACE, "cannot be changed after creation: it was made there"),
        "tags.a": (Kind.CONFLICT, outside),
        "tags.b": (Kind.UPDATE, ""),
        "storage.host": (Kind.CONFLICT, outside),
    }


def test_what_the_program_made_secret_is_not_shown() -> None:
    changes = plan(Model, {"size": 5}, {"size": 6}, Ownership(secret=["size"]))
    assert [(str(c), c.secret) for c in changes] == [("size: [secret] => [secret]", True)]
    assert [c.secret for c in plan(Model, {"size": 5}, {"size": 6})] == [False]


def test_a_change_of_nested_keys_keeps_their_values() -> None:
    live = {"storage": {"host": "h", "at": {"port": 1, "path": "p"}}}
    [change] = plan(Model, {"storage": {"host": "h", "at": {"port": 2, "path": "p"}}}, live)
    assert change == Change(Path.of("storage", "at", "port"), 1, 2, Kind.UPDATE, "", False)


def test_a_long_value_is_cut_and_an_unknown_one_named() -> None:
    assert shown("x" * 118, False) == f"'{'x' * 118}'"
    assert shown("x" * 119, False) == f"'{'x' * 116}..."
    assert shown(UNKNOWN, True) == "(known after apply)"
    assert shown("x", True) == "[secret]"


def test_an_unknown_equals_nothing() -> None:
    column = tables.column(Model, "links")
    assert not equal(column, Path.of("links"), [UNKNOWN], [UNKNOWN])
    assert equal(column, Path.of("links"), [1.0], [1])


@pytest.mark.parametrize(
    ("name", "value", "path", "expected"),
    [
        ("size", 5.0, "size", 5),
        ("description", "", "description", None),
        ("tags", 1.0, "tags/a", 1),
        ("parts", {"name": "p", "madeOf": None}, "parts/p", {"name": "p"}),
        ("labels", "x", "labels/x", "x"),
        ("size", None, "size", None),
        ("parts", None, "parts/p", None),
        ("tags", None, "tags/a", None),
    ],
)
def test_an_entry_is_compared_in_its_own_form(
    name: str, value: Any, path: str, expected: Any
) -> None:
    column = tables.column(Model, name)
    assert owned.canonical_entry(column, Path.parse(path), value) == expected
    assert owned.canonical_entry(column, Path.parse(path), UNKNOWN) is UNKNOWN


def test_values_are_reduced_to_what_is_owned() -> None:
    values = {
        "size": 5,
        "description": "d",
        "tags": {"a": "1", "b": "2"},
        "labels": ["x", "y"],
        "parts": [{"name": "p"}],
    }
    paths = [Path.parse(p) for p in ("size", "tags/a", "labels/y", "parts/q", "stage")]
    assert owned.restrict(Model, values, paths) == {
        "size": 5,
        "tags": {"a": "1"},
        "labels": ["y"],
        "parts": [],
    }
    assert owned.restrict(Model, values, paths, ["tags", "labels", "owners"]) == {
        "size": 5,
        "tags": {"a": "1", "b": "2"},
        "labels": ["x", "y"],
        "parts": [],
    }


def test_a_key_in_the_state_of_what_has_none_by_now_owns_nothing() -> None:
    assert owned.restrict(Model, {"size": 5}, [Path.of("size", "a")]) == {}


def test_a_field_is_rebuilt_in_the_order_in_which_it_was_known() -> None:
    parts = [(Path.of("labels", name), name) for name in ("c", "b", "a")]
    like = [Path.of("labels", "a"), Path.of("labels", "b")]
    assert owned.rebuild(tables.column(Model, "labels"), parts, like) == ["a", "b", "c"]
    assert owned.rebuild(tables.column(Model, "labels"), parts) == ["c", "b", "a"]
    assert owned.rebuild(tables.column(Model, "size"), []) is None


def test_a_collection_declared_empty_is_declared() -> None:
    values = {"tags": {}, "labels": [], "parts": None, "owners": ["a"], "links": []}
    assert owned.empties(Model, values) == {"tags": {}, "labels": []}


def diff(**changes: Any) -> Diff:
    program = Program()
    program.up(name="m", origin="here", size=5)
    inputs = {k: v for k, v in {**program.inputs, **changes}.items() if v is not None}
    return program.core.diff(program.id, program.outputs, inputs)


def test_a_diff_says_what_replaces_and_in_which_order() -> None:
    kept = diff(origin="there", size=6)
    assert (kept.any, kept.replaces, kept.delete_before_replace) == (True, ["origin"], True)
    renamed = diff(name="n", origin="there")
    assert renamed.replaces == ["name", "origin"]
    assert renamed.delete_before_replace is False
    moved = diff(shelf="top")
    assert (moved.replaces, moved.delete_before_replace) == (["shelf"], False)
    nothing = diff()
    assert (nothing.any, nothing.replaces, nothing.changes, nothing.policies) == (
        False, [], (), (),
    )  # fmt: skip


def test_a_diff_tells_policies_that_changed() -> None:
    assert diff(onConflict="adopt", allowRecreate=True, recursive=True).policies == (
        "recursive",
        "onConflict",
        "allowRecreate",
    )


def test_a_version_is_created_before_the_old_one_is_looked_at() -> None:
    program = Program(table=Version)
    program.up(name="m", source="a")
    found = program.diff(name="m", source="b", allowRecreate=True)
    assert (found.replaces, found.delete_before_replace) == (["source"], False)
    assert program.ledger.recreated("https://toy/one toy:Version m/1") is None


def test_only_an_allowed_replacement_under_the_same_name_is_noted_as_one() -> None:
    key = "https://toy/one toy:Model main/m"
    program = Program()
    program.up(name="m", origin="here", size=5)
    news = {**program.inputs, "allowRecreate": True, "recursive": True}
    for inputs, expected in (
        ({**news, "size": 6}, None),
        ({**news, "origin": "there", "allowRecreate": UNKNOWN}, None),
        ({**news, "origin": "there", "name": "n"}, None),
        ({**news, "origin": "there", "recursive": UNKNOWN}, False),
        ({**news, "origin": "there"}, True),
    ):
        program.core.diff(program.id, program.outputs, inputs)
        assert program.ledger.recreated(key) is expected


def test_a_diff_notes_the_owner_and_its_former_name() -> None:
    key = "https://toy/one toy:Model main/m"
    program = Program()
    program.up(name="m")
    renamed = Program(program.server, owner="p/prod/toy/m", id=program.id, outputs=program.outputs)
    renamed.diff(name="m")
    assert renamed.ledger.why_kept("p/dev/toy/m", key) == ""
    assert renamed.ledger.why_kept("p/dev/toy/n", key) == "it is now p/prod/toy/m's"
    anonymous = Program(program.server, id=program.id, outputs=program.outputs)
    anonymous.core.diff(program.id, program.outputs, {"name": "m", "shelf": "main"})
    assert anonymous.ledger.why_kept("p/dev/toy/n", key) == ""


def test_what_policies_do_to_others_and_to_what_is_released_is_said() -> None:
    program = applied(description="d", tags={"a": "1"})
    kept = {"name": "m", "tags": {"a": "1"}}
    assert program.diff(**kept, description="d").notes == ()
    (note,) = program.diff(**kept, description="d", exclusive=["tags"]).notes
    assert note.startswith("tags becomes exclusive: up deletes the keys that others have in it")
    assert program.diff(**kept, release=["description", "size"]).notes == (
        "description is released: it keeps its value in the registry",
    )
    program.up(**kept, exclusive=["tags"], release=["description"])
    assert program.diff(**kept, exclusive=["tags"], release=["description"]).notes == ()
