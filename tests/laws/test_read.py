"""Read: inputs as well as outputs, of what is owned; an import owns what it finds."""

from __future__ import annotations

from laws.stacks import Stack
from laws.test_nothing_planned import SPEC
from laws.titles import ALL, ANY, ENTITY, VERSIONS, law
from laws.worlds import NemoWorld, VersionWorld, World
from pulumi_mlregistry.reconcile.unknown import UNKNOWN


@law(25, 5, on=ALL)
def test_an_import_has_the_inputs_that_describe_the_object(world: World) -> None:
    name = world.name()
    there = world.make(name, "theirs", team="x", other="y")
    stack = Stack(world)
    stack.take("m", there)
    inputs = {k: v for k, v in stack["m"].inputs.items() if not k.startswith("__")}
    assert inputs["name"] == name
    assert inputs["description"] == "theirs"
    assert world.held(inputs) == {"team": "x", "other": "y"}
    inputs.pop("reference", None)
    assert stack.up({"m": inputs}) in (["same m"], ["update m"])
    assert world.proxy.writes() == []
    assert stack.up({"m": inputs}) == ["same m"]


@law(25, 8, 51, on=ALL)
def test_what_an_imported_program_never_declares_stays(world: World) -> None:
    name = world.name()
    there = world.make(name, "theirs", team="x", other="y")
    stack = Stack(world)
    stack.take("m", there)
    declared = {k: v for k, v in stack["m"].inputs.items() if k not in ("description",)}
    declared[world.keyed] = {"team": "x"}
    declared.pop("reference", None)
    assert not stack.preview("m", declared).any
    stack.up({"m": {**declared, world.keyed: {"team": "z"}}})
    assert world.keys(there) == {"team": "z", "other": "y"}
    assert world.description(there) == "theirs"


@law(25, 9, on=ALL)
def test_what_an_imported_program_has_declared_and_leaves_out_is_cleared(world: World) -> None:
    name = world.name()
    there = world.make(name, "theirs", team="x", other="y")
    stack = Stack(world)
    stack.take("m", there)
    declared = {k: v for k, v in stack["m"].inputs.items() if k != "reference"}
    declared[world.keyed] = {"team": "x"}
    assert stack.up({"m": declared}) == ["same m"]
    less = {k: v for k, v in declared.items() if k not in ("description", world.keyed)}
    assert stack.plans("m", less, "description", f"{world.keyed}.team")
    stack.up({"m": less})
    assert world.keys(there) == {"other": "y"}
    assert world.description(there) == ""


@law(25, 8, on=ENTITY)
def test_an_imported_program_may_leave_the_spec_to_the_platform(world: NemoWorld) -> None:
    name = world.name()
    there = world.make(name, "theirs", team="x")
    world.patch(there, spec=SPEC)
    stack = Stack(world)
    stack.take("m", there)
    assert "spec" not in stack["m"].inputs
    assert stack["m"].outputs["spec"]["num_layers"] == SPEC["num_layers"]
    declared = {k: v for k, v in stack["m"].inputs.items() if k != "reference"}
    assert not stack.preview("m", declared).any


@law(25, 24, on=ANY)
def test_a_refresh_reads_inputs_in_the_programs_own_spelling(world: World) -> None:
    stack = Stack(world)
    declared = world.declare(world.name())
    if isinstance(world, VersionWorld):
        declared["stage"] = "STAGING"
    stack.up({"m": declared})
    before = {k: v for k, v in stack["m"].inputs.items() if k != "__secrets"}
    stack.refresh()
    assert stack["m"].inputs == before
    world.edit(stack["m"].id, "edited")
    stack.refresh()
    assert stack["m"].inputs == {**before, "description": "edited"}


@law(4, 2, on=ENTITY)
def test_a_reference_is_known_in_preview_where_its_parts_are(world: World) -> None:
    core = world.run(nemoWorkspace="prod").core
    checked = core.check({"name": "some", "description": UNKNOWN}, {})
    assert checked.failures == []
    assert checked.inputs["reference"] == "prod/some"
    assert "reference" not in core.check({"name": UNKNOWN}, {}).inputs


@law(2, 10, on=ALL)
def test_unknown_values_pass_wherever_a_value_may_stand(world: World) -> None:
    stack = Stack(world)
    declared = world.declare(world.name())
    stack.up({"m": declared})
    world.sent()
    partly = {**declared, "description": UNKNOWN, world.keyed: {"team": UNKNOWN, "tier": "gold"}}
    assert stack.plans("m", partly, "description", f"{world.keyed}.team")
    core = world.run().core
    for field in declared:
        checked = core.check({**declared, field: UNKNOWN}, {})
        assert checked.failures == [], field
        diff = core.diff(stack["m"].id, stack["m"].outputs, checked.inputs)
        assert diff.any, field
    assert world.sent() == []


@law(4, 15, on=VERSIONS)
def test_the_servers_own_values_are_outputs_and_are_never_diffed(world: VersionWorld) -> None:
    name = world.name()
    stack = Stack(world)
    stack.up({"v": world.declare(name)})
    out = stack["v"].outputs
    assert (out["version"], out["status"]) == ("1", "READY")
    assert isinstance(out["creationTimestamp"], float)
    world.alias(name, "champion", "1")
    stack.refresh()
    assert stack["v"].outputs["currentAliases"] == ["champion"]
    assert stack.up({"v": world.declare(name)}) == ["same v"]


@law(3, 15, on=ANY)
def test_checking_what_was_checked_changes_nothing(world: World) -> None:
    core = world.run().core
    once = core.check(world.declare("some"), {})
    twice = core.check(once.inputs, once.inputs)
    assert once.failures == twice.failures == []
    assert once.inputs == twice.inputs
    assert world.sent() == []


@law(9, 25, 5, on=ALL)
def test_what_is_declared_after_an_import_is_cleared_when_it_is_dropped_after_a_refresh(
    world: World,
) -> None:
    there = world.make(world.name(), "theirs", team="x")
    stack = Stack(world)
    stack.take("m", there)
    declared = {k: v for k, v in stack["m"].inputs.items() if not k.startswith("__")}
    declared.pop("reference", None)
    assert stack.up({"m": declared}) == ["same m"]
    stack.refresh()
    less = {k: v for k, v in declared.items() if k != "description"}
    assert stack.plans("m", less, "description")
    stack.up({"m": less})
    assert not world.description(there)
