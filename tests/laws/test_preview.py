"""Preview: what `up` would meet is told beforehand, within bounds, and never fails the preview."""

from __future__ import annotations

import time

import pytest

from laws.stacks import Stack
from laws.titles import ANY_NAMED, NAMED, VERSIONS, law
from laws.worlds import World
from pulumi_mlregistry.reconcile.foresight import SECONDS
from pulumi_mlregistry.reconcile.unknown import UNKNOWN


@law(12, 11, on=NAMED)
def test_a_preview_says_that_the_object_exists_and_what_up_would_do(world: World) -> None:
    name = world.name()
    there = world.make(name, "a colleague", team="theirs")
    before = world.look(there)
    stack = Stack(world)
    (refused,) = stack.preview_new("m", world.declare(name))
    assert name in refused
    assert "exists already" in refused
    assert "it was left as it is" not in refused, "nothing has been tried yet"
    assert 'set on_conflict="adopt"' in refused
    (adopted,) = stack.preview_new("m", world.declare(name, onConflict="adopt"))
    assert "is taken over by the next up" in adopted
    assert "'a colleague'" in adopted
    (differs,) = stack.preview_new("m", world.declare(name, onConflict="adopt_if_equal"))
    assert "differs" in differs
    assert world.look(there) == before
    assert world.proxy.writes() == []


@law(12, on=ANY_NAMED)
def test_a_preview_of_a_free_name_says_nothing_and_looks_once(world: World) -> None:
    declared = world.declare(world.name())
    assert Stack(world).preview_new("m", declared) == []
    asked_once = ("GET system/version", "GET users/loggedInUser")
    sent = [line for line in world.sent() if line not in asked_once]
    # Where a 404 does not tell "gone" from "not allowed", Oracle's search decides.
    assert len(sent) == (2 if world.target == "oracle" else 1), sent
    assert all(line.startswith("GET ") for line in sent)


@law(12, on=ANY_NAMED)
def test_lookups_can_be_turned_off(world: World) -> None:
    name = world.name()
    world.make(name)
    world.sent()
    stack = Stack(world, keys={"previewLookups": "false"})
    assert stack.preview_new("m", world.declare(name)) == []
    assert world.sent() == []


@law(12, 2, on=ANY_NAMED)
def test_a_name_that_is_not_known_yet_is_not_looked_for(world: World) -> None:
    declared = {**world.declare(world.name()), "name": UNKNOWN}
    world.sent()
    assert Stack(world).preview_new("m", declared) == []
    assert world.sent() == []


@law(12, on=VERSIONS)
def test_a_version_which_has_no_name_is_not_looked_for(world: World) -> None:
    declared = world.declare(world.name())
    world.sent()
    assert Stack(world).preview_new("m", declared) == []
    assert world.sent() == []


@law(12, on=ANY_NAMED)
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "answer", "status": 503},
        {"kind": "answer", "status": 401, "body": {"code": 401, "message": "who?"}},
        {"kind": "answer", "status": 200, "body": {}},
        {"kind": "reset"},
    ],
    ids=["503", "401", "200", "reset"],
)
def test_a_lookup_that_fails_is_silent(world: World, fault: dict[str, object]) -> None:
    name = world.name()
    world.make(name)
    world.proxy.fault(**fault, times=99)
    assert Stack(world).preview_new("m", world.declare(name)) == []


@law(12, on=("entity-nemobox", "mlmodel-om2"))
def test_a_server_that_hangs_holds_a_preview_for_two_seconds_at_most(world: World) -> None:
    declared = world.declare(world.name())
    world.proxy.fault(kind="silent", times=99)
    started = time.monotonic()
    assert Stack(world).preview_new("m", declared) == []
    assert time.monotonic() - started < SECONDS + 1


@law(12, 7, on=ANY_NAMED)
def test_an_object_that_is_to_be_made_anew_does_not_warn_of_itself(world: World) -> None:
    stack = Stack(world)
    declared = world.declare(world.name())
    stack.up({"m": declared})
    assert stack.preview_anew("m", declared) == []


@law(12, 26, on=NAMED)
def test_a_lookup_shows_no_secret_of_either_side(world: World) -> None:
    name = world.name()
    world.make(name, "canary-theirs", pin="canary-theirs")
    chosen = {"__secrets": ["description", world.keyed]}
    declared = world.declare(name, description="canary-ours", **{world.keyed: {"pin": "canary-p"}})
    for policy in ("fail", "adopt", "adopt_if_equal"):
        told = Stack(world).preview_new("m", {**declared, **chosen, "onConflict": policy})
        assert told
        assert "canary" not in " ".join(told)
