"""Many at one object at the same moment, each in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from laws.openmetadata_worlds import MlModelWorld
from laws.stacks import Stack
from laws.titles import CORE_ONLY, law
from laws.together import EVERYTHING, at_once, goes
from laws.worlds import ModelWorld, NemoWorld, VersionWorld, World
from pulumi_mlregistry.reconcile.errors import AlreadyExists, Conflict, Gone, NotApplied, Stale

ROUNDS = 20 if EVERYTHING else 1
RACERS = 8
REAL = ("entity-nemo", "model-mlflow") if EVERYTHING else ()
UNLOCKED = ("entity-nemobox", "model-mlflowbox", "mlmodel-om12")


def race(
    stacks: dict[str, Stack], declare: Callable[[str], dict[str, Any] | None]
) -> dict[str, Exception | None]:
    """All stacks run up at once, by the name of their one resource; None destroys it.

    Answers what each was told.
    """

    def up(name: str) -> Callable[[], object]:
        declared = declare(name)
        return lambda: stacks[name].up({name: declared} if declared else {})

    return dict(zip(stacks, at_once(*map(up, stacks)), strict=True))


def racers(world: World) -> dict[str, Stack]:
    """Stacks by names of their own."""
    return {f"r{number}": Stack(world) for number in range(RACERS)}


def sharers(world: World, **kept: Any) -> tuple[str, dict[str, Stack], dict[str, Any]]:
    """An object's id, stacks that have imported it and declare no more of it than `kept`."""
    name = world.name()
    owner = Stack(world)
    owner.up({"owner": world.declare(name)})
    id_, declared = owner["owner"].id, {**world.least(name), **kept, **goes(world)}
    released = [field for field in ("description", world.keyed) if field not in kept]
    stacks = racers(world)
    for logical, stack in stacks.items():
        stack.take(logical, id_)
        stack.up({logical: {**declared, "release": released}})
    return id_, stacks, declared


@law(41, 11, on=(*UNLOCKED, "mlmodel-om2", "mlservice-om2", *REAL), doors=CORE_ONLY)
def test_of_many_that_create_one_object_one_makes_it(world: World) -> None:
    for _ in range(ROUNDS):
        name, stacks = world.name(), racers(world)
        told = race(stacks, lambda r, name=name: world.declare(name, description=r))
        (made,) = [racer for racer, error in told.items() if error is None]
        assert all(isinstance(e, AlreadyExists) for e in told.values() if e is not None), told
        assert world.description(world.id_of(name)) == made
        assert [r for r, stack in stacks.items() if stack.resources] == [made]


@law(41, 13, on=("version-mlflowbox", "version-oraclebox", "version-mlflow"), doors=CORE_ONLY)
def test_many_that_create_below_one_parent_make_a_version_each(world: VersionWorld) -> None:
    for _ in range(ROUNDS):
        name, stacks = world.name(), racers(world)
        told = race(stacks, lambda r, name=name: world.declare(name, description=r))
        assert set(told.values()) == {None}
        assert world.versions(name) == [str(n + 1) for n in range(RACERS)]
        assert {r: world.description(stack[r].id) for r, stack in stacks.items()} == {
            r: r for r in stacks
        }


@law(41, 17, on=("model-mlflowbox", "version-oraclebox", "mlmodel-om2"), doors=CORE_ONLY)
def test_many_that_write_a_key_each_keep_them_all(world: World) -> None:
    for _ in range(ROUNDS):
        id_, stacks, least = sharers(world)
        told = race(stacks, lambda r, least=least: {**least, world.keyed: {r: "1"}})
        assert set(told.values()) == {None}, told
        assert world.keys(id_) == {"team": "risk", "tier": "gold"} | dict.fromkeys(stacks, "1")


@law(41, 17, on=("mlmodel-om2",), doors=CORE_ONLY)
def test_of_many_that_change_one_field_one_does_where_there_is_a_lock(world: MlModelWorld) -> None:
    for _ in range(ROUNDS):
        id_, stacks, declared = sharers(world, description="first")
        told = race(stacks, lambda r, declared=declared: {**declared, "description": r})
        (won,) = [racer for racer, error in told.items() if error is None]
        for error in told.values():
            assert error is None or isinstance(error, Conflict), error
            assert error is None or f"description was 'first' when last read, is now '{won}'" in (
                str(error)
            )
        assert world.description(id_) == won


@law(41, 17, on=(*UNLOCKED, *REAL), doors=CORE_ONLY)
def test_of_many_that_change_one_field_without_a_lock_the_last_holds(world: World) -> None:
    for _ in range(ROUNDS):
        id_, stacks, declared = sharers(world, description="first")
        told = race(stacks, lambda r, declared=declared: {**declared, "description": r})
        now = world.description(id_)
        assert told[now] is None, "what stands there is what its program was told"
        for racer, error in told.items():
            assert error is None or isinstance(error, Conflict | NotApplied | Stale), error
            assert error is None or "description" in str(error) or isinstance(error, Stale)
            if error is None and racer != now:
                stacks[racer].refresh()
                assert any("description" in line for line in stacks[racer].log)


@law(
    41,
    19,
    on=("entity-nemobox", "model-mlflowbox", "version-mlflowbox", "mlmodel-om2"),
    doors=CORE_ONLY,
)
def test_where_many_update_and_some_delete_it_is_gone_for_all(world: World) -> None:
    for _ in range(ROUNDS):
        id_, stacks, declared = sharers(world, description="first")
        leaving = list(stacks)[::4]
        told = race(
            stacks,
            lambda r, declared=declared, leaving=leaving: (
                None if r in leaving else {**declared, "description": r}
            ),
        )
        assert world.look(id_) is None
        for racer, error in told.items():
            fine = () if racer in leaving else (Conflict, Gone, NotApplied, Stale)
            assert error is None or isinstance(error, fine), error


def _busy(world: World) -> dict[str, Any]:
    """How a registry says that others were faster, and that it wrote nothing."""
    if isinstance(world, NemoWorld):
        return {"method": "PATCH", "status": 500, "body": {"detail": _NEMO}}
    if isinstance(world, ModelWorld | VersionWorld):
        body = {"error_code": "INTERNAL_ERROR", "message": _MLFLOW}
        return {"method": "POST", "status": 500, "body": body}
    return {"method": "PATCH", "status": 412, "body": {"code": 412, "message": _OPENMETADATA}}


_NEMO = "Failed to update model entity"
_MLFLOW = "Model Version creation error (name=x). Giving up after 3 attempts."
_OPENMETADATA = "The entity has been modified."


@law(41, 29, on=("entity-nemobox", "version-mlflowbox", "mlmodel-om2"), doors=CORE_ONLY)
def test_who_loses_to_others_tries_again_for_a_while_and_then_says_so(world: World) -> None:
    name, stack, busy = world.name(), Stack(world), _busy(world)
    if not isinstance(world, VersionWorld):
        stack.up({"m": world.declare(name)})
    changed = world.declare(name, description="second")
    world.proxy.fault(kind="answer", times=99, **busy)
    with pytest.raises(Stale, match="run up again"):
        stack.up({"m": changed})
    world.proxy.clear()
    world.proxy.fault(kind="answer", times=2, **busy)
    stack.up({"m": changed})
    assert world.description(stack["m"].id) == "second"
    assert world.count(name) == 1
