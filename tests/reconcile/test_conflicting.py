"""Conflicts: what others did to what is ours is reported, with all three values."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_mlregistry.reconcile.errors import (
    Conflict,
)
from reconcile.program import applied, values

PREFIX = "update model main/m at https://toy/one: "


def test_an_edit_of_others_is_reported_with_all_three_values() -> None:
    program = applied(size=5, tags={"a": "1"})
    program.server.edit("main/m", size=7)()
    with pytest.raises(Conflict) as raised:
        program.up(name="m", size=6, tags={"a": "1"})
    assert str(raised.value) == (
        f"{PREFIX}size was 5 when last read, is now 7, and the program declares 6 (last changed at "
        "101 by ann). Run pulumi refresh to accept what is there as the starting point, then up"
    )
    assert program.requests == ["read"]


def test_an_edit_of_others_of_what_does_not_change_here_is_reported_too() -> None:
    program = applied(size=5, tags={"a": "1"})
    program.server.edit("main/m", tags={"a": "2"})()
    with pytest.raises(Conflict, match=r"tags\.a was '1' when last read, is now '2', and the "
                       r"program declares '1'"):  # fmt: skip
        program.up(name="m", size=6, tags={"a": "1"})


def test_a_deletion_by_others_is_reported() -> None:
    program = applied(tags={"a": "1"})
    program.server.edit("main/m", tags={})()
    program.server.objects["main/m"].changed_at = 0
    program.server.objects["main/m"].changed_by = ""
    with pytest.raises(Conflict, match=r"tags\.a was '1' when last read, is now not set, and the "
                       r"program declares '2' \(last changed at 0\)\. Run"):  # fmt: skip
        program.up(name="m", tags={"a": "2"})


def test_what_others_set_as_it_is_declared_is_no_conflict() -> None:
    program = applied(size=5)
    program.server.edit("main/m", size=6)()
    assert program.up(name="m", size=6)["size"] == 6
    assert program.requests == ["read"]


def test_what_others_set_where_nothing_was_declared_is_reported() -> None:
    program = applied(size=5)
    program.server.edit("main/m", tags={"a": "theirs"})()
    with pytest.raises(Conflict) as raised:
        program.up(name="m", size=5, tags={"a": "1"})
    assert str(raised.value) == (
        f"{PREFIX}tags.a is 'theirs', which others wrote and this program never declared; the "
        "program now declares '1' (last changed at 101 by ann). Declare the value that is there, "
        'or set on_conflict="adopt" to overwrite it'
    )


@pytest.mark.parametrize("how", ["declared", "configured"])
def test_what_others_set_where_nothing_was_declared_may_be_adopted(how: str) -> None:
    program = applied(size=5)
    program.server.edit("main/m", tags={"a": "theirs"})()
    adopt = {"onConflict": "adopt"} if how == "declared" else {}
    program.settings = {} if how == "declared" else {"onConflict": "adopt"}
    assert program.up(name="m", size=5, tags={"a": "1"}, **adopt)["tags"] == {"a": "1"}


def test_what_was_ours_is_not_adopted_from_others() -> None:
    program = applied(size=5)
    program.server.edit("main/m", size=7)()
    with pytest.raises(Conflict, match="size was 5 when last read, is now 7"):
        program.up(name="m", size=6, onConflict="adopt")


def test_what_the_registry_computed_is_no_conflict_once_it_is_declared() -> None:
    program = applied()
    assert program.up(name="m", score=0.9)["score"] == 0.9


def test_what_the_registry_filled_in_is_no_conflict_once_it_is_declared() -> None:
    program = applied(card={"model_author": "a", "base_model": "b"})
    card = {"model_author": "a", "base_model": "b", "pages": 5}
    assert program.up(name="m", card=card)["card"] == card


def test_a_new_key_beside_others_in_a_claimed_field_is_reported() -> None:
    program = applied(tags={"a": "1"}, exclusive=["tags"])
    program.server.edit("main/m", tags={"a": "1", "b": "theirs"})()
    with pytest.raises(Conflict, match=r"tags\.b is 'theirs', which others wrote and this program "
                       "never declared; the program now declares not set"):  # fmt: skip
        program.up(name="m", tags={"a": "2"}, exclusive=["tags"])


def test_what_others_did_to_a_released_field_is_no_conflict() -> None:
    program = applied(description="d", size=5)
    program.server.edit("main/m", description="theirs")()
    assert program.up(name="m", size=6, release=["description"])["size"] == 6
    assert values(program)["description"] == "theirs"


def test_a_secret_is_not_shown_in_a_conflict() -> None:
    program = applied(endpoint={"apiKey": "canary-1"}, description="raven")
    program.server.edit("main/m", endpoint={"apiKey": "canary-2"})()
    was = r"endpoint.apiKey was \[secret\] when last read, is now \[secret\], and the program "
    with pytest.raises(Conflict, match=was + r"declares \[secret\]"):
        program.up(name="m", endpoint={"apiKey": "canary-3"}, description="raven")
    program = applied(description="raven", __secrets=["description"])
    program.server.edit("main/m", description="crow")()
    with pytest.raises(Conflict, match=r"description was \[secret\] when last read"):
        program.up(name="m", description="dove")


def test_a_refresh_accepts_what_others_did_as_the_starting_point() -> None:
    program = applied(size=5)
    program.server.edit("main/m", size=7)()
    program.refresh()
    assert program.log == ["model main/m was changed outside: size (last changed at 101 by ann)"]
    assert program.planned(name="m", size=5) == [
        "size: 7 => 5 (changed outside since the last update)"
    ]
    assert program.up(name="m", size=5)["size"] == 5
    assert program.requests == ["read", "patch"]
    assert program.planned(name="m", size=5) == []


def test_what_others_have_in_a_nested_value_where_it_is_now_declared_is_reported() -> None:
    program = applied(storage={"host": "h"})
    program.server.edit("main/m", storage={"host": "h", "at": {"port": 5}})()
    declared: dict[str, Any] = {"storage": {"host": "h", "at": {"port": 6}}}
    with pytest.raises(
        Conflict,
        match=r"storage.at.port is 5, which others wrote and this program never declared; the",
    ):
        program.up(name="m", **declared)
    program.up(name="m", **declared, onConflict="adopt")
    assert values(program)["storage"] == {"host": "h", "at": {"port": 6}}


def test_a_conflict_names_the_nested_keys_and_what_the_server_hides() -> None:
    program = applied(storage={"host": "h", "key": "k", "at": {"port": 1}})
    theirs = {"host": "g", "key": "*****", "at": {"port": 2}}
    program.server.edit("main/m", storage=theirs)()
    with pytest.raises(Conflict) as raised:
        program.up(name="m", storage={"host": "h", "key": "l", "at": {"port": 1}})
    assert raised.value.why == (
        "storage.host was 'h' when last read, is now 'g', and the program declares 'h'; also "
        "different: storage.key, storage.at.port (last changed at 101 by ann)"
    )
    program.server.edit("main/m", storage={**theirs, "host": "h"})()
    hidden = r"storage.key was \[secret\] when last read, is now hidden by the server \(\*{5}\)"
    with pytest.raises(Conflict, match=hidden + r", and the program declares \[secret\]"):
        program.up(name="m", storage={"host": "h", "key": "l", "at": {"port": 1}})


def test_what_was_released_is_not_said_to_be_others() -> None:
    program = applied(description="ours", tags={"a": "1"})
    program.up(name="m", release=["description"], tags={"a": "1"})
    with pytest.raises(
        Conflict, match=r"description is 'ours', which this program released; the program "
    ):
        program.up(name="m", description="again", tags={"a": "1"})


CONFLICT = "size was 5 when last read, is now 7, and the program declares"


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"password": "old"}, {"password": "new"}),
        ({"description": "d"}, {"release": ["description"]}),
        ({}, {"description": "d"}),
        ({"description": "d"}, {"description": "e"}),
    ],
)
def test_a_conflict_is_found_beside_what_is_none(
    before: dict[str, Any], now: dict[str, Any]
) -> None:
    program = applied(size=5, **before)
    program.server.edit("main/m", size=7)()
    with pytest.raises(Conflict, match=CONFLICT):
        program.up(name="m", size=6, **now)


def test_what_the_registry_computed_since_is_no_conflict() -> None:
    program = applied(size=5)
    del program.outputs["score"]
    program.server.edit("main/m", score=0.7)()
    assert program.up(name="m", size=5, score=0.9)["score"] == 0.9


def test_a_conflict_is_found_beside_what_the_registry_computed_since() -> None:
    program = applied(size=5)
    del program.outputs["score"]
    program.server.edit("main/m", score=0.7, size=7)()
    with pytest.raises(Conflict, match=CONFLICT):
        program.up(name="m", size=6, score=0.8)


def test_what_others_took_away_and_set_again_was_not_set_when_last_read() -> None:
    program = applied(tags={"a": "1"})
    program.server.edit("main/m", tags={})()
    program.refresh()
    program.server.edit("main/m", tags={"a": "9"})()
    with pytest.raises(Conflict, match=r"tags\.a was not set when last read, is now '9', and the "
                       r"program declares '1'"):  # fmt: skip
        program.up(name="m", tags={"a": "1"})


def test_what_the_program_makes_secret_only_now_is_not_shown() -> None:
    program = applied(size=5)
    program.server.edit("main/m", size=7)()
    with pytest.raises(Conflict, match=r"size was \[secret\] when last read"):
        program.up(name="m", size=6, __secrets=["size"])
