"""Create: once and never over another's object, whatever gets lost on the way."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_mlregistry.reconcile import creating
from pulumi_mlregistry.reconcile.errors import (
    AlreadyExists,
    Conflict,
    Failed,
    Gone,
    Lost,
    NotApplied,
    Rejected,
    Stale,
)
from pulumi_mlregistry.reconcile.protocol import Claim
from reconcile.program import Program
from reconcile.registry import Registry
from reconcile.tables import Archived, Version


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses of a create, which take no time here."""
    made: list[float] = []
    monkeypatch.setattr(creating.time, "sleep", made.append)
    return made


def taken(**values: Any) -> Registry:
    """A registry in which somebody has a model m."""
    server = Registry()
    server.put("main/m", {"name": "m", "shelf": "main", "score": 0.9, **values})
    server.objects["main/m"].changed_by = "ann"
    server.now += 1000
    return server


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
        "__applied": {"name": "", "shelf": "", "size": "", "tags/a": ""},
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
    with pytest.raises(NotApplied, match="^create model m at https://toy/one: main/m was deleted "
                       "by others right after it was written$"):  # fmt: skip
        Program(server).up(name="m")


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
    with pytest.raises(Failed, match="it broke$"):
        program.up(name="m")
    assert program.requests == ["create", "settle", "read"]


def test_an_incomplete_version_stays_and_the_next_up_goes_on_with_it() -> None:
    program = Program(table=Version)
    program.server.fault("patch", Rejected("no"))
    with pytest.raises(Rejected, match=r"^create version m at https://toy/one: no$"):
        program.up(name="m", source="s", stage="new")
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
        "model main/m was changed by others right after it was created: size, tags.a (last changed "
        "at 101 by ann); the next up takes it back"
    ]
    assert program.requests == ["create", "settle", "read"]
    assert outputs["size"] == 7
    assert outputs["__applied"] == {"name": "", "shelf": "", "size": "!", "tags/a": "!"}
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
    with pytest.raises(Lost, match="cut$"):
        program.up(name="m", stage="new")
    assert program.requests == [
        "create", "settle", "patch", "read", "patch", "read", "patch", "read", "delete hard",
    ]  # fmt: skip


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


EXISTS = "create model m at https://toy/one: it exists already (last changed at 100 by ann)"


def test_an_existing_object_is_left_alone_and_named() -> None:
    server = taken(size=7)
    program = Program(server)
    with pytest.raises(AlreadyExists) as raised:
        program.up(name="m", size=5)
    assert str(raised.value) == (
        f"{EXISTS} and is not this resource's; it was left as it is. Import it by an import file (id main/m), set "
        'on_conflict="adopt" to take it over (changes: size: 7 => 5), or choose another name'
    )
    assert program.requests == ["create", "find"]
    assert isinstance(raised.value.__cause__, AlreadyExists)


def test_an_existing_object_without_a_difference_is_named_as_such() -> None:
    server = taken()
    server.objects["main/m"].changed_by = ""
    with pytest.raises(AlreadyExists, match=r"\(last changed at 100\) and .* \(changes: nothing\)"):
        Program(server).up(name="m")


def test_a_soft_deleted_object_is_named_as_such() -> None:
    server = taken()
    server.objects["main/m"].trashed = True
    with pytest.raises(AlreadyExists) as raised:
        Program(server).up(name="m")
    assert str(raised.value) == (
        "create model m at https://toy/one: an object of this name is there, soft-deleted (last "
        "changed at 100 by ann); it was left as it is. Delete it for good (id main/m), set "
        'on_conflict="adopt" to restore it and take it over (changes: nothing), or choose another '
        "name"
    )


def test_adopting_takes_an_object_over_and_converges_it() -> None:
    server = taken(size=7, tags={"theirs": "x"})
    program = Program(server)
    outputs = program.up(name="m", size=5, tags={"a": "1"}, onConflict="adopt")
    assert program.requests == ["create", "find", "settle", "patch"]
    assert server.objects["main/m"].values["tags"] == {"theirs": "x", "a": "1"}
    assert outputs["tags"] == {"a": "1"}
    assert outputs["__adopted"] is True
    assert outputs["score"] == 0.9


def test_adopting_may_be_configured_for_all() -> None:
    program = Program(taken(), settings={"onConflict": "adopt"})
    assert program.up(name="m")["__adopted"] is True
    assert program.requests == ["create", "find", "settle"]
    with pytest.raises(AlreadyExists):
        Program(taken(), settings={"onConflict": "adopt"}).up(name="m", onConflict="fail")


