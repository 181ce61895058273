"""Create: what exists is left alone and named; adoption is asked for."""

from __future__ import annotations

import pytest

from laws.stacks import Stack
from laws.titles import ANY, ANY_NAMED, NAMED, VERSIONS, law
from laws.worlds import VersionWorld, World
from pulumi_mlregistry.reconcile.errors import AlreadyExists, Gone, RegistryError


@law(11, 29, on=NAMED)
def test_an_existing_object_is_left_alone_and_named(world: World) -> None:
    name = world.name()
    there = world.make(name, "a colleague's", team="theirs", extra="kept")
    before = world.look(there)
    with pytest.raises(AlreadyExists) as caught:
        Stack(world).up({"m": world.declare(name)})
    message = str(caught.value)
    assert name in message
    assert "left as it is" in message
    assert "last changed 20" in message
    assert "Import it" in message
    assert "on_conflict" in message
    assert "\n" not in message
    assert world.look(there) == before


@law(11, on=NAMED)
def test_adopt_takes_over_and_converges_what_is_declared(world: World) -> None:
    name = world.name()
    there = world.make(name, "a colleague's", team="theirs", extra="kept")
    stack = Stack(world)
    declared = world.declare(name, onConflict="adopt")
    stack.up({"m": declared})
    assert stack["m"].id == there
    assert world.description(there) == "first"
    assert world.keys(there) == {"team": "risk", "tier": "gold", "extra": "kept"}
    assert stack.up({"m": declared}) == ["same m"]


@law(11, on=NAMED)
def test_adopt_if_equal_refuses_an_object_that_differs(world: World) -> None:
    name = world.name()
    there = world.make(name, "first", team="theirs", tier="gold")
    before = world.look(there)
    with pytest.raises(AlreadyExists, match=r"team.*theirs.*risk"):
        Stack(world).up({"m": world.declare(name, onConflict="adopt_if_equal")})
    assert world.look(there) == before


@law(11, 15, on=NAMED)
def test_adopt_if_equal_takes_an_equal_object_without_a_write(world: World) -> None:
    name = world.name()
    there = world.make(name, "first", team="risk", tier="gold", extra="kept")
    before = world.look(there)
    stack = Stack(world)
    stack.up({"m": world.declare(name, onConflict="adopt_if_equal")})
    assert stack["m"].id == there
    assert len(world.proxy.writes()) == 1, "the refused create and nothing else"
    assert world.look(there) == before


@law(11, on=ANY_NAMED)
def test_the_stack_wide_default_adopts_as_well(world: World) -> None:
    name = world.name()
    there = world.make(name)
    stack = Stack(world, keys={"onConflict": "adopt"})
    stack.up({"m": world.declare(name)})
    assert stack["m"].id == there


@law(11, 21, on=ANY_NAMED)
def test_an_adopted_object_is_retained_at_destroy(world: World) -> None:
    name = world.name()
    there = world.make(name)
    stack = Stack(world)
    stack.up({"m": world.declare(name, onConflict="adopt")})
    stack.destroy()
    assert world.look(there) is not None
    assert any("retain" in line for line in stack.log)


@law(33, 11, 9, on=NAMED)
def test_adoption_with_exclusive_keys_removes_the_keys_of_others(world: World) -> None:
    name = world.name()
    there = world.make(name, "first", extra="goes")
    stack = Stack(world)
    stack.up({"m": world.declare(name, onConflict="adopt", exclusive=[world.keyed])})
    assert world.keys(there) == {"team": "risk", "tier": "gold"}


@law(40, 11, on=ANY)
def test_two_resources_of_one_program_do_not_share_an_object(world: World) -> None:
    name = world.name()
    stack = Stack(world)
    program = {"one": world.declare(name), "two": world.declare(name, description="second")}
    if world.kind == "mlflow:ModelVersion":
        stack.up(program)
        assert stack["one"].id != stack["two"].id
        assert world.count(name) == 2
    else:
        with pytest.raises(AlreadyExists):
            stack.up(program)
        assert world.description(stack["one"].id) == "first"


@law(38, 29, 19, on=VERSIONS)
def test_a_missing_parent_is_named_and_told_how_to_make(world: VersionWorld) -> None:
    with pytest.raises(Gone, match=r"law-nobody.*RegisteredModel declares it"):
        Stack(world).up({"v": world.declare("law-nobody")})


@law(14, 13, on=VERSIONS)
def test_a_version_of_an_unknown_logged_model_is_refused_and_leaves_none(
    world: VersionWorld,
) -> None:
    name, stack = world.name(), Stack(world)
    theirs = world.make(name)
    for more in ({}, {"runId": "r"}):
        with pytest.raises(RegistryError, match="m-x"):
            stack.up({"v": world.declare(name, modelId="m-x", **more)})
        assert world.versions(name) == [theirs.rpartition("/")[2]]


@law(13, on=VERSIONS)
def test_a_version_can_be_created_once_its_parent_is_there(world: VersionWorld) -> None:
    name = world.name()
    world.call("DELETE", "registered-models/delete", name=name)
    stack = Stack(world)
    with pytest.raises(Gone):
        stack.up({"v": world.declare(name)})
    world.register(name)
    stack.up({"v": world.declare(name)})
    assert world.versions(name) == ["1"]
