"""Empty, doubled and odd values: examples that the properties found, each shrunk to its least."""

from __future__ import annotations

from typing import Any

import pytest

from laws.openmetadata_worlds import MlModelWorld
from laws.stacks import CheckFailed, Stack
from laws.test_nothing_planned import SPEC, settle
from laws.titles import ANY, ENTITY, MLMODELS, PLAIN, VERSIONS, law
from laws.worlds import VersionWorld, World
from pulumi_mlregistry.reconcile.errors import Conflict, RegistryError
from pulumi_mlregistry.sandbox.openmetadata.seeding import identity

_PLAIN_VERSIONS = tuple(name for name in PLAIN if name.startswith("version"))


def refused(world: World, **declared: Any) -> str:
    """The path at which check refuses a declaration, before any request."""
    with pytest.raises(CheckFailed) as caught:
        Stack(world).up({"m": {**world.least("edge"), **declared}})
    assert world.sent() == []
    return caught.value.failures[0].path


@law(5, 24, on=ANY)
def test_a_refresh_keeps_a_text_that_is_declared_empty(world: World) -> None:
    stack = Stack(world)
    stack.up({"m": {**world.least(world.name()), "description": ""}})
    before = stack["m"]
    stack.refresh()
    assert stack["m"].inputs == before.inputs
    assert stack["m"].outputs["description"] == ""
    world.edit(stack["m"].id, "theirs")
    stack.refresh()
    assert stack["m"].outputs["description"] == "theirs"


@law(5, 16, on=ENTITY)
@pytest.mark.parametrize("layers", [[], [{"name": "q", "in_features": 8, "out_features": 8}]])
def test_layers_are_kept_by_an_update(world: World, layers: list[dict[str, Any]]) -> None:
    least = world.least(world.name())
    stack = Stack(world)
    stack.up({"m": least})
    declared = {**least, "spec": {**SPEC, "linear_layers": layers}}
    assert stack.up({"m": declared}) == ["update m"]
    assert stack.up({"m": declared}) == ["same m"]
    declared |= {"description": "beside them"}
    assert stack.up({"m": declared}) == ["update m"]
    assert stack.up({"m": declared}) == ["same m"]


@law(5, 25, on=VERSIONS)
def test_an_empty_model_id_is_none(world: World) -> None:
    settle(world, world.declare(world.name(), modelId=""))


@law(1, on=PLAIN)
@pytest.mark.parametrize("key", ["a%b", 'q"q', "a\n", "a//b", "./a", "/a", "..", "."])
def test_a_key_that_mlflow_refuses_is_refused_before_any_request(world: World, key: str) -> None:
    assert refused(world, tags={key: "x"}) == "tags"


@law(1, on=_PLAIN_VERSIONS)
def test_a_stage_that_mlflow_does_not_know_makes_no_version(world: World) -> None:
    assert refused(world, stage="Live") == "stage"


@law(5, 16, on=MLMODELS)
def test_an_empty_target_is_none(world: MlModelWorld) -> None:
    declared = {**world.least(world.name()), "target": "", "server": ""}
    settle(world, declared)
    stack = Stack(world)
    declared = {**world.least(world.name()), "target": "x"}
    stack.up({"m": declared})
    stack.up({"m": {**declared, "target": ""}})
    found = world.look(stack["m"].id)
    assert found is not None
    assert "target" not in found


@law(5, on=MLMODELS)
def test_a_tag_that_a_feature_has_twice_is_one(world: MlModelWorld) -> None:
    twice = [
        "Stage.Draft",
        {"tagFQN": "Stage.Draft"},
        {"tagFQN": "Stage.Draft", "state": "Suggested"},
    ]
    settle(world, {**world.least(world.name()), "mlFeatures": [{"name": "f", "tags": twice}]})


@law(5, on=("mlmodel-om2", "mlservice-om2", "mlmodel-om12", "mlservice-om12"))
def test_what_is_no_character_is_no_drift(world: World) -> None:
    settle(world, {**world.least(world.name()), "description": "a\x00b\x1bc\uffffd\U0001fffe"})


@law(7, 16, on=MLMODELS)
def test_another_dashboard_in_another_spelling_is_refused_before_anything_is_written(
    world: MlModelWorld,
) -> None:
    churn = {"id": identity("dashboard", "looker.churn")}
    for first, other, same in (
        (churn, "looker.fraud", "looker.churn"),
        ("looker.fraud", churn, {"id": identity("dashboard", "looker.fraud")}),
    ):
        stack = Stack(world)
        declared = {**world.least(world.name()), "dashboard": first}
        stack.up({"m": declared})
        before = world.look(stack["m"].id)
        with pytest.raises(Conflict, match="cannot be changed once set"):
            stack.up({"m": {**declared, "dashboard": other, "target": "t"}})
        assert world.look(stack["m"].id) == before
        stack.up({"m": {**declared, "dashboard": same}})
        settle_again = {**declared, "dashboard": same}
        stack.refresh()
        assert stack.up({"m": settle_again}) == ["same m"]


@law(1, on=MLMODELS)
def test_what_every_server_refuses_of_a_model_is_refused_before_any_request(
    world: MlModelWorld,
) -> None:
    assert refused(world, server="http://h/a b") == "server"
    assert refused(world, server="http://h/{x}") == "server"
    assert refused(world, target="a::b") == "target"
    assert refused(world, target="a\nb") == "target"


@law(28, 29, on=_PLAIN_VERSIONS)
@pytest.mark.parametrize("number", ["01", " 1", "1 ", "+1", "1_"])
def test_a_number_in_another_spelling_is_no_version(world: VersionWorld, number: str) -> None:
    name = world.name()
    world.make(name)
    with pytest.raises(RegistryError):
        world.run().core.read(f"{name}/{number}", {})
    assert world.run().core.read(f"{name}/1", {}).id == f"{name}/1"


@law(1, 29, on=ENTITY)
def test_an_infinite_number_is_refused_before_any_request(world: World) -> None:
    fields = {"a": [{"b": float("inf")}]}
    assert refused(world, customFields=fields) == "customFields.a[0].b"
    assert refused(world, ownership={"n": float("nan")}) == "ownership.n"
