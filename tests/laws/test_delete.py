"""Delete: policies, children, replaced versions, renamed resources, and what is another's."""

from __future__ import annotations

import pytest

from laws.stacks import CheckFailed, Stack
from laws.titles import ANY, ANY_NAMED, ENTITY, MODELS, VERSIONS, law
from laws.worlds import ModelWorld, NemoWorld, VersionWorld, World
from pulumi_mlregistry.reconcile.errors import AlreadyExists, Gone, HasChildren, RegistryError

A, B = "oci://bucket@ns/a", "oci://bucket@ns/b"


@law(21, on=ANY)
def test_destroy_deletes_by_default(world: World) -> None:
    stack = Stack(world)
    stack.up({"m": world.declare(world.name())})
    id_ = stack["m"].id
    stack.destroy()
    assert world.look(id_) is None


@law(21, on=ANY)
@pytest.mark.parametrize("how", ["resource", "configuration"])
def test_retain_leaves_the_object_and_says_so(world: World, how: str) -> None:
    own = how == "resource"
    stack = Stack(world, keys={} if own else {"deletePolicy": "retain"})
    stack.up({"m": world.declare(world.name(), **({"deletePolicy": "retain"} if own else {}))})
    id_ = stack["m"].id
    world.sent()
    stack.destroy()
    assert world.look(id_) is not None
    assert world.sent() == []
    assert any("retain" in line and world.called(id_) in line for line in stack.log)


@law(21, 15, on=ANY)
def test_a_change_of_policy_alone_sends_nothing_and_counts_at_the_next_delete(
    world: World,
) -> None:
    stack = Stack(world)
    declared = world.declare(world.name())
    stack.up({"m": declared})
    world.sent()
    assert stack.up({"m": {**declared, "deletePolicy": "retain"}}) == ["update m"]
    assert world.sent() == []
    stack.destroy()
    assert world.count(declared["name"]) == 1


@law(21, on=ANY_NAMED)
def test_an_adopted_object_is_deleted_where_the_resource_says_so(world: World) -> None:
    name = world.name()
    there = world.make(name)
    stack = Stack(world)
    stack.up({"m": world.declare(name, onConflict="adopt", deletePolicy="hard")})
    stack.destroy()
    assert world.look(there) is None


@law(34, 21, 17, on=MODELS)
def test_versions_of_others_keep_their_model_from_being_deleted(world: ModelWorld) -> None:
    name = world.name()
    stack = Stack(world)
    stack.up({"m": world.declare(name)})
    for _ in range(7):
        world.call("POST", "model-versions/create", name=name, source=A)
    with pytest.raises(HasChildren, match=r"version 7.*\.\.\., which would be deleted.*recursive"):
        stack.destroy()
    assert world.look(name) is not None
    stack.up({"m": world.declare(name, recursive=True)})
    stack.destroy()
    assert world.look(name) is None


@law(34, 21, 17, on=ENTITY)
def test_adapters_of_others_keep_their_entity_from_being_deleted(
    nemo_files: NemoWorld,
) -> None:
    name = nemo_files.name()
    stack = Stack(nemo_files)
    stack.up({"m": nemo_files.declare(name)})
    nemo_files.adapter(f"default/{name}", "lora-of-others", nemo_files.fileset())
    with pytest.raises(HasChildren, match=r"adapter lora-of-others"):
        stack.destroy()
    assert nemo_files.count(name) == 1
    stack.up({"m": nemo_files.declare(name, recursive=True)})
    stack.destroy()
    assert nemo_files.count(name) == 0


@law(22, on=VERSIONS)
def test_a_replaced_version_stays_and_destroy_deletes_the_current_one(
    world: VersionWorld,
) -> None:
    name = world.name()
    stack = Stack(world)
    for source, versions in ((A, ["1"]), (B, ["1", "2"]), (A, ["1", "2", "3"])):
        stack.up({"v": world.declare(name, source=source)})
        assert world.versions(name) == versions, "A -> B -> A makes three versions"
    assert any("stays in the registry" in line for line in stack.log)
    stack.destroy()
    assert world.versions(name) == ["1", "2"]


