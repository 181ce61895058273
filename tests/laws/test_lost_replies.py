"""Lost replies, killed runs and retries: exactly one object, whatever the network does."""

from __future__ import annotations

import threading
import time

import pytest

from laws.stacks import Stack
from laws.titles import ALL, ANY, ANY_NAMED, ENTITY, ORACLE, VERSIONS, law
from laws.worlds import VersionWorld, World
from pulumi_mlregistry.reconcile.errors import AlreadyExists, Lost, RegistryError

LOST = {
    "after the commit": {"kind": "lost"},
    "in the middle": {"kind": "truncate", "keep": 10, "announce": True},
    "cut short": {"kind": "truncate", "keep": 10},
    "before the commit": {"kind": "reset"},
    "a gateway's page": {"kind": "answer", "status": 502, "body": "<html>bad gateway</html>"},
    "unavailable": {"kind": "answer", "status": 503, "body": '{"detail": "busy"}'},
}


@law(13, 5, on=ANY)
@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_a_reply_lost_at_create_leaves_exactly_one_object(
    world: World, fault: dict[str, object]
) -> None:
    name = world.name()
    stack = Stack(world)
    declared = world.declare(name)
    world.proxy.fault(method="POST", path=world.create, **fault)  # type: ignore[arg-type]
    try:
        stack.up({"m": declared})
    except Lost:
        stack.up({"m": declared})
    assert world.count(name) == 1
    stack.refresh()
    assert stack.up({"m": declared}) == ["same m"]


@law(13, on=VERSIONS)
def test_a_run_killed_while_creating_leaves_one_version(world: VersionWorld) -> None:
    name = world.name()
    stack = Stack(world)
    declared = world.declare(name)
    first = stack.killed_while_creating("v", declared)
    assert stack.up({"v": declared}) == ["create v"]
    assert stack["v"].id == first
    assert world.versions(name) == ["1"]
    assert any("taken over" in line for line in stack.log)


@law(13, on=VERSIONS)
@pytest.mark.parametrize("logical", ["my model", "a/b c", "ü x\ty"])
def test_a_killed_run_is_found_again_whatever_the_resource_is_called(
    world: VersionWorld, logical: str
) -> None:
    name = world.name()
    stack = Stack(world)
    stack.killed_while_creating(logical, world.declare(name))
    stack.up({logical: world.declare(name)})
    assert world.versions(name) == ["1"]


@law(13, 9, on=VERSIONS)
def test_an_edit_between_a_killed_run_and_the_next_is_applied_to_the_same_version(
    world: VersionWorld,
) -> None:
    name = world.name()
    stack = Stack(world)
    stack.killed_while_creating("v", world.declare(name))
    stack.up({"v": world.declare(name, description="second", tags={"team": "fraud"})})
    assert world.versions(name) == ["1"]
    assert world.description(f"{name}/1") == "second"
    assert world.keys(f"{name}/1")["team"] == "fraud"


@law(13, on=VERSIONS)
def test_a_killed_run_does_not_take_a_version_of_another_resource(world: VersionWorld) -> None:
    name = world.name()
    stack = Stack(world)
    stack.killed_while_creating("one", world.declare(name))
    stack.up({"two": world.declare(name)})
    assert world.versions(name) == ["1", "2"]
    assert stack["two"].id == f"{name}/2"


@law(13, 11, on=ANY_NAMED)
def test_a_run_killed_while_creating_a_named_object_is_an_error_then_adoptable(
    world: World,
) -> None:
    name = world.name()
    stack = Stack(world)
    made = stack.killed_while_creating("m", world.declare(name))
    with pytest.raises(AlreadyExists, match=r": nothing\)"):
        stack.up({"m": world.declare(name)})
    stack.up({"m": world.declare(name, onConflict="adopt_if_equal")})
    assert stack["m"].id == made
    assert world.count(name) == 1


@law(13, 11, on=ANY_NAMED)
def test_an_object_of_others_is_not_taken_for_a_lost_reply(world: World) -> None:
    name = world.name()
    world.proxy.fault(
        method="POST", path=world.create, kind="cut", before=lambda _r: world.make(name, "theirs")
    )
    with pytest.raises(AlreadyExists):
        Stack(world).up({"m": world.declare(name)})
    assert world.description(world.id_of(name)) == "theirs"


@law(13, on=("version-mlflow",))
def test_a_create_that_commits_after_it_was_given_up_is_not_repeated(world: VersionWorld) -> None:
    name = world.name()
    committed = threading.Event()

    def commit_late() -> None:
        time.sleep(0.3)
        body = world.proxy.requests[-1]
        created = next(r for r in world.proxy.requests if r.method == "POST")
        assert body is not None
        world.http.post(created.path, json=created.json).raise_for_status()
        committed.set()

    world.proxy.fault(
        method="POST",
        path=world.create,
        kind="answer",
        status=504,
        body="<html>gateway timeout</html>",
        before=lambda _r: threading.Thread(target=commit_late).start(),
    )
    stack = Stack(world)
    try:
        stack.up({"v": world.declare(name)})
    except Lost:
        assert committed.wait(10)
        stack.up({"v": world.declare(name)})
    assert committed.wait(10)
    assert world.versions(name) == ["1"]


