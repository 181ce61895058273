"""Update: the smallest write, read back, with the work of others kept."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_mlregistry.reconcile import errors
from pulumi_mlregistry.reconcile.errors import Conflict, Gone, Lost, NotApplied, Rejected, Stale
from pulumi_mlregistry.reconcile.unknown import UNKNOWN
from reconcile.program import Program, applied, values
from reconcile.registry import Registry
from reconcile.tables import Version

PREFIX = "update model main/m at https://toy/one: "


def test_nothing_is_asked_where_nothing_changed() -> None:
    program = applied(size=5)
    before = program.outputs
    assert program.up(name="m", size=5.0) == before
    assert program.requests == []


def test_a_change_is_one_read_and_one_write_of_the_changed_fields() -> None:
    program = applied(size=5, description="d", tags={"a": "1"})
    outputs = program.up(name="m", size=6, description="d", tags={"a": "1"})
    assert program.requests == ["read", "patch"]
    assert (outputs["size"], outputs["revision"]) == (6, 2)
    assert program.marks == {
        "description": "", "name": "", "shelf": "", "size": "", "tags/a": "",
    }  # fmt: skip


def test_a_policy_alone_is_kept_without_a_request() -> None:
    program = applied(size=5)
    diff = program.diff(name="m", size=5, deletePolicy="retain")
    assert (diff.any, diff.changes, diff.policies) == (True, (), ("deletePolicy",))
    outputs = program.up(name="m", size=5, deletePolicy="retain")
    assert program.requests == []
    assert outputs["deletePolicy"] == "retain"
    assert (outputs["size"], outputs["serial"], outputs["revision"]) == (5, 1, 1)
    assert program.up(name="m", size=5).get("deletePolicy") is None


def test_what_the_registry_answers_in_part_is_read_back() -> None:
    program = applied(size=5)
    program.server.brief = True
    assert program.up(name="m", size=6)["size"] == 6
    assert program.requests == ["read", "patch", "read"]


def test_a_write_without_an_answer_is_read_back() -> None:
    program = applied(size=5)
    connect = program.core.connect

    def silent() -> Any:
        calls = connect()
        patch = calls.patch
        calls.patch = lambda live, change: patch(live, change) and None  # type: ignore[method-assign]
        return calls

    core = program.core
    core.connect = silent
    program.requests.clear()
    inputs = program.check({"name": "m", "size": 6}).inputs
    assert core.update(program.id, program.outputs, inputs).outputs["size"] == 6
    assert program.requests == ["read", "patch", "read"]


def test_keys_and_items_of_others_are_kept() -> None:
    program = applied(
        tags={"a": "1"}, labels=["x"], parts=[{"name": "p", "madeOf": "wood"}], owners=["ann"]
    )
    bob = {"id": "u-bob", "name": "bob", "role": "reader"}
    inherited = {"id": "u-eve", "name": "eve", "inherited": True}
    program.server.edit(
        "main/m",
        tags={"b": "2", "a": "1"},
        labels=["y", "x"],
        parts=[{"name": "q", "madeOf": "steel"}, {"name": "p", "madeOf": "wood"}],
        owners=[bob, {"id": "u-ann", "name": "ann"}, inherited],
    )()
    program.up(
        name="m",
        tags={"a": "3"},
        labels=["z"],
        parts=[{"name": "p", "madeOf": "steel"}, {"name": "r"}],
        owners=["ann", "cat"],
    )
    assert values(program)["tags"] == {"b": "2", "a": "3"}
    assert values(program)["labels"] == ["y", "z"]
    assert values(program)["parts"] == [
        {"name": "q", "madeOf": "steel"},
        {"name": "p", "madeOf": "steel"},
        {"name": "r"},
    ]
    assert values(program)["owners"] == [
        bob,
        {"id": "u-ann", "name": "ann"},
        {"id": "u-cat", "name": "cat"},
    ]


def test_what_the_declaration_never_mentions_of_a_changed_item_is_kept() -> None:
    program = applied(card={"model_author": "a", "base_model": "b"})
    program.up(name="m", card={"model_author": "c", "base_model": "b"})
    assert values(program)["card"] == {"pages": 1, "model_author": "c", "base_model": "b"}


def test_an_item_that_stands_twice_is_written_once() -> None:
    program = applied(parts=[{"name": "p", "madeOf": "wood"}])
    values(program)["parts"] *= 2
    program.up(name="m", parts=[{"name": "p", "madeOf": "steel"}])
    assert values(program)["parts"] == [{"name": "p", "madeOf": "steel"}]


def test_what_was_declared_and_is_no_longer_is_cleared() -> None:
    program = applied(
        description="d",
        stage="new",
        tags={"a": "1"},
        labels=["x", "y"],
        parts=[{"name": "p"}],
        endpoint={"url": "u"},
    )
    program.server.edit("main/m", tags={"a": "1", "b": "2"})()
    outputs = program.up(name="m", labels=["y"])
    assert program.requests == ["read", "patch"]
    assert values(program) == {
        "name": "m", "shelf": "main", "format": "zip", "score": 0.5, "description": "",
        "endpoint": {}, "tags": {"b": "2"}, "labels": ["y"], "parts": [],
    }  # fmt: skip
    assert "description" not in outputs
    assert "tags" not in outputs
    assert program.planned(name="m", labels=["y"]) == []


def test_what_is_released_keeps_its_value_and_is_ours_no_longer() -> None:
    program = applied(description="d", tags={"a": "1"}, size=5)
    released = {"name": "m", "release": ["description", "tags", "size"]}
    assert program.diff(**released).policies == ("release",)
    outputs = program.up(**released)
    assert program.requests == []
    assert (values(program)["description"], values(program)["tags"]) == ("d", {"a": "1"})
    assert "description" not in outputs
    assert program.marks == {"name": "", "shelf": ""}
    assert program.up(name="m") == {k: v for k, v in outputs.items() if k != "release"}


def test_what_is_claimed_whole_loses_the_keys_of_others() -> None:
    program = applied(tags={"a": "1"})
    program.server.edit("main/m", tags={"a": "1", "b": "2"})()
    program.up(name="m", tags={"a": "1"}, exclusive=["tags"])
    assert program.requests == ["read", "patch"]
    assert values(program)["tags"] == {"a": "1"}


def test_an_empty_collection_that_is_claimed_is_emptied_and_stays_declared() -> None:
    program = applied(tags={"a": "1"})
    outputs = program.up(name="m", tags={}, exclusive=["tags"])
    assert values(program)["tags"] == {}
    assert outputs["tags"] == {}
    assert program.planned(name="m", tags={}, exclusive=["tags"]) == []
    program.refresh()
    assert program.inputs["tags"] == {}
    assert program.planned(name="m", tags={}, exclusive=["tags"]) == []


@pytest.mark.parametrize("error", [Stale("others"), Lost("cut")])
def test_a_write_that_failed_is_made_again_on_what_is_there_by_then(error: Any) -> None:
    program = applied(size=5, tags={"a": "1"})
    server = program.server
    server.fault("patch", error, before=server.edit("main/m", tags={"a": "1", "b": "2"}))
    assert program.up(name="m", size=6, tags={"a": "3"})["size"] == 6
    assert program.requests == ["read", "patch", "read", "patch"]
    assert values(program)["tags"] == {"a": "3", "b": "2"}


def test_a_lost_reply_to_a_write_that_took_effect_is_found_out_by_a_read() -> None:
    program = applied(size=5)
    program.server.fault("patch", Lost("cut"), committed=True)
    assert program.up(name="m", size=6)["size"] == 6
    assert program.requests == ["read", "patch", "read"]


def test_a_write_that_failed_meets_the_conflict_that_it_failed_for() -> None:
    program = applied(size=5)
    program.server.fault("patch", before=program.server.edit("main/m", size=7))
    with pytest.raises(Conflict, match="size was 5 when last read, is now 7"):
        program.up(name="m", size=6)


def test_four_lost_writes_are_an_error_that_tells_what_was_done(pauses: list[float]) -> None:
    program = applied(size=5, description="d")
    server = program.server
    server.fault("patch", Lost("cut"), before=lambda: server.write("main/m", {"size": 6}))
    for _ in range(3):
        server.fault("patch", Lost("cut again"))
    with pytest.raises(Lost) as raised:
        program.up(name="m", size=6, description="e")
    assert str(raised.value) == (
        f"{PREFIX}cut again (done: size; not done: description; the next up goes on)"
    )
    assert program.requests == ["read", "patch"] * 4
    assert pauses == []
    assert program.up(name="m", size=6, description="e")["description"] == "e"


def test_all_that_was_done_and_all_that_was_not_is_told() -> None:
    program = applied(size=5, description="d", stage="new", score=0.1)
    server = program.server
    done = {"size": 6, "description": "e"}
    server.fault("patch", Lost("cut"), before=lambda: server.write("main/m", done))
    for _ in range(3):
        server.fault("patch", Lost("cut"))
    with pytest.raises(Lost) as raised:
        program.up(name="m", stage="newer", score=0.2, **done)
    assert raised.value.why == (
        "cut (done: size, description; not done: stage, score; the next up goes on)"
    )


def test_ten_writes_beside_those_of_others_are_an_error(pauses: list[float]) -> None:
    program = applied(size=5)
    for _ in range(10):
        program.server.fault("patch", Stale("others write"))
    with pytest.raises(Stale) as raised:
        program.up(name="m", size=6)
    assert str(raised.value) == f"{PREFIX}others write"
    assert program.requests == ["read", "patch"] * 10
    assert pauses == pytest.approx([0.02, 0.04, 0.08, 0.16, 0.32, *[0.5] * 5])


def test_what_was_gone_when_it_was_written_is_told_by_the_next_look() -> None:
    program = applied(size=5)
    program.server.fault("patch", Gone("no such model"), before=program.server.objects.clear)
    with pytest.raises(Gone, match="it was deleted since the last update"):
        program.up(name="m", size=6)
    assert program.requests == ["read", "patch", "read"]


def test_another_object_that_answers_a_write_is_not_taken_for_ours() -> None:
    program = applied(size=5)
    server = program.server
    server.fault("patch", after=lambda: None)
    put = lambda: server.put("main/m", {"name": "m", "shelf": "main"})  # noqa: E731
    server.brief = True
    server.faults[0].after = put
    with pytest.raises(Gone, match="another object has its name: serial 2"):
        program.up(name="m", size=6)


def test_what_the_api_says_was_done_is_added_to_what_earlier_tries_did() -> None:
    program = applied(size=5, description="d", stage="new")
    server = program.server
    server.fault("patch", Lost("cut"), before=lambda: server.write("main/m", {"size": 6}))
    for _ in range(3):
        server.fault("patch", Lost("cut (done: stage; not done: description)"))
    with pytest.raises(Lost) as raised:
        program.up(name="m", size=6, description="e", stage="newer")
    assert str(raised.value) == f"{PREFIX}cut (done: size, stage; not done: description)"


def test_a_refusal_is_told_and_not_sent_again() -> None:
    program = applied(size=5)
    program.server.fault("patch", Rejected("too small", request_id="7"))
    with pytest.raises(Rejected) as raised:
        program.up(name="m", size=6)
    assert str(raised.value) == f"{PREFIX}too small (request id 7)"
    assert program.requests == ["read", "patch"]


def test_what_the_registry_did_not_keep_is_an_error() -> None:
    program = applied(size=5, description="d", tags={"a": "1"})
    program.server.ignores = {"size"}
    program.why = "it is read-only"
    with pytest.raises(NotApplied) as raised:
        program.up(name="m", size=6, tags={"a": "2"})
    assert str(raised.value) == (
        f"{PREFIX}the registry accepted the write and did not keep size: it is read-only. Another "
        "writer may have undone it, or these credentials may not write it: run pulumi refresh, "
        "then preview"
    )


@pytest.mark.parametrize(
    ("old", "path"),
    [
        ({"description": "d"}, "description"),
        ({"stage": "new"}, "stage"),
        ({"tags": {"a": "1"}}, "tags.a"),
        ({"labels": ["x"]}, "labels.x"),
    ],
)
def test_what_was_not_cleared_is_an_error(old: dict[str, Any], path: str) -> None:
    program = applied(size=5, **old)
    kept = dict(values(program))
    program.server.fault("patch", after=lambda: values(program).update(kept))
    program.server.brief = True
    with pytest.raises(NotApplied) as raised:
        program.up(name="m", size=5)
    assert raised.value.why.endswith(f"did not keep {path}")


def test_what_cannot_be_cleared_of_a_nested_value_is_not_asked_for() -> None:
    program = applied(card={"model_author": "a", "base_model": "b", "pages": 5})
    outputs = program.up(name="m", card={"model_author": "c", "base_model": "b"})
    assert outputs["card"] == {"model_author": "c", "base_model": "b"}


def test_a_change_that_replaces_and_was_not_planned_is_a_conflict() -> None:
    program = applied()
    program.server.edit("main/m", licence="GPL", origin="there")()
    with pytest.raises(Conflict) as raised:
        program.up(name="m", licence="MIT", onConflict="adopt")
    assert str(raised.value) == (
        f"{PREFIX}licence: 'GPL' => 'MIT' (cannot be changed once set: it was granted). Run pulumi "
        "refresh: the next preview then shows the replacement; where others set what was never "
        "declared here, declare it or leave the argument out"
    )


def test_unknown_values_are_left_out_of_the_state() -> None:
    program = applied(size=5)
    inputs = program.check({"name": "m", "size": 6, "tags": {"a": UNKNOWN}}).inputs
    assert program.core.diff(program.id, program.outputs, inputs).any
    assert [str(c) for c in program.core.diff(program.id, program.outputs, inputs).changes] == [
        "size: 5 => 6",
        "tags.a: (not set) => (known after apply)",
    ]


def test_a_version_is_updated_like_the_rest() -> None:
    program = Program(table=Version)
    program.up(name="m", source="s", tags={"a": "1"})
    program.up(name="m", source="s", tags={"a": "2"}, stage="live")
    assert program.requests == ["read", "patch"]
    program.up(name="m", source="s", tags={"a": "2"})
    assert program.server.objects["m/1"].values["stage"] == "none"


def test_a_nested_key_that_is_no_longer_declared_is_taken_away() -> None:
    program = applied(endpoint={"url": "u", "apiKey": "k"})
    assert program.up(name="m", endpoint={"url": "u"})["endpoint"] == {"url": "u"}
    assert values(program)["endpoint"] == {"url": "u"}


def test_a_value_that_means_none_is_kept_as_it_is_declared() -> None:
    deaf = applied(Registry(ignores={"description"}), description="")
    assert deaf.outputs["description"] == ""
    program = applied(description="")
    assert program.outputs["description"] == ""
    program.server.edit("main/m", description=None)()
    assert program.up(name="m", description="", size=5)["description"] == ""
    assert program.planned(name="m", description="", size=5) == []


def test_a_lost_write_that_cannot_be_looked_at_is_told_as_lost() -> None:
    program = applied(size=5)
    program.server.fault("patch", Lost("cut"))
    program.server.fault("read")
    program.server.fault("read", Rejected("who?"))
    with pytest.raises(Lost, match=f"^{PREFIX}cut"):
        program.up(name="m", size=6)
    assert program.requests == ["read", "patch", "read"]


def test_a_look_that_fails_after_a_lost_race_is_told_itself() -> None:
    program = applied(size=5)
    program.server.fault("patch", Stale("others write"))
    program.server.fault("read")
    program.server.fault("read", Rejected("who?"))
    with pytest.raises(Rejected, match=f"^{PREFIX}who"):
        program.up(name="m", size=6)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (errors.Unreachable("down", remedy="Nothing was sent"), r"down\. Run pulumi up again"),
        (Rejected("who?", remedy="Ask"), r"who\?\. Ask"),
    ],
)
def test_a_write_that_cannot_be_read_back_is_told_as_written(error: Any, told: str) -> None:
    program = applied(size=5)
    program.server.brief = True
    program.server.fault("read")
    program.server.fault("read", error)
    with pytest.raises(type(error), match="it was written, and could not be read back: " + told):
        program.up(name="m", size=6)
    program.server.brief = False
    assert program.up(name="m", size=6)["size"] == 6