@law(22, 13, on=VERSIONS)
def test_a_run_killed_between_create_and_delete_of_a_replacement_keeps_both(
    world: VersionWorld,
) -> None:
    name = world.name()
    stack = Stack(world)
    stack.up({"v": world.declare(name, source=A)})
    old = stack["v"]
    stack.up({"v": world.declare(name, source=B)})
    stack.pending.append(old)
    assert stack.up({"v": world.declare(name, source=B)}) == ["same v"]
    assert world.versions(name) == ["1", "2"]


@law(22, 13, on=VERSIONS)
def test_a_replacement_with_identical_inputs_does_not_delete_what_it_took_over(
    world: VersionWorld,
) -> None:
    name = world.name()
    stack = Stack(world)
    declared = world.declare(name)
    stack.up({"v": declared})
    old = stack["v"]
    run = world.run()
    inputs = run.core.check({**old.inputs}, old.inputs).inputs
    run.core.diff(old.id, old.outputs, inputs)
    new = run.core.create(run.core.check(inputs, {}).inputs)
    run.core.delete(old.id, old.outputs)
    assert new.id in {f"{name}/1", f"{name}/2"}
    assert world.look(new.id) is not None


@law(22, on=VERSIONS)
def test_a_version_in_front_of_an_alias_of_others_is_replaced_without_moving_it(
    world: VersionWorld,
) -> None:
    name = world.name()
    stack = Stack(world)
    stack.up({"v": world.declare(name, source=A)})
    world.alias(name, "champion", "1")
    stack.up({"v": world.declare(name, source=B)})
    found = world.call("GET", "registered-models/alias", name=name, alias="champion")
    assert found["model_version"]["version"] == "1"


@law(20, on=ANY_NAMED)
def test_a_renamed_resource_that_adopts_keeps_the_object(world: World) -> None:
    name = world.name()
    stack = Stack(world)
    stack.up({"old": world.declare(name)})
    id_ = stack["old"].id
    before = world.look(id_)
    stack.up({"new": world.declare(name, onConflict="adopt")})
    assert list(stack.resources) == ["new"]
    assert world.look(id_) == before
    assert stack.up({"new": world.declare(name, onConflict="adopt")}) == ["same new"]


@law(20, on=ANY_NAMED)
def test_a_renamed_resource_without_adopt_fails_and_keeps_the_object(world: World) -> None:
    name = world.name()
    stack = Stack(world)
    stack.up({"old": world.declare(name)})
    old, before = stack["old"], world.look(stack["old"].id)
    with pytest.raises(AlreadyExists):
        stack.up({"new": world.declare(name)})
    assert world.look(old.id) == before
    # An engine told to continue on errors goes on to the delete in the same process.
    run = world.run()
    owner = f"project/stack/{world.kind}/new"
    inputs = run.core.check({**world.declare(name), "__owner": owner}, {}).inputs
    with pytest.raises(AlreadyExists):
        run.core.create(inputs)
    run.core.delete(old.id, old.outputs)
    assert world.look(old.id) == before


@law(32, 20, 15, on=ANY)
def test_a_renamed_resource_with_an_alias_is_a_note_in_the_state_only(world: World) -> None:
    name = world.name()
    stack = Stack(world)
    declared = world.declare(name)
    stack.up({"old": declared})
    id_ = stack["old"].id
    world.sent()
    stack.up({"new": declared}, aliases={"new": "old"})
    assert stack["new"].id == id_
    assert world.sent() == []
    stack.up({"new": {**declared, "description": "second"}})
    assert world.description(id_) == "second"
    stack.destroy()
    assert world.look(id_) is None


@law(20, 22, on=VERSIONS)
def test_a_version_renamed_without_an_alias_is_a_new_version(world: VersionWorld) -> None:
    name = world.name()
    stack = Stack(world)
    stack.up({"old": world.declare(name)})
    stack.up({"new": world.declare(name)})
    assert stack["new"].id == f"{name}/2"
    assert world.versions(name) == ["2"]


