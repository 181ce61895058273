"""OpenMetadata's models by name: odd names, twins, and services that are gone."""

from __future__ import annotations

import pytest

from laws.openmetadata_stacks import FULL, seen, stacked
from laws.openmetadata_worlds import MlModelWorld
from laws.stacks import CheckFailed, Stack
from laws.titles import MLMODELS, law
from pulumi_mlregistry.reconcile.errors import AlreadyExists, Gone
from pulumi_mlregistry.reconcile.unknown import UNKNOWN

NEW = ("mlmodel-om2",)


@law(28, on=MLMODELS)
@pytest.mark.parametrize("odd", ["a.b", "100%", "a b", "%2e%2e", "..", "a.b.c%2Fd", "ünïcode"])
def test_a_model_of_any_name_in_a_service_of_any_name(world: MlModelWorld, odd: str) -> None:
    service, name = f"{odd}{world.name()}", f"{odd}{world.name()}"
    world.call("POST", "services/mlmodelServices",
               {"name": service, "serviceType": "CustomMlModel"})  # fmt: skip
    stack = Stack(world)
    declared = {**world.least(name), "service": service, "description": "first"}
    stack.up({"m": declared})
    assert (
        stack["m"].outputs["fullyQualifiedName"] == seen(world, stack["m"].id)["fullyQualifiedName"]
    )
    with pytest.raises(AlreadyExists, match="left as it is"):
        Stack(world).up({"m": declared})
    stack.refresh()
    assert stack.up({"m": declared}) == ["same m"]
    stack.destroy()
    assert stack.resources == {}


@law(28, on=NEW)
def test_names_with_quotes_reach_their_own_object(world: MlModelWorld) -> None:
    for odd in ('say "hi"', '"', 'a."b'):
        name = f"{odd}{world.name()}"
        stack = Stack(world)
        declared = {**world.least(name), "description": "first"}
        stack.up({"m": declared})
        found = seen(world, stack["m"].id)
        assert found["name"] == name
        assert stack["m"].outputs["fullyQualifiedName"] == found["fullyQualifiedName"]


@law(46, 28, 1, on=MLMODELS)
@pytest.mark.parametrize("name", ["a::b", "", "x" * 257, "a\nb"])
def test_names_that_no_version_takes_are_refused_before_any_request(
    world: MlModelWorld, name: str
) -> None:
    with pytest.raises(CheckFailed) as caught:
        Stack(world).up({"m": world.least(name)})
    assert caught.value.failures[0].path == "name"
    assert world.sent() == []


@law(36, 11, 13, on=MLMODELS)
def test_a_soft_deleted_twin_is_named_and_restored_only_on_adopt(world: MlModelWorld) -> None:
    stack, id_, declared = stacked(world, **FULL)
    stack.destroy()
    assert world.look(id_) is None
    for policy in ("fail", "adopt_if_equal"):
        with pytest.raises(AlreadyExists, match=r"soft-deleted.*last changed 20") as caught:
            Stack(world).up({"m": {**declared, "onConflict": policy}})
        assert "adopt" in str(caught.value)
        assert world.look(id_) is None, "nothing was touched"
    again = Stack(world)
    again.up({"m": {**declared, "target": "new", "onConflict": "adopt"}})
    assert again["m"].id == id_
    assert seen(world, id_)["target"] == "new"
    assert any("restored" in line for line in again.log)
    again.refresh()
    assert again.up({"m": {**declared, "target": "new", "onConflict": "adopt"}}) == ["same m"]


@law(21, on=MLMODELS)
def test_a_hard_delete_leaves_no_twin(world: MlModelWorld) -> None:
    for keys, more in (({}, {"deletePolicy": "hard"}), ({"deletePolicy": "hard"}, {})):
        stack = Stack(world, keys=keys)
        declared = {**world.least(world.name()), **more}
        stack.up({"m": declared})
        stack.destroy()
        assert world.count(declared["name"]) == 0


@law(38, 29, 11, on=MLMODELS)
def test_a_model_in_a_soft_deleted_service_is_told_what_is_missing(world: MlModelWorld) -> None:
    service = f"gone-{world.name()}"
    made = world.call("POST", "services/mlmodelServices",
                      {"name": service, "serviceType": "CustomMlModel"})  # fmt: skip
    world.call("DELETE", f"services/mlmodelServices/{made['id']}")
    with pytest.raises(Gone, match=rf"mlmodelService instance for {service} not found"):
        Stack(world).up({"m": {**world.least(world.name()), "service": service}})


@law(4, 2, on=MLMODELS)
def test_the_fully_qualified_name_is_known_in_preview(world: MlModelWorld) -> None:
    core = world.run().core
    checked = core.check({"name": "m.1", "service": "a b", "description": UNKNOWN}, {})
    assert checked.inputs["fullyQualifiedName"] == 'a b."m.1"'
    assert "fullyQualifiedName" not in core.check({"name": "m", "service": UNKNOWN}, {}).inputs
    assert world.sent() == []


@law(33, 9, 17, on=MLMODELS)
def test_an_exclusive_list_declared_empty_is_cleared_of_what_others_add(
    world: MlModelWorld,
) -> None:
    stack, id_, declared = stacked(world, tags=[], exclusive=["tags"])
    world.patch(id_, {"op": "add", "path": "/tags", "value": [{"tagFQN": "Stage.Draft"}]})
    stack.refresh()
    assert stack.plans("m", declared, 'tags["Stage.Draft"]')
    stack.up({"m": declared})
    assert seen(world, id_)["labels"] == {}


@law(17, 16, on=MLMODELS)
def test_what_a_create_dropped_is_written_though_others_wrote_meanwhile(
    world: MlModelWorld,
) -> None:
    name = world.name()
    world.proxy.fault(
        kind="pass",
        method="POST",
        path=world.create,
        after=lambda _r: world.patch(
            world.id_of(name),
            {"op": "add", "path": "/tags", "value": []},
            {"op": "add", "path": "/target", "value": "theirs"},
        ),
    )
    stack = Stack(world)
    declared = {**world.least(name), "tags": ["Stage.Draft"], "target": "ours"}
    stack.up({"m": declared})
    assert seen(world, stack["m"].id)["target"] == "theirs"
    assert stack.preview("m", declared).any
    stack.up({"m": declared})
    assert set(seen(world, stack["m"].id)["labels"]) == {"Stage.Draft"}
    assert seen(world, stack["m"].id)["target"] == "ours"


@law(36, 21, 11, on=MLMODELS)
def test_a_restored_object_is_not_deleted_for_good_by_a_default(world: MlModelWorld) -> None:
    stack, id_, declared = stacked(world)
    stack.destroy()
    hard = Stack(world, keys={"deletePolicy": "hard"})
    hard.up({"m": {**declared, "onConflict": "adopt"}})
    hard.up({"m": {**declared, "onConflict": "adopt", "target": "t"}})
    hard.destroy()
    assert world.count(declared["name"]) == 1, "soft-deleted, as it was"
    assert world.look(id_) is None


@law(5, 25, on=("mlmodel-om12",))
def test_an_imported_model_of_the_default_algorithm_can_be_updated(world: MlModelWorld) -> None:
    name = world.name()
    id_ = world.call("POST", "mlmodels", {**world.least(name), "algorithm": "mlmodel"})["id"]
    stack = Stack(world)
    stack.take("m", id_)
    declared = {k: v for k, v in stack["m"].inputs.items() if k != "fullyQualifiedName"}
    stack.up({"m": {**declared, "target": "t"}})
    assert seen(world, id_)["target"] == "t"
