"""Options about changes: what is ignored, what replaces, in which order, and what is shown."""

from __future__ import annotations

from options.cells import DYNAMIC, NAMED, Cell, option


@option(
    "`ignoreChanges`",
    "What others make of an ignored property, or of a key in it, stays; other changes are written.",
    "It blocks no update, and nothing ignored is written, cleared or called drift.",
)
def test_ignored_properties_stay_as_others_have_them(cell: Cell) -> None:
    cell.up(description="first")
    cell.world.edit(cell.id, description="theirs")
    key = cell.world.keyed
    ignored = f'ignore_changes=["description", "{key}.never", "display_name"]'
    cell.up(ignored, description="second", deletePolicy="retain")
    assert cell.description(cell.id) == "theirs"
    cell.stack.refresh()
    assert cell.stack.plans_nothing()
    cell.up(ignored, description=None, deletePolicy="hard")
    assert cell.description(cell.id) == "theirs"
    cell.up(description="third", deletePolicy="hard")
    assert cell.description(cell.id) == "third"


@option(
    "`ignoreChanges`, of an adopted object",
    "The adoption leaves what is ignored as others have it, and writes the rest.",
    "It writes nothing that is ignored; in other languages than Python, Pulumi tells a plugin of "
    "ignored properties with the first update only.",
    resources=NAMED,
)
def test_an_adoption_leaves_what_is_ignored(cell: Cell) -> None:
    id_ = cell.make()
    ignoring = 'ignore_changes=["description"]'
    cell.up(ignoring, description="ours", onConflict="adopt")
    assert cell.id == id_
    assert cell.description(id_) == "theirs"
    assert cell.stack.plans_nothing()


@option(
    '`ignoreChanges: ["*"]`',
    "Nothing that the program changes is planned; a destroy deletes the object all the same.",
    "It writes nothing.",
)
def test_ignoring_everything_plans_nothing(cell: Cell) -> None:
    cell.up(description="first")
    id_ = cell.id
    cell.world.edit(id_, description="theirs")
    cell.up('ignore_changes=["*"]', description="second")
    assert cell.description(id_) == "theirs"
    assert cell.preview('ignore_changes=["*"]', description="third").counts == {"unchanged": 2}


@option(
    "`replaceOnChanges`, of a named object",
    "Refused: the object keeps its name, so that replacing it would delete it. With "
    "`allow_recreate=True` it is deleted and made anew.",
    "What others attached is not lost without `allow_recreate`.",
    resources=NAMED,
)
def test_a_named_object_is_not_replaced_under_its_name(cell: Cell) -> None:
    replacing = 'replace_on_changes=["description"]'
    cell.up(replacing, description="first")
    id_, before = cell.id, cell.world.look(cell.id)
    for refused in (
        cell.preview(replacing, check=False, description="second"),
        cell.up(replacing, check=False, description="second"),
    ):
        assert refused.code != 0
        assert "Set allow_recreate=True to allow that" in refused.text
    assert cell.world.look(id_) == before
    allowed = {"allowRecreate": True, "recursive": None, "deletePolicy": "hard"}
    cell.up(replacing, description="second", **allowed)
    assert cell.description(cell.id) == "second"
    assert cell.world.look(id_) != before


@option(
    "`replaceOnChanges`, of a version",
    "A new version; the replaced one stays, and goes with the registered model.",
    "It deletes no version.",
    resources=["version"],
)
def test_a_version_is_replaced_on_a_change_that_is_named(cell: Cell) -> None:
    replacing = 'replace_on_changes=["description"]'
    cell.up(replacing, description="first")
    former = cell.id
    assert cell.up(replacing, description="second").counts.get("replaced") == 1
    assert cell.id != former
    assert cell.description(former) == "first"
    assert cell.description(cell.id) == "second"


@option(
    "`deleteBeforeReplace`",
    "A replaced version stays in the registry. A named object that gets another name is deleted "
    "before the new one is made; under the same name, `allow_recreate` uses that order anyway.",
    "It deletes no version.",
)
def test_the_order_of_a_replacement_deletes_no_version(cell: Cell) -> None:
    first = "delete_before_replace=True"
    extra = {} if cell.resource == "version" else {"deletePolicy": "hard", "allowRecreate": True}
    cell.up(first, **cell.fixed(0), **extra)
    former = cell.id
    before = cell.world.look(former)
    assert cell.up(first, **cell.fixed(1), **extra).counts.get("replaced") == 1
    if cell.resource == "version":
        assert cell.is_there(former)
    else:
        assert cell.world.look(former) != before
    assert cell.is_there(cell.id)
    assert cell.stack.plans_nothing()