@law(13, 18, on=ANY)
def test_a_reply_lost_at_update_applies_the_update_once(world: World) -> None:
    stack = Stack(world)
    name = world.name()
    stack.up({"m": world.declare(name)})
    changed = world.declare(name, description="second")
    for method in ("PATCH", "POST"):
        world.proxy.fault(method=method, kind="lost")
    stack.up({"m": changed})
    assert world.description(stack["m"].id) == "second"
    assert stack.up({"m": changed}) == ["same m"]


@law(13, 18, on=ALL)
def test_a_run_killed_while_updating_is_finished_by_the_next(world: World) -> None:
    stack = Stack(world)
    name = world.name()
    stack.up({"m": world.declare(name)})
    changed = world.declare(name, description="second", **{world.keyed: {"team": "fraud"}})
    state = stack["m"]
    stack.up({"m": changed})
    stack.resources["m"] = state
    world.sent()
    assert stack.up({"m": changed}) == ["update m"]
    assert world.proxy.writes() == [], "what is there already is not written again"
    assert stack.up({"m": changed}) == ["same m"]


@law(13, 19, on=ANY)
def test_a_reply_lost_at_delete_is_no_error_later(world: World) -> None:
    stack = Stack(world)
    name = world.name()
    stack.up({"m": world.declare(name)})
    id_ = stack["m"].id
    path = re_delete(world)
    world.proxy.fault(method=path[0], path=path[1], kind="lost")
    stack.destroy()
    assert world.look(id_) is None
    assert stack.resources == {}


def re_delete(world: World) -> tuple[str, str]:
    """Verb and a part of the path of a delete."""
    if world.kind == "nemo:ModelEntity":
        return "DELETE", "/models/"
    return ("POST" if world.target == "oracle" else "DELETE"), "s/delete"


@law(13, 19, on=ANY)
def test_a_delete_that_was_already_done_by_a_killed_run_is_done(world: World) -> None:
    stack = Stack(world)
    stack.up({"m": world.declare(world.name())})
    world.remove(stack["m"].id)
    stack.destroy()
    assert stack.resources == {}


@law(13, on=ORACLE)
def test_every_retry_of_a_create_repeats_its_token(world: World) -> None:
    name = world.name()
    world.front.reset()  # type: ignore[attr-defined]
    world.proxy.fault(method="POST", path=world.create, kind="lost", times=2)
    Stack(world).up({"m": world.declare(name)})
    creates = [r for r in world.proxy.requests if r.method == "POST" and world.create in r.path]
    assert len(creates) == 3
    assert len({r.headers["opc-retry-token"] for r in creates}) == 1
    assert len({r.headers["date"] + r.headers["authorization"] for r in creates}) >= 1
    assert world.count(name) == 1


@law(13, on=("version-oracle",))
def test_twenty_user_tags_leave_no_room_for_the_marker_and_the_token_finds_the_version(
    world: VersionWorld,
) -> None:
    name = world.name()
    tags = {f"t{n}": str(n) for n in range(20)}
    stack = Stack(world)
    first = stack.killed_while_creating("v", world.declare(name, tags=tags))
    assert "mlregistry.owner" not in (world.look(first) or {})["keys"]
    stack.up({"v": world.declare(name, tags=tags)})
    assert stack["v"].id == first
    assert world.versions(name) == ["1"]


@law(13, on=("version-oracle",))
def test_a_version_destroyed_within_the_life_of_its_token_is_created_again(
    world: VersionWorld,
) -> None:
    name = world.name()
    stack = Stack(world)
    declared = world.declare(name)
    for number in ("1", "2", "3"):
        stack.up({"v": declared})
        assert stack["v"].id == f"{name}/{number}"
        assert world.versions(name) == [number]
        stack.destroy()
        assert world.versions(name) == []


@law(13, on=("version-oracle",))
def test_a_version_is_created_again_after_its_parent_was_deleted(world: VersionWorld) -> None:
    name = world.name()
    stack = Stack(world)
    stack.up({"v": world.declare(name)})
    world.call("DELETE", "registered-models/delete", name=name)
    world.register(name)
    stack.refresh()
    stack.up({"v": world.declare(name, description="other")})
    assert world.versions(name) == ["1"]
    assert world.description(f"{name}/1") == "other"


@law(39, 13, 29, on=ENTITY)
def test_a_create_that_always_fails_says_so_and_leaves_nothing(world: World) -> None:
    name = world.name()
    body = {"detail": "database is down"}
    world.proxy.fault(method="POST", path="/models", kind="answer", status=500, body=body, times=99)
    with pytest.raises(RegistryError, match=r"create model entity .*database is down.*refresh"):
        Stack(world).up({"m": world.declare(name)})
    assert world.count(name) == 0