def test_adopting_writes_a_known_rewriting_out() -> None:
    program = Program(taken(summary="small"))
    assert program.up(name="m", summary="Small", onConflict="adopt")["summary"] == "Small"
    assert program.requests == ["create", "find", "settle", "patch"]


def test_adopting_clears_the_keys_of_others_where_all_are_claimed() -> None:
    program = Program(taken(tags={"theirs": "x"}))
    program.up(name="m", tags={"a": "1"}, exclusive=["tags"], onConflict="adopt")
    assert program.server.objects["main/m"].values["tags"] == {"a": "1"}


def test_adopting_restores_what_was_soft_deleted() -> None:
    server = taken()
    server.objects["main/m"].trashed = True
    program = Program(server, table=Archived)
    outputs = program.up(name="m", size=5, onConflict="adopt")
    assert program.requests == ["create", "find", "restore", "settle", "patch"]
    assert outputs["__adopted"] == "restored"
    assert program.log == ["model main/m was soft-deleted, and is restored with all in it"]


def test_what_cannot_be_changed_in_place_is_not_adopted() -> None:
    program = Program(taken(origin="there", licence="GPL", size=7))
    with pytest.raises(AlreadyExists) as raised:
        program.up(name="m", origin="here", licence="MIT", size=5, onConflict="adopt")
    assert str(raised.value) == (
        f"{EXISTS} and cannot be adopted: origin: 'there' => 'here' (cannot be changed after "
        "creation: it was made there); licence: 'GPL' => 'MIT' (cannot be changed once set: it was "
        "granted). Declare what is there, or choose another name"
    )


def test_adopting_if_equal_takes_over_what_is_equal() -> None:
    program = Program(taken(size=5))
    assert program.up(name="m", size=5, onConflict="adopt_if_equal")["__adopted"] is True


def test_adopting_if_equal_refuses_what_differs() -> None:
    program = Program(taken(size=7))
    with pytest.raises(AlreadyExists) as raised:
        program.up(name="m", size=5, onConflict="adopt_if_equal")
    assert str(raised.value) == (
        f"{EXISTS} and differs: size: 7 => 5. Declare what is there, set on_conflict to adopt, or "
        "choose another name"
    )


def test_adopting_if_equal_refuses_what_was_soft_deleted() -> None:
    server = taken()
    server.objects["main/m"].trashed = True
    with pytest.raises(AlreadyExists, match="it exists already, soft-deleted"):
        Program(server).up(name="m", onConflict="adopt_if_equal")


def test_a_secret_of_others_is_not_shown_in_a_refusal() -> None:
    server = taken(endpoint={"apiKey": "canary"}, description="raven")
    with pytest.raises(AlreadyExists) as raised:
        Program(server).up(
            name="m", endpoint={"apiKey": "mine"}, description="dove", __secrets=["description"]
        )
    assert "endpoint.apiKey: [secret] => [secret]" in str(raised.value)
    assert "description: [secret] => [secret]" in str(raised.value)


def test_an_object_with_a_hidden_secret_is_not_believed_to_have_ours() -> None:
    server = taken(endpoint={"apiKey": "theirs"})
    server.masks = True
    program = Program(server)
    program.up(name="m", endpoint={"apiKey": "mine"}, onConflict="adopt")
    assert program.requests == ["create", "find", "settle", "patch"]
    assert server.objects["main/m"].values["endpoint"] == {"apiKey": "mine"}


def test_an_adopted_object_that_fails_stays() -> None:
    server = taken()
    server.fault("settle", Failed("it broke"))
    with pytest.raises(Failed, match="it broke$"):
        Program(server).up(name="m", onConflict="adopt")
    assert "main/m" in server.objects


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


def test_a_failed_create_still_keeps_what_was_wanted_from_another_delete() -> None:
    program = Program()
    program.server.fault("create", Rejected("no"))
    with pytest.raises(Rejected):
        program.up(name="m")
    key = "https://toy/one toy:Model main/m"
    assert program.ledger.why_kept("p/dev/toy/old", key) == "it is now p/dev/toy/m's"
    assert program.ledger.why_kept("p/dev/toy/m", key) == ""


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


def test_what_cannot_be_restored_is_an_error() -> None:
    server = taken()
    server.objects["main/m"].trashed = True
    server.fault("restore", Conflict("it is busy"))
    with pytest.raises(Conflict, match="it is busy"):
        Program(server).up(name="m", onConflict="adopt")
