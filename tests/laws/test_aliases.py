"""Aliases of versions: they move last, in one step, and not away from what others chose."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from laws.stacks import CheckFailed, Stack
from laws.titles import law
from laws.worlds import VersionWorld
from pulumi_mlregistry.reconcile.errors import Conflict, Failed
from support.exchange import Request

PLAIN = ("version-mlflow", "version-mlflowbox")
ORACLE = ("version-oraclebox",)
ALIAS = "registered-models/alias"


def aliased(world: VersionWorld, name: str) -> dict[str, str]:
    """Which version each alias points to."""
    model = world.call("GET", "registered-models/get", name=name)["registered_model"]
    return {each["alias"]: each["version"] for each in model.get("aliases", [])}


def moves(world: VersionWorld) -> list[str]:
    return [f"{r.method}" for r in world.proxy.requests if r.path.endswith(ALIAS)]


@law(30, 16, on=PLAIN)
def test_a_version_gets_its_alias_after_everything_else(world: VersionWorld) -> None:
    name, stack = world.name(), Stack(world)
    declared = world.declare(name, aliases=["champion"], stage="Staging")
    stack.up({"v": declared})
    assert aliased(world, name) == {"champion": "1"}
    writes = [r.path.rpartition("mlflow/")[2] for r in world.proxy.writes()]
    assert writes[-1] == ALIAS
    assert stack.up({"v": declared}) == ["same v"]
    stack.refresh()
    assert stack.up({"v": declared}) == ["same v"]


@law(30, on=("version-mlflowbox",))
def test_no_alias_moves_to_a_version_that_is_not_ready(world: VersionWorld) -> None:
    name, stack = world.name(), Stack(world)
    world.alias(name, "champion", world.make(name).rpartition("/")[2])

    def failed(request: Request) -> dict[str, Any]:
        found = httpx.get(world.proxy.target + request.path, trust_env=False).json()
        version = {**found["model_version"], "status": "FAILED_REGISTRATION"}
        return {"model_version": version}

    pending = {"name": name, "version": "2", "status": "PENDING_REGISTRATION"}
    world.proxy.fault(
        path="model-versions/create", kind="instead", status=200, body={"model_version": pending}
    )
    world.proxy.fault(path="model-versions/get", kind="answer", status=200, body=failed, times=99)
    with pytest.raises(Failed):
        stack.up({"v": world.declare(name, aliases=["champion"], onConflict="adopt")})
    assert aliased(world, name) == {"champion": "1"}


@law(22, 30, on=PLAIN)
def test_a_replaced_version_hands_its_alias_over_in_one_step(world: VersionWorld) -> None:
    name, stack = world.name(), Stack(world)
    stack.up({"v": world.declare(name, aliases=["champion"])})
    world.proxy.clear()
    stack.up({"v": world.declare(name, aliases=["champion"], source="oci://bucket@ns/b")})
    assert aliased(world, name) == {"champion": "2"}
    assert moves(world) == ["POST"], "never a moment without one"
    assert world.versions(name) == ["1", "2"]


@law(30, 22, on=PLAIN)
def test_an_alias_goes_back_to_an_older_version_and_touches_no_version(
    world: VersionWorld,
) -> None:
    name, stack = world.name(), Stack(world)
    old, new = world.declare(name), world.declare(name, source="oci://bucket@ns/b")
    stack.up({"old": old, "new": {**new, "aliases": ["champion"]}})
    assert aliased(world, name) == {"champion": "2"}
    versions = [world.look(f"{name}/{number}") for number in "12"]
    world.proxy.clear()
    stack.up({"old": {**old, "aliases": ["champion"]}, "new": new})
    assert aliased(world, name) == {"champion": "1"}
    assert moves(world) == ["POST"], "the one that lets go has nothing left to do"
    assert [r.path.rpartition("/")[2] for r in world.proxy.writes()] == ["alias"]
    for before, number in zip(versions, "12", strict=True):
        after = world.look(f"{name}/{number}")
        assert {**after, "aliases": 0} == {**before, "aliases": 0}
    assert stack.up({"old": {**old, "aliases": ["champion"]}, "new": new}) == [
        "same old", "same new",
    ]  # fmt: skip


@law(9, 17, on=PLAIN)
def test_an_alias_no_longer_declared_goes_unless_it_points_elsewhere_by_now(
    world: VersionWorld,
) -> None:
    name, stack = world.name(), Stack(world)
    stack.up({"v": world.declare(name, aliases=["champion", "blue"])})
    theirs = world.make(name)
    world.alias(name, "blue", theirs.rpartition("/")[2])
    world.alias(name, "green", "1")
    stack.refresh()
    stack.up({"v": world.declare(name)})
    assert aliased(world, name) == {"blue": "2", "green": "1"}


@law(17, 11, on=PLAIN)
def test_an_alias_of_a_colleagues_version_stays_there_unless_the_program_adopts(
    world: VersionWorld,
) -> None:
    name, stack = world.name(), Stack(world)
    theirs = world.make(name).rpartition("/")[2]
    world.alias(name, "champion", theirs)
    declared = world.declare(name, aliases=["champion"])
    with pytest.raises(Conflict, match=r"champion points to version 1, which is not this"):
        stack.up({"v": declared})
    assert aliased(world, name) == {"champion": theirs}
    with pytest.raises(Conflict):
        stack.up({"v": declared})
    assert world.count(name) == 2, "the version that was made is found again"
    stack.up({"v": {**declared, "onConflict": "adopt"}})
    assert aliased(world, name) == {"champion": "2"}
    assert world.count(name) == 2


@law(24, 17, on=PLAIN)
def test_an_alias_that_a_colleague_moved_is_drift_and_then_taken_back_or_a_conflict(
    world: VersionWorld,
) -> None:
    name, stack = world.name(), Stack(world)
    declared = world.declare(name, aliases=["champion"])
    stack.up({"v": declared})
    world.alias(name, "champion", world.make(name).rpartition("/")[2])
    stack.refresh()
    assert any("aliases" in line and "changed outside" in line for line in stack.log)
    assert stack.plans("v", declared, "aliases.champion")
    stack.up({"v": declared})
    assert aliased(world, name) == {"champion": "1"}
    world.alias(name, "champion", "2")
    changed = {**declared, "aliases": ["champion", "blue"]}
    with pytest.raises(Conflict, match=r"aliases\.champion was 'champion' when last read"):
        stack.up({"v": changed})
    assert aliased(world, name) == {"champion": "2"}


@law(40, 1, on=PLAIN)
def test_two_versions_that_declare_one_alias_are_refused_before_any_request(
    world: VersionWorld,
) -> None:
    name, stack = world.name(), Stack(world)
    world.proxy.clear()
    one = world.declare(name, aliases=["champion"])
    with pytest.raises(CheckFailed, match=r"'champion', which .* declares too"):
        stack.up({"a": one, "b": {**one, "source": "oci://bucket@ns/b"}})
    assert len(world.versions(name)) <= 1
    assert aliased(world, name) in ({}, {"champion": "1"})


@law(1, on=(*PLAIN, *ORACLE))
@pytest.mark.parametrize("alias", ["latest", "Latest", "v3", "a b", "a.b", "", "x" * 256])
def test_what_mlflow_takes_for_no_alias_is_refused_before_any_request(
    world: VersionWorld, alias: str
) -> None:
    name = world.name()
    world.proxy.clear()
    with pytest.raises(CheckFailed, match="aliases"):
        Stack(world).up({"v": world.declare(name, aliases=[alias])})
    assert world.proxy.requests == []


@law(1, 29, on=ORACLE)
def test_oracle_has_no_aliases_and_the_error_says_so(world: VersionWorld) -> None:
    name = world.name()
    world.proxy.clear()
    with pytest.raises(CheckFailed, match="Oracle AI Data Platform has no aliases"):
        Stack(world).up({"v": world.declare(name, aliases=["champion"])})
    assert world.proxy.requests == []


@law(8, 25, on=PLAIN)
def test_aliases_that_were_never_declared_are_shown_and_left_alone(world: VersionWorld) -> None:
    name, stack = world.name(), Stack(world)
    stack.up({"v": world.declare(name)})
    world.alias(name, "champion", "1")
    stack.refresh()
    assert stack["v"].outputs["currentAliases"] == ["champion"]
    stack.up({"v": world.declare(name, description="second")})
    assert aliased(world, name) == {"champion": "1"}
