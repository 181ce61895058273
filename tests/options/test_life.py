"""Options about whose an object is: imports, protection, retention, and names in the state."""

from __future__ import annotations

import pytest

from options.cells import DYNAMIC, NAMED, PLUGIN, WHOLE, Cell, option


@option(
    "`import`, by the plugin",
    "The object is this resource's from then on; what the program does not declare stays as it is. "
    "Removed from the program, it stays in the registry.",
    "It clears nothing that the program never declared.",
    providers=[PLUGIN],
    local=False,
)
def test_an_imported_object_keeps_what_is_not_declared(cell: Cell) -> None:
    id_ = cell.make()
    least = {k: None for k in cell.declared() if k not in cell.world.least(cell.name)}
    if cell.resource == "version":
        least["source"] = "oci://bucket@ns/theirs"
    by = cell.name if cell.resource in ("model", "mlservice") else id_
    opts = f"import_={by!r}"
    cell.up(opts, **least)
    assert cell.id == id_
    assert cell.description(id_) == "theirs"
    cell.up(opts, **{**least, "displayName" if "openmetadata" in cell.world.kind else "tags": None})
    assert cell.stack.plans_nothing()
    cell.up("", **{**least, "description": "ours"})
    assert cell.description(id_) == "ours"
    cell.program("").up()
    assert cell.is_there(id_)


@option(
    "`import`, by the dynamic provider",
    "Refused in one line that names the two ways: the plugin, or `mlregistry import`.",
    "It reads, makes and changes nothing.",
    providers=[DYNAMIC],
)
def test_a_dynamic_resource_says_how_objects_are_imported(cell: Cell) -> None:
    id_ = cell.make()
    refused = cell.up(f"import_={id_!r}", check=False)
    assert refused.code != 0
    if cell.stack.engine == "pulumi":
        assert "Either set mlregistry:plugin to true" in refused.text
        assert "Traceback" not in refused.text
    assert cell.description(id_) == "theirs"


@option(
    "`protect`",
    "Pulumi refuses a destroy or a removal until `pulumi state unprotect` or the program lifts the "
    "protection.",
    "Nothing is deleted.",
)
def test_what_is_protected_is_not_deleted(cell: Cell) -> None:
    cell.up("protect=True", deletePolicy="hard")
    id_ = cell.id
    assert cell.stack.destroy(check=False).code != 0
    assert cell.program("").up(check=False).code != 0
    assert cell.is_there(id_)
    cell.up("protect=False", deletePolicy="hard")
    cell.stack.destroy()
    assert not cell.is_there(id_)


@option(
    "`retainOnDelete`",
    "Pulumi forgets the object without calling the provider; it stays in the registry.",
    "Nothing is deleted, not even a version whose registered model is destroyed.",
)
def test_what_is_retained_by_the_engine_stays(cell: Cell) -> None:
    cell.up("retain_on_delete=True", deletePolicy="hard")
    id_ = cell.id
    cell.stack.destroy()
    assert cell.ids == {}
    assert cell.is_there(id_)


@option(
    "`retainOnDelete` of a version, in a model of the same stack",
    "The delete of the model is refused and names the version.",
    "A retained version is not taken along.",
    resources=["version"],
)
def test_a_retained_version_keeps_its_model(cell: Cell) -> None:
    parent = f'm = mlflow.RegisteredModel("m", name="{cell.name}-m")\n'
    version = cell.text("r", "retain_on_delete=True, depends_on=[m]", name=f"{cell.name}-m")
    cell.program(parent, version).up()
    id_ = cell.id
    refused = cell.stack.destroy(check=False)
    assert "it has version 1, which would be deleted with it" in refused.text
    assert cell.is_there(id_)


@option(
    "`deletedWith`",
    "A version goes with its registered model. For other resources the option is refused where "
    "Pulumi would forget an object that stays in the registry.",
    "No object is left that the state no longer knows.",
)
def test_what_goes_with_another_resource_goes_or_is_refused(cell: Cell) -> None:
    if cell.resource != "version":
        other = 'other = pulumi.ComponentResource("t:t:T", "other")\n'
        refused = cell.program(other, cell.text("r", "deleted_with=other")).up(check=False)
        assert refused.code != 0
        assert "eave deleted_with out" in refused.text
        assert cell.world.count(cell.name) == 0
        return
    parent = f'm = mlflow.RegisteredModel("m", name="{cell.name}-m")\n'
    version = cell.text("r", "deleted_with=m, depends_on=[m]", name=f"{cell.name}-m")
    cell.program(parent, version).up()
    id_ = cell.id
    cell.stack.destroy()
    assert cell.ids == {}
    assert not cell.is_there(id_)


@option(
    "`deletedWith` a model that stays",
    "Refused, as Pulumi would forget the version and the registry would keep it with its model.",
    "No object is left that the state no longer knows.",
    resources=["version"],
)
def test_what_goes_with_a_resource_that_stays_is_refused(cell: Cell) -> None:
    parent = f'm = mlflow.RegisteredModel("m", name="{cell.name}-m", delete_policy="retain")\n'
    version = cell.text("r", "deleted_with=m, depends_on=[m]", name=f"{cell.name}-m")
    for refused in (
        cell.program(parent, version).preview(check=False),
        cell.program(parent, version).up(check=False),
    ):
        assert refused.code != 0
        assert "Leave deleted_with out" in refused.text
    assert cell.world.count(f"{cell.name}-m") == 0


RENAMES = {
    "name": 'aliases=[pulumi.Alias(name="r")]',
    "URN": "aliases=[{urn!r}]",
    "parent": "parent=c, aliases=[pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)]",
}


