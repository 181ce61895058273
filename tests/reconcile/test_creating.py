"""Create: once and never over another's object, whatever gets lost on the way."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_mlregistry.reconcile.errors import (
    AlreadyExists,
    Failed,
    Gone,
    Lost,
    NotApplied,
    Rejected,
    Stale,
    Unreachable,
)
from reconcile.program import Program
from reconcile.registry import Registry
from reconcile.tables import Version


def test_a_create_is_one_request_and_keeps_what_was_declared() -> None:
    program = Program()
    outputs = program.up(name="m", size=5, tags={"a": "1"})
    assert program.requests == ["create", "settle"]
    assert outputs == {
        "name": "m",
        "shelf": "main",
        "size": 5,
        "tags": {"a": "1"},
        "format": "zip",
        "score": 0.5,
        "reference": "main/m",
        "serial": 1,
        "revision": 1,
        "registry": "https://toy/one",
        "__owner": "p/dev/toy/m",
        "__applied": {"*": "", "score": "-", "format": "-"},
    }
    assert program.id == "main/m"
    assert program.log == []


def test_whole_floats_are_sent_as_integers() -> None:
    program = Program()
    program.up(name="m", size=5.0)
    size = program.server.objects["main/m"].values["size"]
    assert (size, type(size)) == (5, int)


def test_what_a_create_has_no_place_for_is_written_after_it() -> None:
    program = Program()
    assert program.up(name="m", stage="new")["stage"] == "new"
    assert program.requests == ["create", "settle", "patch"]


def test_an_answer_that_is_not_all_is_read_back() -> None:
    program = Program(Registry(brief=True))
    outputs = program.up(name="m", size=5, stage="new")
    assert program.requests == ["create", "settle", "read", "patch", "read"]
    assert (outputs["size"], outputs["stage"]) == (5, "new")


def test_what_others_deleted_before_it_was_read_back_is_told() -> None:
    server = Registry(brief=True)
    server.fault("read", before=lambda: server.objects.clear())
    with pytest.raises(NotApplied) as raised:
        Program(server).up(name="m")
    assert str(raised.value) == (
        "create model m at https://toy/one: main/m was deleted by others right after it was written"
    )


def test_what_was_made_and_cannot_be_read_back_is_told_as_made() -> None:
    server = Registry(brief=True)
    server.fault("read", Unreachable("down", remedy="Nothing was sent"))
    with pytest.raises(Unreachable) as raised:
        Program(server).up(name="m")
    assert str(raised.value) == (
        "create model m at https://toy/one: it was written, and could not be read back: down. "
        'Run up again; where it then exists already, set on_conflict="adopt"'
    )


def test_a_secret_that_the_registry_hides_is_taken_for_what_was_sent() -> None:
    program = Program(Registry(masks=True))
    declared: dict[str, Any] = {"name": "m", "endpoint": {"apiKey": "k"}, "password": "canary"}
    assert program.up(**declared)["endpoint"] == {"apiKey": "k"}
    assert program.outputs["password"] == "canary"
    assert program.requests == ["create", "settle"]
    assert program.planned(**declared) == []


def test_a_known_rewriting_is_remembered_and_plans_nothing() -> None:
    program = Program()
    assert program.up(name="m", summary="Small")["summary"] == "Small"
    assert len(program.outputs["__applied"]["summary"]) == 16
    assert program.requests == ["create", "settle"]
    program.refresh()
    assert program.planned(name="m", summary="Small") == []


def test_what_the_registry_did_not_keep_is_an_error_and_the_object_is_removed() -> None:
    program = Program(Registry(ignores={"size", "description"}))
    with pytest.raises(NotApplied) as raised:
        program.up(name="m", size=5, description="d")
    assert str(raised.value) == (
        "create model m at https://toy/one: the registry accepted main/m and did not keep size, "
        "description. Correct the value, or leave the argument out"
    )
    assert program.requests == ["create", "settle", "read", "delete hard"]
    assert program.log == ["model main/m was removed again: it was incomplete"]
    assert program.server.objects == {}


def test_what_is_late_and_was_not_kept_is_told_after_three_writes() -> None:
    program = Program(Registry(ignores={"stage"}), why="the token is a bot's")
    with pytest.raises(NotApplied) as raised:
        program.up(name="m", stage="new")
    assert str(raised.value) == (
        "create model m at https://toy/one: the registry accepted the write and did not keep "
        "stage: the token is a bot's. Another writer may have undone it, or these credentials may "
        "not write it: run pulumi refresh, then preview"
    )
    assert program.requests == ["create", "settle", *["patch"] * 3, "read", "delete hard"]


def test_an_object_that_never_becomes_usable_is_removed() -> None:
    program = Program()
    program.server.fault("settle", Failed("it broke"))
    with pytest.raises(Failed, match=r"^create model m at https://toy/one: it broke$"):
        program.up(name="m")
    assert program.requests == ["create", "settle", "read", "delete hard"]


def test_an_incomplete_object_that_others_wrote_to_stays() -> None:
    server = Registry()
    edit = server.edit
    server.fault("settle", Failed("it broke"), before=lambda: edit("main/m", score=1)())
    program = Program(server)
    with pytest.raises(Failed) as raised:
        program.up(name="m")
    assert str(raised.value) == (
        "create model m at https://toy/one: it broke. It was created (id main/m) and stays: mend "
        'the cause, set on_conflict="adopt" and run up again'
    )
    assert program.requests == ["create", "settle", "read"]
    assert program.log == []
    assert "main/m" in server.objects


def test_an_incomplete_object_that_cannot_be_removed_is_named() -> None:
    program = Program()
    program.server.fault("settle", Failed("it broke"))
    program.server.fault("delete hard", Rejected("no"))
    with pytest.raises(Failed, match=r"It was created \(id main/m\) and stays"):
        program.up(name="m")


def test_an_incomplete_object_that_is_gone_is_not_deleted() -> None:
    program = Program()
    program.server.fault("settle", Failed("it broke"), before=program.server.objects.clear)
    with pytest.raises(Failed, match=r"it broke$"):
        program.up(name="m")
    assert program.requests == ["create", "settle", "read"]


def test_an_incomplete_version_stays_and_the_next_up_goes_on_with_it() -> None:
    program = Program(table=Version)
    program.server.fault("patch", Rejected("no"))
    with pytest.raises(Rejected) as raised:
        program.up(name="m", source="s", stage="new")
    assert str(raised.value) == (
        "create version m at https://toy/one: no. m/1 was created and stays: mend that and run up "
        "again"
    )
    assert program.requests == ["find", "create", "patch"]
    assert program.up(name="m", source="s", stage="new")["stage"] == "new"
    assert program.requests == ["find", "patch"]
    assert program.log == ["version m/1 was made by an earlier run: taken over"]


def test_an_edit_right_after_the_create_is_left_for_the_next_up() -> None:
    server = Registry(brief=True)
    server.fault("settle", after=lambda: server.edit("main/m", size=7, tags={"a": "2"})())
    program = Program(server)
    declared: dict[str, Any] = {"name": "m", "size": 5, "tags": {"a": "1"}}
    outputs = program.up(**declared)
    assert program.log == [
        (
            "model main/m was changed by others right after it was created: size, tags.a "
            "(last changed at 101 by ann); the next up takes it back"
        )
    ]
    assert program.requests == ["create", "settle", "read"]
    assert outputs["size"] == 7
    assert program.marks == {"name": "", "shelf": "", "size": "!", "tags/a": "!"}
    assert program.planned(**declared) == [
        "size: 7 => 5 (changed outside since the last update)",
        "tags.a: '2' => '1' (changed outside since the last update)",
    ]


def test_a_late_field_is_written_though_others_have_written() -> None:
    server = Registry(brief=True)
    server.fault("settle", after=lambda: server.edit("main/m", score=1)())
    program = Program(server)
    assert program.up(name="m", stage="new")["stage"] == "new"
    assert program.log == []


def test_a_late_write_that_came_too_late_is_made_on_what_is_there_by_then() -> None:
    server = Registry()
    server.fault("patch", before=lambda: server.edit("main/m", tags={"b": "2"})())
    program = Program(server)
    outputs = program.up(name="m", tags={"a": "1"}, stage="new")
    assert program.requests[:4] == ["create", "settle", "patch", "read"]
    assert outputs["__applied"]["tags/a"] == "!"


def test_a_late_write_whose_reply_was_lost_is_not_taken_for_others() -> None:
    server = Registry(ignores=set())
    server.fault("patch", Lost("cut"), committed=True)
    program = Program(server)
    assert program.up(name="m", stage="new")["stage"] == "new"
    assert program.requests == ["create", "settle", "patch", "read"]
    assert program.log == []


def test_a_late_write_is_tried_three_times() -> None:
    server = Registry()
    for _ in range(3):
        server.fault("patch", Lost("cut"))
    program = Program(server)
    with pytest.raises(Lost, match=r"cut$"):
        program.up(name="m", stage="new")
    assert program.requests == [
        "create", "settle", "patch", "read", "patch", "read", "patch", "read", "delete hard",
    ]  # fmt: skip


def test_another_source_or_owner_is_another_version() -> None:
    program = Program(table=Version)
    program.up(name="m", source="s")
    again = Program(program.server, table=Version)
    again.up(name="m", source="s", tags={"a": "1"})
    assert again.id == "m/1"
    for other in (
        Program(program.server, table=Version, owner="p/dev/toy/n"),
        Program(program.server, table=Version),
    ):
        other.up(name="m", source="s" if other.owner.endswith("n") else "t")
        assert other.requests == ["find", "create"]
    assert len(program.server.objects) == 3


def test_a_resumed_version_is_brought_to_what_is_declared_by_now() -> None:
    program = Program(table=Version)
    program.up(name="m", source="s", tags={"a": "1"})
    again = Program(program.server, table=Version)
    assert again.up(name="m", source="s", tags={"a": "2"})["tags"] == {"a": "2"}
    assert again.requests == ["find", "patch"]


def test_a_refusal_of_the_registry_is_told_as_it_is() -> None:
    program = Program()
    program.server.fault("create", Gone("its shelf is gone"))
    with pytest.raises(Gone, match=r"^create model m at https://toy/one: its shelf is gone$"):
        program.up(name="m")
    assert program.requests == ["create"]


def test_a_failed_create_still_keeps_what_was_wanted_from_every_delete_of_this_run() -> None:
    program = Program()
    program.server.fault("create", Rejected("no"))
    with pytest.raises(Rejected):
        program.up(name="m")
    key = "https://toy/one toy:Model main/m"
    assert program.ledger.why_kept("p/dev/toy/old", key) == "it is now p/dev/toy/m's"
    assert program.ledger.why_kept("p/dev/toy/m", key) == (
        "it was created or taken over in this very run"
    )


def test_what_a_create_met_or_made_is_kept_from_deletes_of_this_run() -> None:
    program = Program()
    program.up(name="m")
    key = "https://toy/one toy:Model main/m"
    assert program.ledger.why_kept("p/dev/toy/m", key) == (
        "it was created or taken over in this very run"
    )
    met = Program(program.server, owner="p/dev/toy/n")
    with pytest.raises(AlreadyExists):
        met.up(name="m")
    assert met.ledger.why_kept("p/dev/toy/m", key) == "it is now p/dev/toy/n's"


def test_a_late_write_beside_those_of_others_is_tried_ten_times(pauses: list[float]) -> None:
    program = Program()
    for _ in range(10):
        program.server.fault("patch", Stale("busy"))
    with pytest.raises(Stale, match=r"busy$"):
        program.up(name="m", stage="new")
    tried = [*["patch", "read"] * 9, "patch"]
    assert program.requests == ["create", "settle", *tried, "read", "delete hard"]
    assert pauses == pytest.approx([0.04, 0.08, 0.16, 0.32, *[0.5] * 5])


def test_a_key_of_others_in_a_claimed_field_right_after_the_create_is_planned_away() -> None:
    server = Registry(brief=True)
    server.fault("settle", after=lambda: server.edit("main/m", tags={"a": "1", "b": "2"})())
    program = Program(server)
    claimed: dict[str, Any] = {"name": "m", "tags": {"a": "1"}, "exclusive": ["tags"]}
    assert program.up(**claimed)["tags"] == {"a": "1", "b": "2"}
    assert program.planned(**claimed) == ["tags.b: '2' => (not set)"]


def test_what_nobody_owns_is_noted_for_nobody() -> None:
    program = Program(owner="")
    program.up(name="m")
    assert program.ledger.why_kept("p/dev/toy/m", "https://toy/one toy:Model main/m") == ""