@option(
    "`replacementTrigger`, of a named object",
    "Refused under the same-name rule, as `replaceOnChanges` is.",
    "Nothing is deleted without `allow_recreate`.",
    resources=NAMED,
    local=False,
)
def test_a_trigger_does_not_replace_a_named_object(cell: Cell) -> None:
    cell.up('replacement_trigger="1"')
    before = cell.world.look(cell.id)
    refused = cell.up('replacement_trigger="2"', check=False)
    assert "Set allow_recreate=True to allow that" in refused.text
    assert cell.world.look(cell.id) == before


@option(
    "`replacementTrigger`, of a version",
    "A new version where what is fixed at creation has changed too, or with "
    "`delete_before_replace=True`; else the same version stays, and a line says so.",
    "It deletes no version.",
    resources=["version"],
    local=False,
)
def test_a_trigger_makes_a_version_only_where_it_would_be_another(cell: Cell) -> None:
    cell.up('replacement_trigger="1"')
    former = cell.id
    told = cell.up('replacement_trigger="2"').text
    assert cell.id == former
    assert "to register the same once more, add delete_before_replace=True" in told
    cell.up('replacement_trigger="3", delete_before_replace=True')
    assert cell.id != former
    assert cell.is_there(former)


@option(
    "`replaceWith`",
    "When the other resource is replaced, Pulumi is to replace this one too: refused for a named "
    "object; a version follows the rules of `replacementTrigger`.",
    "Nothing is deleted without `allow_recreate`.",
    local=False,
)
def test_what_is_replaced_with_another_falls_under_the_same_rules(cell: Cell) -> None:
    other = (
        'parent = mlflow.RegisteredModel("parent", name="{name}-p")\n'
        'other = mlflow.ModelVersion("other", name=parent.name, source="oci://b@n/{number}")\n'
    )
    cell.stack.environment |= _mlflow_of(cell)
    opts = "replace_with=[other]"
    cell.program(other.format(name=cell.name, number=1), cell.text("r", opts)).up()
    id_, before = cell.id, cell.world.look(cell.id)
    done = cell.program(other.format(name=cell.name, number=2), cell.text("r", opts)).up(
        check=False
    )
    if cell.is_named:
        assert "Set allow_recreate=True to allow that" in done.text
    else:
        assert done.code == 0, done.text
    assert cell.world.look(id_) == before


def _mlflow_of(cell: Cell) -> dict[str, str]:
    from pulumi_mlregistry.sandbox import start  # a registry for the other resource

    if "MLFLOW_TRACKING_URI" in cell.stack.environment:
        return {}
    sandbox = start(registries=("mlflow",))
    cell.closing.append(sandbox.close)
    return dict(sandbox.servers["mlflow"].environment)


@option(
    "`hideDiffs`",
    "The change is not shown, and is made.",
    "It changes only what a preview shows.",
)
def test_a_hidden_change_is_made(cell: Cell) -> None:
    cell.up('hide_diffs=["description"]', description="first")
    shown = cell.preview('hide_diffs=["description"]', description="second")
    assert shown.counts == {"updated": 1, "unchanged": 1}
    cell.up('hide_diffs=["description"]', description="second")
    assert cell.description(cell.id) == "second"


@option(
    "`ignoreChanges` and `replaceOnChanges` in Python's spelling",
    "`custom_fields.team` is `customFields.team`; keys of yours stay as they are.",
    "Pulumi passes over no path because of its spelling.",
    resources=["entity"],
    providers=["plugin", DYNAMIC],
)
def test_property_paths_may_be_spelled_as_arguments(cell: Cell) -> None:
    cell.up()
    team = cell.declared()[cell.world.keyed]["team"]
    changed = {cell.world.keyed: {"team": "other", "tier": "gold"}}
    assert cell.preview('ignore_changes=["custom_fields.team"]', **changed).counts == {
        "unchanged": 2
    }
    assert cell.world.keys(cell.id)["team"] == team