@law(7, 29, on=ENTITY)
def test_a_create_only_change_under_one_name_is_refused_with_what_would_be_lost(
    world: NemoWorld,
) -> None:
    stack = Stack(world)
    declared = world.declare(world.name(), project=world.project())
    stack.up({"m": declared})
    world.sent()
    with pytest.raises(CheckFailed) as caught:
        stack.up({"m": {**declared, "project": "another"}})
    message = str(caught.value)
    assert caught.value.failures[0].path == "project"
    for part in ("its adapters", "allow_recreate=True", "another name"):
        assert part in message
    assert world.sent() == []
    assert world.count(declared["name"]) == 1


@law(7, 21, on=ENTITY)
def test_allow_recreate_deletes_first_and_creates_anew(world: NemoWorld) -> None:
    stack = Stack(world)
    declared = world.declare(world.name(), finetuningType="lora", deletePolicy="retain")
    stack.up({"m": declared})
    first = stack["m"].outputs["entityId"]
    without = {k: v for k, v in declared.items() if k != "finetuningType"}
    with pytest.raises(CheckFailed, match=r"finetuningType: cannot be cleared once set"):
        stack.up({"m": without})
    allowed = {**without, "allowRecreate": True}
    diff = stack.preview("m", allowed)
    assert diff.replaces == ["finetuningType"]
    assert diff.delete_before_replace
    stack.up({"m": allowed})
    assert stack["m"].outputs["entityId"] != first
    found = world.look(stack["m"].id)
    assert found is not None
    assert found["finetuning_type"] is None
    assert stack.up({"m": allowed}) == ["same m"]


@law(23, on=ANY)
def test_an_object_deleted_elsewhere_leaves_the_state_and_is_made_again(world: World) -> None:
    stack = Stack(world)
    declared = world.declare(world.name())
    stack.up({"m": declared})
    world.remove(stack["m"].id)
    with pytest.raises(Gone, match=r"deleted.*refresh"):
        stack.up({"m": {**declared, "description": "second"}})
    stack.refresh()
    assert stack.resources == {}
    assert stack.up({"m": declared}) == ["create m"]
    assert world.count(declared["name"]) == 1


def someone_recreates(world: World, id_: str) -> str:
    """The object, or the whole registered model, is deleted and made anew by somebody else."""
    name = world.names[-1]
    if isinstance(world, VersionWorld):
        world.call("DELETE", "registered-models/delete", name=name)
        world.register(name)
    else:
        world.remove(id_)
    return world.make(name, "anew")


@law(35, 19, 23, 29, on=ANY)
def test_another_object_under_the_same_name_is_never_touched(world: World) -> None:
    stack = Stack(world)
    declared = world.declare(world.name())
    stack.up({"m": declared})
    id_ = stack["m"].id
    anew = someone_recreates(world, id_)
    before = world.look(anew)
    with pytest.raises(Gone, match=r"another object has its name|it was deleted since"):
        stack.up({"m": {**declared, "description": "second"}})
    assert world.look(anew) == before
    state = dict(stack.resources)
    stack.refresh()
    assert stack.resources == {}
    assert anew != id_ or any("another object" in line for line in stack.log)
    stack.resources = state
    stack.destroy()
    assert world.look(anew) == before
    assert anew != id_ or any("another object" in line for line in stack.log)


@law(45, 19, 29, on=ENTITY)
def test_a_delete_that_is_refused_keeps_the_state(world: World) -> None:
    stack = Stack(world)
    stack.up({"m": world.declare(world.name())})
    world.proxy.fault(
        method="DELETE", kind="answer", status=403, body={"detail": "Forbidden"}, times=9
    )
    with pytest.raises(RegistryError, match=r"delete model entity .*not allowed \(Forbidden\)"):
        stack.destroy()
    assert list(stack.resources) == ["m"]
    assert world.look(stack["m"].id) is not None


@law(13, 20, on=VERSIONS)
def test_a_new_resource_of_a_former_name_does_not_take_the_renamed_ones_version(
    world: VersionWorld,
) -> None:
    name = world.name()
    stack = Stack(world)
    declared = world.declare(name)
    stack.up({"old": declared})
    stack.up({"new": declared}, aliases={"new": "old"})
    stack.up({"old": declared, "new": declared})
    assert stack["old"].id != stack["new"].id
