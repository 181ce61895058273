"""No name can reach another object, whatever it holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from laws.stacks import CheckFailed, Stack
from laws.titles import ENTITY, MODELS, VERSIONS, law
from laws.worlds import ModelWorld, NemoWorld, VersionWorld, World
from pulumi_mlregistry.reconcile.errors import RegistryError

REFUSED = ["../x", "a/b", "..", ".", "%2e%2e", "%2e%2e%2fx", 'a"b', "a'b", "größe", "a?b", "a#b",
           "a b", "", "A", "x" * 64, "a--b", "a-", "\n", "a\n"]  # fmt: skip
ODD = ["it's", 'say "hi"', "it's \"both\"", "back\\slash", "trail\\", "100%", "a%2Fb", "größe 模型",
       "a?b=c&d#e", "x..x", " two  blanks ", "a;drop table", "%", "_", "a`b"]  # fmt: skip


@law(28, 1, on=ENTITY)
def test_names_that_the_platform_refuses_are_refused_before_any_request(world: World) -> None:
    for name in REFUSED:
        with pytest.raises(CheckFailed) as caught:
            Stack(world).up({"m": world.declare(name)})
        assert caught.value.failures[0].path == "name", name
    assert world.sent() == []


@law(28, on=ENTITY)
@pytest.mark.parametrize("name", ["a@b", "a+b", "a.b_c", "a.."])
def test_names_with_signs_reach_their_own_object(world: NemoWorld, name: str) -> None:
    name = f"{world.name()}{name}"
    stack = Stack(world)
    stack.up({"m": world.declare(name)})
    stack.refresh()
    assert stack["m"].id == f"default/{name}"
    stack.destroy()
    assert world.count(name) == 0


HOSTILE_IDS = ["../x", "default/..", "default/../default/NAME", "x/../default/NAME", "./NAME",
               "default/%2e%2e/default%2fNAME", "default/NAME?verbose=false", "default/NAME#",
               "default//NAME", "default/NAME/", "/default/NAME", "NAME", "default/",
               "default%2FNAME", "default/NAME/adapters", "-/NAME"]  # fmt: skip


@law(28, 29, on=ENTITY)
def test_an_id_of_another_form_reaches_nothing(world: NemoWorld) -> None:
    name = world.name()
    world.make(name)
    run = world.run()
    for id_ in HOSTILE_IDS:
        asked = id_.replace("NAME", name)
        found = outcome(lambda asked=asked: run.core.read(asked, {}).id)
        assert found in (None, ""), asked
        outcome(lambda asked=asked: run.core.delete(asked, {"registry": world.proxy.url}))
        assert world.count(name) == 1


def outcome(call: Callable[[], Any]) -> Any:
    """What a call answers; None where it is an error of one line."""
    try:
        return call()
    except (RegistryError, CheckFailed) as error:
        one_line = "\n" not in str(error)
    assert one_line
    return None


@law(28, 29, on=ENTITY)
def test_a_workspace_of_any_spelling_is_an_error_of_one_line(world: World) -> None:
    name = world.name()
    for workspace in ("..", ".", "../default", "a/b", "%2e%2e", "default?x", "ü"):
        declared = world.declare(name, workspace=workspace)
        assert outcome(lambda d=declared: Stack(world).up({"m": d})) is None, workspace
    assert world.count(name) == 0


@law(28, 21, on=("model-mlflow",))
@pytest.mark.parametrize("odd", ODD)
def test_a_model_of_any_name_lives_its_own_life(world: ModelWorld, odd: str) -> None:
    plain, name = world.name(), f"{odd}{world.name()}{odd}"
    neighbour = world.make(plain)
    before = world.look(neighbour)
    stack = Stack(world)
    declared = world.declare(name)
    stack.up({"m": declared})
    stack.refresh()
    stack.up({"m": {**declared, "description": "second", "tags": {"team": "x"}}})
    stack.refresh()
    assert world.description(name) == "second"
    stack.destroy()
    assert world.look(name) is None
    assert world.look(neighbour) == before


@law(28, 13, on=("version-oracle",))
@pytest.mark.parametrize("odd", ODD)
def test_a_version_of_a_model_of_any_name_is_made_once(world: VersionWorld, odd: str) -> None:
    name = f"{odd}{world.name()}{odd}"
    world.register(name)
    stack = Stack(world)
    declared = world.declare(name)
    made = stack.killed_while_creating("v", declared)
    stack.up({"v": declared})
    assert stack["v"].id == made == f"{name}/1"
    stack.up({"v": {**declared, "description": "second"}})
    stack.refresh()
    assert world.description(made) == "second"
    stack.destroy()
    assert world.look(made) is None


@law(28, 29, on=VERSIONS)
def test_an_id_that_names_no_version_is_an_error_or_nothing(world: VersionWorld) -> None:
    name = world.name()
    world.make(name)
    run = world.run()
    for id_ in ("NAME", "NAME/", "/1", "NAME/01/1", "NAME/x", "NAME/-1", "/"):
        asked = id_.replace("NAME", name)
        assert outcome(lambda asked=asked: run.core.read(asked, {}).id) in (None, ""), asked


@law(1, 28, on=(*MODELS, *VERSIONS))
@pytest.mark.parametrize("name", ["a/b", "a:b", "../x", ""])
def test_names_that_an_id_could_not_hold_are_refused_before_any_request(
    world: World, name: str
) -> None:
    with pytest.raises(CheckFailed) as caught:
        Stack(world).up({"m": world.declare(name)})
    assert caught.value.failures[0].path == "name"
    assert world.sent() == []
