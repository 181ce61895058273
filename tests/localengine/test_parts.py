"""The parts of the engine that need no process: values, paths, names, order, files."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from pulumi_mlregistry.localengine.changes import property_changes
from pulumi_mlregistry.localengine.errors import EngineError, Refused
from pulumi_mlregistry.localengine.journal import Journal
from pulumi_mlregistry.localengine.paths import covers, join_path, parse_path, reset
from pulumi_mlregistry.localengine.state import Deployment, State, parse_document, renamed
from pulumi_mlregistry.localengine.store import StackStore
from pulumi_mlregistry.localengine.sweep import levels
from pulumi_mlregistry.localengine.urns import make_urn
from pulumi_mlregistry.localengine.values import (
    UNKNOWN,
    Properties,
    Secret,
    annotate_secrets,
    compact_json,
    contains_unknown,
    equal,
    from_struct,
    redacted,
    to_struct,
)


def test_values_survive_the_wire_with_secrets_and_unknowns() -> None:
    given: Properties = {
        "n": None,
        "b": True,
        "i": 3,
        "f": 2.5,
        "s": "x",
        "l": [1, {"k": Secret({"deep": UNKNOWN})}],
        "empty": {},
        "none": [],
    }
    back = from_struct(to_struct(given, keep_secrets=True))
    assert equal(back, given)
    assert isinstance(back["i"], int)
    assert contains_unknown(back)
    plain = from_struct(to_struct(given, keep_secrets=False))
    assert redacted(plain)["l"] == [1, {"k": {"deep": "[unknown]"}}]  # type: ignore[index]


def test_equality_tells_kinds_apart() -> None:
    assert not equal(True, 1)
    assert not equal(False, 0)
    assert equal(1, 1.0)
    assert not equal(Secret("x"), "x")
    assert not equal({"a": None}, {})
    assert not equal([1], [1, 2])
    assert equal(UNKNOWN, UNKNOWN)
    assert not equal(None, "")


def test_secrets_are_marked_by_key_in_objects_and_as_a_whole_in_lists() -> None:
    outputs: Properties = {"o": {"x": "1", "y": "2"}, "l": ["1", "2"], "other": "1"}
    annotate_secrets(outputs, {"o": {"x": Secret("0")}, "l": ["0", Secret("1")], "gone": Secret(1)})
    assert redacted(outputs) == {"o": {"x": "[secret]", "y": "2"}, "l": "[secret]", "other": "1"}


@pytest.mark.parametrize("text", ["a.b", "a[0].b", 'a["x.y"].z', 'a["q\\"t"]', "a-b"])
def test_paths_are_read_and_written_alike(text: str) -> None:
    assert join_path(parse_path(text)) == text


def test_paths_cover_what_lies_in_them() -> None:
    assert covers(parse_path("a[*].b"), parse_path("a[3].b.c"))
    assert covers(parse_path("*"), parse_path("anything"))
    assert not covers(parse_path("a.b"), parse_path("a"))
    with pytest.raises(Refused, match="not a property path"):
        parse_path("a[")


def test_ignored_paths_are_put_back_to_their_old_values() -> None:
    old: Properties = {
        "a": 1,
        "o": {"x": 1, "y": 1},
        "l": [{"k": 1}, {"k": 1}],
        "s": Secret({"p": 1}),
    }
    new: Properties = {
        "a": 2,
        "o": {"x": 2, "z": 2},
        "l": [{"k": 2}, {"k": 2}],
        "s": Secret({"p": 2}),
    }
    assert reset(["a"], old, new)["a"] == 1
    assert reset(["o", "y"], old, new)["o"] == {"x": 2, "z": 2, "y": 1}
    assert reset(["o", "z"], old, new)["o"] == {"x": 2}
    assert reset(["l", "*", "k"], old, new)["l"] == [{"k": 1}, {"k": 1}]
    assert reset(["l", 1, "k"], old, new)["l"] == [{"k": 2}, {"k": 1}]
    assert reset(["l", 7, "k"], old, new) == new
    assert reset(["missing", "deep"], old, new) == new
    assert equal(reset(["s", "p"], old, new)["s"], Secret({"p": 1}))
    assert new["o"] == {"x": 2, "z": 2}


def test_changes_name_paths_and_hide_what_must_not_be_seen() -> None:
    found = property_changes(
        {"__provider": "x", "t": {"a": 1, "b": 1}, "p": Secret("old"), "h": 1, "n": Secret(1)},
        {"__provider": "y", "t": {"a": 2, "c": 1}, "p": "new", "h": 2, "n": 1},
        replaces=["t"],
        hide=["h"],
    )
    assert [(c.path, c.kind, c.old, c.new, c.replaces) for c in found] == [
        ("p", "update", "[secret]", "[secret]", False),
        ("t.a", "update", 1, 2, True),
        ("t.b", "delete", 1, None, True),
        ("t.c", "add", None, 1, True),
    ]


def state(name: str, *needs: str, parent: str = "") -> State:
    return State(
        make_urn("dev", "p", parent, "t:i:T", name),
        "t:i:T",
        True,
        dependencies=list(needs),
        parent=parent,
    )


def test_deletions_go_in_groups_users_first() -> None:
    a = state("a")
    b, c = state("b", a.urn), state("c", a.urn)
    d = state("d", b.urn, c.urn)
    assert [[s.name for s in g] for g in levels([a, b, c, d])] == [["d"], ["b", "c"], ["a"]]


def test_deletions_of_a_damaged_state_with_a_cycle_come_to_an_end() -> None:
    a, b = state("a"), state("b")
    a.dependencies, b.dependencies = [b.urn], [a.urn]
    assert sum(len(group) for group in levels([a, b])) == 2


def test_children_not_yet_registered_follow_a_renamed_parent() -> None:
    parent = state("old")
    child = state("child", parent=parent.urn)
    user = state("user", child.urn)
    new = make_urn("dev", "p", "", "t:i:New", "new")
    after = renamed([child, user], {parent.urn: new})
    assert after[0].urn == "urn:pulumi:dev::p::t:i:New$t:i:T::child"
    assert after[0].parent == new
    assert after[1].dependencies == [after[0].urn]
    assert child.parent == parent.urn


def test_forgetting_a_resource_forgets_the_references_to_it() -> None:
    a = state("a")
    b = state("b", a.urn)
    b.property_dependencies = {"x": [a.urn]}
    journal = Journal(Deployment([a, b]))
    journal.end(drop=a)
    journal.prune()
    (left,) = journal.olds()
    assert left.needs() == set()


def test_every_save_returns_only_when_its_change_is_on_disk(tmp_path: Path) -> None:
    store = StackStore(tmp_path, "dev")
    store.prepare()
    done: set[int] = set()
    lost: list[int] = []

    def work(number: int) -> None:
        done.add(number)
        store.save(lambda: {"done": sorted(done)})
        if number not in json.loads(store.path.read_text())["done"]:
            lost.append(number)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert lost == []
    assert json.loads(store.path.read_text())["done"] == list(range(40))


def test_json_is_written_as_pulumi_writes_it() -> None:
    assert compact_json({"b": "<é>", "a": [1, None]}) == '{"a":[1,null],"b":"\\u003cé\\u003e"}'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ("[]", "not a Pulumi deployment"),
        ('{"version": 4, "deployment": {}}', "4"),
    ],
)
def test_a_damaged_state_file_is_an_error_that_says_so(text: str, words: str) -> None:
    with pytest.raises(EngineError, match=words):
        parse_document(text, "dev.json")
