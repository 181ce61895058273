"""Read: drift of what is ours, nothing of what is not, and inputs that plan nothing."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_mlregistry.reconcile.errors import Unreachable
from pulumi_mlregistry.reconcile.protocol import Result
from reconcile.program import Program, applied
from reconcile.registry import Registry
from reconcile.tables import Archived, Version

FULL: dict[str, Any] = {
    "name": "m",
    "origin": "here",
    "licence": "MIT",
    "size": 5,
    "description": "d",
    "stage": "new",
    "summary": "Small",
    "endpoint": {"url": "u", "apiKey": "k", "retryPolicy": {"atMost": 3}},
    "card": {"model_author": "a", "base_model": "b"},
    "storage": {"host": "h", "key": "k"},
    "password": "pw",
    "tags": {"b": "1", "a": "2"},
    "labels": ["y", "x"],
    "parts": [{"name": "q", "madeOf": "wood"}, {"name": "p"}],
    "owners": ["bob", "ann"],
    "links": ["l", {"a": "b"}],
    "recursive": False,
    "deletePolicy": "hard",
    "exclusive": ["labels"],
}


def test_a_refresh_of_what_nobody_touched_changes_nothing() -> None:
    program = Program(Registry(masks=True))
    before = program.up(**FULL)
    inputs = program.inputs
    assert program.refresh() == before
    assert program.requests == ["read"]
    assert program.log == []
    assert program.planned(**FULL) == []
    assert program.inputs == inputs


def test_another_order_or_company_changes_nothing() -> None:
    program = Program()
    before = program.up(**{**FULL, "exclusive": []})
    stored = program.server.objects["main/m"].values
    program.server.edit(
        "main/m",
        tags={"c": "3", "a": "2", "b": "1"},
        labels=["z", "x", "y"],
        parts=[{"name": "p"}, {"name": "r"}, {"name": "q", "madeOf": "wood"}],
        owners=[{"id": "u-eve", "name": "eve", "inherited": True}, *reversed(stored["owners"])],
        card={**stored["card"], "pages": 9},
    )()
    after = program.refresh()
    assert {**after, "revision": None} == {**before, "revision": None}
    assert program.log == []


def test_drift_is_told_with_who_and_when_and_shown_in_the_outputs() -> None:
    program = applied(size=5, tags={"a": "1", "b": "2"}, description="d")
    program.server.edit("main/m", size=7, tags={"a": "9", "c": "3"}, description="d")()
    outputs = program.refresh()
    assert program.log == [
        "model main/m was changed outside: size, tags.a, tags.b (last changed at 101 by ann)"
    ]
    assert (outputs["size"], outputs["tags"]) == (7, {"a": "9"})
    assert program.marks == {
        "name": "", "shelf": "", "size": "!", "tags/a": "!", "tags/b": "!", "description": "",
    }  # fmt: skip
    assert program.inputs["tags"] == {"a": "9"}
    program.refresh()
    assert program.log == []
    assert program.outputs == outputs


def test_drift_of_unknown_origin_is_told_without_it() -> None:
    program = applied(size=5)
    program.server.edit("main/m", size=7)()
    live = program.server.live
    program.server.live = lambda stored: _undated(live(stored))  # type: ignore[method-assign]
    program.refresh()
    assert program.log == ["model main/m was changed outside: size"]


def _undated(live: Any) -> Any:
    live.changed_at = ""
    return live


def test_an_echo_that_changed_is_drift() -> None:
    program = applied(summary="Small")
    program.server.edit("main/m", summary="other")()
    outputs = program.refresh()
    assert outputs["summary"] == "other"
    assert program.marks["summary"] == "!"
    assert program.planned(name="m", summary="Small") == [
        "summary: 'other' => 'Small' (changed outside since the last update)"
    ]


def test_others_keys_in_a_claimed_field_are_drift_and_never_ours() -> None:
    program = applied(tags={"a": "1"}, exclusive=["tags"])
    program.server.edit("main/m", tags={"a": "1", "b": "2"})()
    outputs = program.refresh()
    assert program.log == ["model main/m was changed outside: tags.b (last changed at 101 by ann)"]
    assert outputs["tags"] == {"a": "1", "b": "2"}
    assert program.marks == {"name": "", "shelf": "", "tags/a": "", "tags/b": "?"}
    assert program.planned(name="m", tags={"a": "1"}, exclusive=["tags"]) == [
        "tags.b: '2' => (not set) (changed outside since the last update)"
    ]
    program.refresh()
    assert program.log == []
    assert program.up(name="m", tags={"a": "1"}, exclusive=["tags"])["tags"] == {"a": "1"}
    program.server.edit("main/m", tags={"a": "1", "b": "2"})()
    program.refresh()
    assert program.planned(name="m", tags={"a": "1"}) == []


def test_what_is_gone_leaves_the_state() -> None:
    program = applied()
    program.server.objects.clear()
    assert program.core.read(program.id, program.outputs) == Result("", {}, {})


def test_another_object_under_the_name_leaves_the_state_and_is_told() -> None:
    program = applied()
    program.server.put("main/m", {"name": "m"})
    assert program.core.read(program.id, program.outputs) == Result("", {}, {})
    assert program.log == ["model main/m is another object than the one in the state: serial 2"]


def test_an_unsure_answer_is_an_error_and_never_gone() -> None:
    program = applied()
    program.server.fault("read", Unreachable("no route"))
    with pytest.raises(Unreachable, match=r"^read model main/m at https://toy/one: no route$"):
        program.refresh()


def test_an_import_takes_what_is_declared_by_hand_and_leaves_what_is_computed() -> None:
    server = Registry()
    server.put("main/m", {k: v for k, v in FULL.items() if k not in ("password", "exclusive")})
    server.objects["main/m"].values["shelf"] = "main"
    program = Program(server)
    program.take("main/m")
    assert program.log == []
    assert program.outputs["size"] == 5
    assert program.outputs["reference"] == "main/m"
    assert program.inputs["format"] == "zip"
    assert "score" not in program.inputs
    assert program.outputs["score"] == 0.5
    assert "password" not in program.inputs
    assert program.marks.keys() >= {"format", "origin", "tags/a", "parts/p"}
    assert "score" not in program.marks


def test_an_imported_object_plans_nothing_where_it_is_declared_as_it_is() -> None:
    server = Registry()
    server.put("main/m", {"name": "m", "shelf": "main", "size": 5, "tags": {"a": "1"}})
    program = Program(server)
    found = program.take("main/m")
    declared = {k: v for k, v in found.inputs.items() if not k.startswith("__")}
    assert declared == {
        "name": "m", "shelf": "main", "size": 5, "tags": {"a": "1"}, "format": "zip",
        "reference": "main/m",
    }  # fmt: skip
    assert program.planned(**declared) == []
    assert program.up(**declared) == found.outputs


def test_an_adopted_object_stays_adopted() -> None:
    server = Registry()
    server.put("main/m", {"name": "m", "shelf": "main"})
    program = Program(server)
    program.up(name="m", onConflict="adopt")
    assert program.refresh()["__adopted"] is True
    assert program.up(name="m", size=6, onConflict="adopt")["__adopted"] is True
    assert program.up(name="m", size=6)["__adopted"] is True


def test_a_restored_object_stays_restored() -> None:
    server = Registry()
    server.put("main/m", {"name": "m", "shelf": "main"}).trashed = True
    program = Program(server, Archived)
    program.up(name="m", onConflict="adopt")
    assert program.refresh()["__adopted"] == "restored"


def test_what_the_program_made_secret_stays_so() -> None:
    program = applied(description="raven", __secrets=["description"])
    assert program.outputs["__secrets"] == ["description"]
    assert program.refresh()["__secrets"] == ["description"]
    assert program.inputs["__secrets"] == ["description"]
    program.server.edit("main/m", description="crow")()
    program.refresh()
    assert program.planned(name="m", description="raven") == [
        "description: [secret] => [secret] (changed outside since the last update)"
    ]


def test_a_mask_without_a_known_secret_shows_nothing() -> None:
    server = Registry(masks=True)
    server.put("main/m", {"name": "m", "shelf": "main", "endpoint": {"url": "u", "apiKey": "k"}})
    program = Program(server)
    assert program.take("main/m").outputs["endpoint"] == {"url": "u"}


def test_a_version_is_read_like_the_rest() -> None:
    program = Program(table=Version)
    before = program.up(name="m", source="s")
    assert before["number"] == 1
    assert program.refresh() == before
    program.server.put("m/1", {"name": "m", "source": "s"})
    program.refresh()
    assert program.id == ""
    assert program.log == ["version m/1 is another object than the one in the state: number 2"]


def test_what_the_registry_spells_otherwise_is_no_drift_after_an_update_of_something_else() -> None:
    program = applied(summary="ALL OF IT", size=5)
    program.up(name="m", summary="ALL OF IT", size=6)
    before = program.outputs
    assert program.refresh() == before
    assert program.log == []
    assert program.planned(name="m", summary="ALL OF IT", size=6) == []
