"""A create whose reply was lost: found again, and never made twice."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_mlregistry.reconcile import creating
from pulumi_mlregistry.reconcile.errors import AlreadyExists, Lost, NotAllowed, Stale
from pulumi_mlregistry.reconcile.protocol import Claim
from pulumi_mlregistry.reconcile.table import Table
from reconcile.program import Program
from reconcile.registry import taken
from reconcile.tables import Archived, Model, Version


@pytest.mark.parametrize("committed", [True, False])
def test_a_lost_reply_makes_no_second_object(committed: bool) -> None:
    program = Program()
    program.server.fault("create", Lost("cut"), committed=committed)
    program.up(name="m", size=5)
    again = [] if committed else ["create"]
    assert program.requests == ["create", "find", *again, "settle"]
    assert len(program.server.objects) == 1
    assert "__adopted" not in program.outputs


def test_a_lost_reply_is_recognised_by_the_conflict_of_the_second_try() -> None:
    program = Program()
    server = program.server

    def appears() -> None:  # the first request takes effect only now
        server.put("main/m", {"name": "m", "shelf": "main"}, Claim("", ""))

    server.fault("create", Lost("cut"))
    server.fault("create", before=appears)
    program.up(name="m")
    assert program.requests == ["create", "find", "create", "find", "settle"]


def test_three_lost_creates_are_an_error() -> None:
    program = Program()
    for _ in range(4):
        program.server.fault("create", Lost("cut"))
    with pytest.raises(Lost, match=r"^create model m at https://toy/one: cut$"):
        program.up(name="m")
    assert program.requests == ["create", "find"] * 3


def test_an_older_object_is_not_what_a_lost_request_made() -> None:
    server = taken()
    server.fault("create", Lost("cut"))
    with pytest.raises(AlreadyExists, match="it exists already"):
        Program(server).up(name="m")


def test_an_object_of_unknown_age_is_not_what_a_lost_request_made() -> None:
    server = taken()
    server.now = server.objects["main/m"].made_at
    server.tells_age = False
    server.fault("create", Lost("cut"))
    with pytest.raises(AlreadyExists):
        Program(server).up(name="m")


@pytest.mark.parametrize(("age", "ours"), [(2.0, True), (2.5, False)])
def test_the_clocks_of_servers_may_differ_by_two_seconds(
    age: float, ours: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(creating.time, "monotonic", lambda: 50.0)
    server = taken()
    server.now = server.objects["main/m"].made_at + age
    server.fault("create", Lost("cut"))
    program = Program(server)
    if ours:
        assert program.up(name="m")["serial"] == 1
    else:
        with pytest.raises(AlreadyExists):
            program.up(name="m")


def test_a_lost_create_may_have_been_made_as_long_ago_as_it_was_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter([50.0, 80.0])
    monkeypatch.setattr(creating.time, "monotonic", lambda: next(clock))
    server = taken()
    server.now = server.objects["main/m"].made_at + 32
    server.fault("create", Lost("cut"))
    assert Program(server).up(name="m")["serial"] == 1


def test_a_young_object_of_other_values_is_not_what_a_lost_request_made() -> None:
    server = taken(size=7)
    server.now = server.objects["main/m"].made_at
    server.fault("create", Lost("cut"))
    with pytest.raises(AlreadyExists, match="size: 7 => 5"):
        Program(server).up(name="m", size=5)


def test_what_was_deleted_between_two_requests_is_created() -> None:
    server = taken()
    server.fault("find", before=server.objects.clear)
    program = Program(server)
    program.up(name="m")
    assert program.requests == ["create", "find", "create", "settle"]


def test_what_exists_and_is_never_found_is_an_error() -> None:
    server = taken()
    for _ in range(3):
        server.fault("create", AlreadyExists("taken by a ghost"))
        server.fault("find", before=server.objects.clear)
    program = Program(server)
    with pytest.raises(AlreadyExists, match="taken by a ghost"):
        program.up(name="m")
    assert program.requests == ["create", "find"] * 3


def test_a_version_whose_reply_was_lost_is_found_by_its_claim() -> None:
    program = Program(table=Version)
    program.server.fault("create", Lost("cut"), committed=True)
    assert program.up(name="m", source="s")["number"] == 1
    assert program.requests == ["find", "create", "find"]
    assert program.log == []


def test_a_version_that_may_still_appear_is_waited_for(pauses: list[float]) -> None:
    program = Program(table=Version, repeatable=False)
    server = program.server
    late: dict[str, Any] = {}
    hide = lambda: (late.update(server.objects), server.objects.clear())  # noqa: E731
    server.fault("create", Lost("cut"), committed=True, after=hide)
    for _ in range(3):
        server.fault("find")
    server.fault("find", before=lambda: server.objects.update(late))
    assert program.up(name="m", source="s")["number"] == 1
    assert program.requests == ["find", "create", "find", "find", "find"]
    assert pauses == [0.2, 0.8]


def test_a_version_that_never_appears_is_not_sent_again(pauses: list[float]) -> None:
    program = Program(table=Version, repeatable=False)
    program.server.fault("create", Lost("cut"))
    with pytest.raises(Lost) as raised:
        program.up(name="m", source="s")
    assert str(raised.value) == (
        "create version m at https://toy/one: cut. Run up again: it first looks for what this "
        "create may have made"
    )
    assert program.requests == ["find", "create", "find", "find", "find"]
    assert pauses == [0.2, 0.8]


def test_a_version_that_may_be_sent_again_is() -> None:
    program = Program(table=Version)
    program.server.fault("create", Lost("cut"))
    program.up(name="m", source="s")
    assert program.requests == ["find", "create", "find", "create"]


def test_a_create_that_met_others_steps_aside_and_is_sent_again(pauses: list[float]) -> None:
    program = Program()
    program.server.fault("create", Stale("busy"))
    program.server.fault("create", Stale("busy"))
    program.up(name="m")
    assert program.requests == ["create", "create", "create", "settle"]
    assert pauses == [0.02, 0.04]


def test_a_create_that_meets_others_three_times_is_an_error() -> None:
    program = Program()
    for _ in range(3):
        program.server.fault("create", Stale("busy"))
    with pytest.raises(Stale, match=r"^create model m at https://toy/one: busy$"):
        program.up(name="m")
    assert program.requests == ["create"] * 3


def test_a_lost_create_is_recognised_though_the_registry_rewrites_it() -> None:
    program = Program()
    program.server.fault("create", Lost("cut"), committed=True)
    program.up(name="m", summary="Small", stage="new")
    assert program.requests == ["create", "find", "settle", "patch"]
    assert "__adopted" not in program.outputs


def test_what_a_lost_create_met_is_adopted_where_the_program_says_so() -> None:
    server = taken(size=7)
    server.objects["main/m"].trashed = True
    server.fault("create", Lost("cut"))
    program = Program(server, Archived)
    program.up(name="m", size=5, onConflict="adopt")
    assert program.requests == ["create", "find", "restore", "settle", "patch"]
    assert program.log == ["model main/m was soft-deleted, and is restored with all in it"]


def test_what_a_lost_create_met_is_refused_because_of_it() -> None:
    lost = Lost("cut")
    server = taken()
    server.fault("create", lost)
    with pytest.raises(AlreadyExists) as raised:
        Program(server).up(name="m")
    assert raised.value.__cause__ is lost


@pytest.mark.parametrize(
    ("table", "more", "remedy"),
    [
        (Model, {}, "It may have been created: run up again"),
        (Version, {"source": "s"}, "Run up again: it first looks"),
    ],
)
def test_a_lost_create_that_cannot_be_looked_for_says_that_it_may_be_there(
    table: type[Table], more: dict[str, str], remedy: str
) -> None:
    program = Program(table=table)
    program.server.fault("create", Lost("cut"))
    if not table.named:
        program.server.fault("find")  # the look before the create
    program.server.fault("find", NotAllowed("who?"))
    with pytest.raises(Lost, match=remedy) as raised:
        program.up(name="m", **more)
    assert isinstance(raised.value.__cause__, NotAllowed)
    assert program.requests[-2:] == ["create", "find"]
