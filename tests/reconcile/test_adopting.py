"""Objects that exist already: left alone and named, or taken over as the program says."""

from __future__ import annotations

import pytest

from pulumi_mlregistry.reconcile.errors import AlreadyExists, Conflict, Failed, Gone, NotApplied
from reconcile.program import Program
from reconcile.registry import Calls, Registry, taken
from reconcile.tables import Archived

EXISTS = "create model m at https://toy/one: it exists already (last changed at 100 by ann)"


def test_an_existing_object_is_left_alone_and_named() -> None:
    server = taken(size=7)
    program = Program(server)
    with pytest.raises(AlreadyExists) as raised:
        program.up(name="m", size=5)
    assert str(raised.value) == (
        f"{EXISTS} and is not this resource's; it was left as it is. Import it by an import "
        'file (id main/m), set on_conflict="adopt" to take it over (changes: size: 7 => 5), or '
        "choose another name"
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
    with pytest.raises(Failed, match=r"it broke$"):
        Program(server).up(name="m", onConflict="adopt")
    assert "main/m" in server.objects


def test_what_cannot_be_restored_is_an_error() -> None:
    server = taken()
    server.objects["main/m"].trashed = True
    server.fault("restore", Conflict("it is busy"))
    with pytest.raises(Conflict, match="it is busy"):
        Program(server).up(name="m", onConflict="adopt")


def trashed() -> Registry:
    """A registry in which model m was deleted softly."""
    server = taken()
    server.objects["main/m"].trashed = True
    return server


def test_what_another_restored_meanwhile_is_adopted_as_it_is() -> None:
    server = trashed()
    alive = lambda: setattr(server.objects["main/m"], "trashed", False)  # noqa: E731
    server.fault("restore", Gone("not in the trash"), before=alive)
    program = Program(server, Archived)
    assert program.up(name="m", onConflict="adopt")["__adopted"] is True
    assert program.requests == ["create", "find", "restore", "find", "settle"]
    assert program.log == []


def test_what_another_restored_meanwhile_keeps_no_secret_that_is_not_ours() -> None:
    server = trashed()
    server.objects["main/m"].values["endpoint"] = {"apiKey": "theirs"}
    server.masks = True
    alive = lambda: setattr(server.objects["main/m"], "trashed", False)  # noqa: E731
    server.fault("restore", Gone("not in the trash"), before=alive)
    Program(server, Archived).up(name="m", endpoint={"apiKey": "mine"}, onConflict="adopt")
    assert server.objects["main/m"].values["endpoint"] == {"apiKey": "mine"}


@pytest.mark.parametrize("gone", [True, False])
def test_what_cannot_be_restored_nor_found_alive_is_an_error(gone: bool) -> None:
    server = trashed()
    before = server.objects.clear if gone else lambda: None
    server.fault("restore", Gone("not in the trash"), before=before)
    with pytest.raises(Gone, match="not in the trash"):
        Program(server, Archived).up(name="m", onConflict="adopt")


def test_what_others_undo_of_an_adoption_is_told_and_not_taken_back() -> None:
    server = taken(size=7)
    server.fault("patch", after=lambda: server.edit("main/m", size=8)())
    server.brief = True
    program = Program(server)
    with pytest.raises(NotApplied, match="did not keep size"):
        program.up(name="m", size=5, onConflict="adopt")
    assert program.requests == ["create", "find", "settle", "patch", "read"]


def test_what_others_keep_secret_is_not_believed_to_be_ours_when_it_is_restored() -> None:
    server = trashed()
    server.objects["main/m"].values["endpoint"] = {"apiKey": "theirs"}
    server.masks = True
    program = Program(server, Archived)
    program.up(name="m", endpoint={"apiKey": "mine"}, onConflict="adopt")
    assert server.objects["main/m"].values["endpoint"] == {"apiKey": "mine"}


def test_a_rewriting_that_is_known_is_a_difference_where_equality_is_asked_for() -> None:
    program = Program(taken(summary="small"))
    with pytest.raises(AlreadyExists, match=r"differs: summary: 'small' => 'Small'"):
        program.up(name="m", summary="Small", onConflict="adopt_if_equal")


def test_what_a_refused_create_met_is_kept_from_another_delete(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Calls, "locate", lambda *_: "")  # where the registry gives the ids
    program = Program(taken())
    with pytest.raises(AlreadyExists):
        program.up(name="m")
    key = "https://toy/one toy:Model main/m"
    assert program.ledger.why_kept("p/dev/toy/old", key) == "it is now p/dev/toy/m's"