@option(
    "`aliases`, by name, type, parent and URN",
    "The same object under the new name; nothing is sent. A stack moves between the two providers "
    "by the alias that each resource has for the other one.",
    "The object is neither deleted nor made anew.",
)
def test_a_resource_that_is_renamed_keeps_its_object(cell: Cell) -> None:
    cell.up()
    id_, before = cell.id, cell.world.look(cell.id)
    component = 'c = pulumi.ComponentResource("t:t:T", "c")\n'
    for how, opts in RENAMES.items() if WHOLE else list(RENAMES.items())[:1]:
        logical = "r" if how == "parent" else "renamed"
        cell.world.server.clear()
        cell.program(component, cell.text(logical, opts.format(urn=cell.urn()))).up()
        assert cell.ids == {logical: id_}, how
        assert cell.world.look(id_) == before
        if logical == "renamed":  # and back
            back = cell.text("r", 'aliases=[pulumi.Alias(name="renamed")]')
            cell.program(component, back).up()
    cell.stack.destroy()
    assert not cell.is_there(id_)


@option(
    "`pulumi state rename`",
    "As an alias by name: the program uses the new name, and nothing is planned.",
    "The object is neither deleted nor made anew.",
    local=False,
)
def test_a_resource_renamed_in_the_state_keeps_its_object(cell: Cell) -> None:
    cell.up()
    id_ = cell.id
    cell.run("state", "rename", cell.urn(), "renamed", "--yes")
    cell.program(cell.text("renamed"))
    assert cell.stack.plans_nothing()
    cell.stack.up()
    assert cell.ids == {"renamed": id_}
    cell.program("").up()
    assert not cell.is_there(id_)


@option(
    "`pulumi state delete`",
    "Pulumi forgets the object, which stays. Declared again, a named object is left alone and "
    "named in an error; a version is made anew.",
    "Nothing is deleted or taken over without a word.",
    local=False,
)
def test_what_the_state_forgets_stays_and_is_not_taken_back_silently(cell: Cell) -> None:
    cell.up()
    id_ = cell.id
    cell.run("state", "delete", cell.urn(), "--yes")
    assert cell.is_there(id_)
    again = cell.up(check=False)
    if cell.is_named:
        assert "it exists already" in again.text
    else:
        assert again.code != 0 or "taken over" in again.text or cell.id != id_
    assert cell.is_there(id_)


@option(
    "`pulumi state move`",
    "The other stack has the object from then on, and plans nothing.",
    "The object is neither deleted nor made anew by either stack.",
    local=False,
)
def test_a_resource_moved_to_another_stack_keeps_its_object(cell: Cell) -> None:
    cell.up()
    id_ = cell.id
    other = cell.stack.beside("other")
    moved = cell.stack.run(
        "state", "move", "--source", "dev", "--dest", "other", "--yes", "--include-parents",
        cell.urn(),
    )  # fmt: skip
    assert moved.code == 0, moved.text
    cell.program("").up()
    assert cell.is_there(id_)
    cell.program(cell.text("r"))
    assert other.plans_nothing()
    other.up()
    other.destroy()
    assert not cell.is_there(id_)


@option(
    "`pulumi state unprotect`",
    "As `protect=False`.",
    "It changes nothing in the registry.",
    local=False,
)
def test_protection_is_taken_off_in_the_state(cell: Cell) -> None:
    cell.up("protect=True", deletePolicy="hard")
    id_ = cell.id
    cell.run("state", "unprotect", cell.urn(), "--yes")
    cell.program("").up()
    assert not cell.is_there(id_)


@option(
    "`pulumi state taint`, of a named object",
    "Refused under the same-name rule: the object exists already, or is not deleted without "
    "`allow_recreate`. `pulumi state untaint` takes it back.",
    "Nothing is deleted without `allow_recreate`.",
    resources=NAMED,
    local=False,
)
def test_a_tainted_object_is_not_deleted(cell: Cell) -> None:
    cell.up()
    before = cell.world.look(cell.id)
    cell.run("state", "taint", cell.urn(), "--yes")
    assert cell.stack.up(check=False).code != 0
    refused = cell.up("delete_before_replace=True", check=False)
    assert "Set allow_recreate=True to allow that" in refused.text
    assert cell.world.look(cell.id) == before
    cell.run("state", "untaint", cell.urn(), "--yes")
    cell.up()
    assert cell.world.look(cell.id) == before


@option(
    "`pulumi import`, by the plugin",
    "The object by its id or name; the generated program declares all that it holds, and what is "
    "taken out of it before it is ever applied stays in the registry.",
    "It clears nothing that the program never declared.",
    providers=[PLUGIN],
    local=False,
)
def test_an_object_is_imported_by_a_command(cell: Cell) -> None:
    id_ = cell.make()
    type_ = f"mlregistry:{cell.world.kind}"
    cell.program("")
    cell.run("import", type_, "r", id_, "--yes", "--protect=false", "--generate-code=false")
    least = {k: None for k in cell.declared() if k not in cell.world.least(cell.name)}
    if cell.resource == "version":
        least["source"] = "oci://bucket@ns/theirs"
    assert cell.preview(**least).counts == {"unchanged": 2}
    cell.up(**least)
    assert cell.description(id_) == "theirs"


@pytest.mark.parametrize("cell", [("pulumi", PLUGIN, "entity")], indirect=True)
def test_an_object_that_is_not_there_is_not_imported(cell: Cell) -> None:
    cell.program("")
    refused = cell.run("import", "mlregistry:nemo:ModelEntity", "r", "default/none", "--yes",
                       check=False)  # fmt: skip
    assert refused.code != 0
    assert "does not exist" in refused.text
