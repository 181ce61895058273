"""Two checkouts of one stack, with states of their own: alike in all names, and still two."""

from __future__ import annotations

import pytest

from laws.stacks import Stack
from laws.titles import VERSIONS, law
from laws.worlds import VersionWorld
from pulumi_mlregistry.reconcile.errors import AlreadyExists, Conflict

BOTH = r"by an earlier run of this stack that was killed, or by another checkout of it"


@law(52, 13, 11, 29, on=VERSIONS)
def test_another_checkouts_version_is_neither_taken_over_nor_doubled(world: VersionWorld) -> None:
    declared = world.declare(world.name())
    first, second = Stack(world), Stack(world)
    first.up({"v": declared})
    before = world.look(first["v"].id)
    with pytest.raises(
        AlreadyExists, match=rf"version 1 was made for a resource of this name at .*, {BOTH}"
    ):
        second.up({"v": declared})
    assert second.resources == {}
    assert world.versions(declared["name"]) == ["1"]
    assert world.look(first["v"].id) == before
    # What differs is a version of its own, and each checkout deletes its own.
    second.up({"v": {**declared, "source": "oci://bucket@ns/b"}})
    assert world.versions(declared["name"]) == ["1", "2"]
    assert first.up({"v": declared}) == ["same v"]
    second.destroy()
    assert world.versions(declared["name"]) == ["1"]


@law(52, 11, 21, on=VERSIONS)
def test_another_checkouts_version_is_adopted_where_the_program_says_so(
    world: VersionWorld,
) -> None:
    declared = world.declare(world.name())
    first, second = Stack(world), Stack(world)
    first.up({"v": declared})
    adopting = {**declared, "onConflict": "adopt"}
    second.up({"v": adopting})
    assert second["v"].id == first["v"].id
    assert second.up({"v": adopting}) == ["same v"]
    second.destroy()
    assert world.versions(declared["name"]) == ["1"]


@law(52, 13, on=VERSIONS)
def test_a_killed_run_is_healed_though_another_checkout_has_made_the_same_since(
    world: VersionWorld,
) -> None:
    declared = world.declare(world.name())
    mine, other = Stack(world), Stack(world)
    first = mine.killed_while_creating("v", declared)
    other.up({"v": {**declared, "onConflict": "adopt_if_equal", "source": "oci://bucket@ns/b"}})
    assert mine.up({"v": declared}) == ["create v"]
    assert mine["v"].id == first
    assert world.versions(declared["name"]) == ["1", "2"]


@law(52, 13, on=VERSIONS)
def test_a_run_that_does_not_know_its_identity_asks_before_it_takes_over(
    world: VersionWorld,
) -> None:
    declared = world.declare(world.name())
    stack = Stack(world)
    first = stack.killed_while_creating("v", declared)
    stack.identity, stack.instances = "", {"v": ""}
    with pytest.raises(AlreadyExists, match=BOTH):
        stack.up({"v": declared})
    stack.up({"v": {**declared, "onConflict": "adopt"}})
    assert stack["v"].id == first
    assert world.versions(declared["name"]) == ["1"]


@law(52, 20, on=VERSIONS)
def test_a_name_that_is_used_again_gets_a_version_of_its_own(world: VersionWorld) -> None:
    declared = world.declare(world.name())
    stack = Stack(world)
    kept = {**declared, "deletePolicy": "retain"}
    stack.up({"v": kept})
    stack.up({})
    stack.up({"v": kept})
    assert world.versions(declared["name"]) == ["1", "2"]


@law(52, 30, 17, on=("version-mlflow", "version-mlflowbox"))
def test_an_alias_of_another_checkouts_version_is_not_moved(world: VersionWorld) -> None:
    declared = world.declare(world.name(), aliases=["champion"])
    first, second = Stack(world), Stack(world)
    first.up({"v": declared})
    other = {**declared, "source": "oci://bucket@ns/b"}
    with pytest.raises(Conflict, match=r"points to version 1, which is not this program's"):
        second.up({"v": other})
    assert (world.look(first["v"].id) or {})["aliases"] == ["champion"]


@law(13, 52, on=VERSIONS)
def test_versions_of_others_however_many_hide_none_of_ours(world: VersionWorld) -> None:
    declared = world.declare(world.name())
    stack = Stack(world)
    first = stack.killed_while_creating("v", declared)
    for _ in range(60):
        world.make(declared["name"])
    assert stack.up({"v": declared}) == ["create v"]
    assert stack["v"].id == first
    assert len(world.versions(declared["name"])) == 61
