"""Commands and their options: a part of a stack, with or without a refresh, a plan, a program."""

from __future__ import annotations

import pytest

from options.cells import DYNAMIC, NAMED, Cell, option


@option(
    "`up --target`",
    "Pulumi asks the provider about the targeted resource alone, and changes no other.",
    "What a resource outside of the run declares is not deleted: the error names that resource.",
    resources=NAMED,
    local=False,
)
def test_a_targeted_run_does_not_delete_what_another_resource_wants(cell: Cell) -> None:
    cell.up()
    id_ = cell.id
    cell.program(cell.text("b", onConflict="adopt"))
    cell.stack.carry_out("up", "--target", cell.urn("b"))
    assert cell.ids == {"r": id_, "b": id_}
    refused = cell.stack.carry_out("up", "--target", cell.urn("r"), check=False)
    assert refused.code != 0
    assert "/b, which this run leaves out, declares an object of this name" in refused.text
    assert cell.is_there(id_)
    cell.stack.up()
    assert cell.ids == {"b": id_}
    assert cell.is_there(id_)


@option(
    "`up --target`, of a resource that left the program",
    "The object is deleted by its policy, where no resource of the program declares it.",
    "Nothing of the rest of the stack is touched.",
    local=False,
)
def test_a_targeted_removal_deletes_the_object_alone(cell: Cell) -> None:
    other = cell.text("other", **cell.another)
    cell.program(cell.text(), other).up()
    ids = cell.ids
    before = cell.world.look(ids["other"])
    cell.program(other)
    cell.stack.carry_out("up", "--target", cell.urn())
    assert cell.ids == {"other": ids["other"]}
    assert not cell.is_there(ids["r"])
    assert cell.world.look(ids["other"]) == before


@option(
    "`up --target` with a change outside of it",
    "The change waits for a run that includes it; nothing about it is written.",
    "Nothing outside of the target is changed.",
    local=False,
)
def test_a_change_outside_of_the_target_waits(cell: Cell) -> None:
    other = cell.another
    cell.program(cell.text(description="one"), cell.text("other", description="one", **other)).up()
    ids = cell.ids
    cell.program(cell.text(description="two"), cell.text("other", description="two", **other))
    cell.stack.carry_out("up", "--target", cell.urn())
    assert [cell.description(ids[n]) for n in ("r", "other")] == ["two", "one"]
    cell.stack.carry_out("up")
    assert cell.description(ids["other"]) == "two"


@option(
    "`up --exclude`",
    "All but the excluded resources are asked about and changed.",
    "Nothing excluded is changed, or deleted for want of a declaration.",
    local=False,
)
def test_what_is_excluded_is_left_alone(cell: Cell) -> None:
    other = cell.another
    cell.program(cell.text(description="one"), cell.text("other", description="one", **other)).up()
    ids = cell.ids
    cell.program(cell.text("other", description="two", **other))
    cell.stack.carry_out("up", "--exclude", cell.urn())
    assert cell.ids == ids
    assert cell.description(ids["other"]) == "two"
    assert cell.description(ids["r"]) == "one"


@option(
    "`destroy --target`",
    "The targeted object is deleted by its policy.",
    "Nothing of the rest of the stack is touched.",
    local=False,
)
def test_a_targeted_destroy_deletes_the_object_alone(cell: Cell) -> None:
    cell.program(cell.text(), cell.text("other", **cell.another)).up()
    ids = cell.ids
    cell.stack.carry_out("destroy", "--target", cell.urn())
    assert cell.ids == {"other": ids["other"]}
    assert not cell.is_there(ids["r"])
    assert cell.is_there(ids["other"])


@option(
    "`destroy --target-dependents`",
    "What depends on the target goes with it, first.",
    "Nothing of the rest of the stack is touched.",
    local=False,
)
def test_dependents_of_a_target_go_first(cell: Cell) -> None:
    other = cell.text("other", "depends_on=[r]", **cell.another)
    cell.program(cell.text(), other).up()
    ids = cell.ids
    cell.stack.carry_out("destroy", "--target", cell.urn(), "--target-dependents")
    assert cell.ids == {}
    assert not any(map(cell.is_there, ids.values()))


@option(
    "`up --replace`, of a named object",
    "Refused: it exists already, or is not deleted without `allow_recreate`. With that and "
    "`delete_before_replace=True` it is made anew.",
    "Nothing is deleted without `allow_recreate`.",
    resources=NAMED,
    local=False,
)
def test_a_named_object_is_not_replaced_by_a_command(cell: Cell) -> None:
    cell.up()
    before = cell.world.look(cell.id)
    command = ("up", "--replace", cell.urn())
    assert cell.stack.carry_out(*command, check=False).code != 0
    cell.program(cell.text("r", "delete_before_replace=True"))
    assert (
        "Set allow_recreate=True to allow that" in cell.stack.carry_out(*command, check=False).text
    )
    assert cell.world.look(cell.id) == before
    allowed = {"allowRecreate": True, "deletePolicy": "hard"}
    cell.program(cell.text("r", "delete_before_replace=True", **allowed))
    cell.stack.carry_out(*command)
    assert cell.world.look(cell.id) != before


@option(
    "`up --replace`, of a version",
    "As with `replacementTrigger`: a new version with `delete_before_replace=True`.",
    "It deletes no version.",
    resources=["version"],
    local=False,
)
def test_a_version_is_made_anew_by_a_command(cell: Cell) -> None:
    cell.up()
    former = cell.id
    command = ("up", "--replace", cell.urn())
    assert "to register the same once more" in cell.stack.carry_out(*command).text
    assert cell.id == former
    cell.program(cell.text("r", "delete_before_replace=True"))
    cell.stack.carry_out(*command)
    assert cell.id != former
    assert cell.is_there(former)


@option(
    "`up --refresh`",
    "What others changed in this program's values is found, reported and taken back.",
    "What others own stays.",
    local=False,
)
def test_a_refresh_before_an_up_finds_drift(cell: Cell) -> None:
    cell.up(description="ours")
    cell.world.edit(cell.id, description="theirs")
    told = cell.stack.carry_out("up", "--refresh").text
    assert "changed outside: description" in told
    assert cell.description(cell.id) == "ours"


@option(
    "`up --continue-on-error`",
    "What does not depend on the failed resource is done; the next run does the rest.",
    "A failure leaves nothing half made.",
    local=False,
)
def test_a_run_that_goes_on_after_an_error_does_the_rest(cell: Cell) -> None:
    if cell.is_named:
        cell.make()  # in the way of the first
        texts = (cell.text(), cell.text("other", **cell.another))
    else:
        texts = (cell.text(name=f"{cell.name}-missing"), cell.text("other"))
    cell.program(*texts)
    failed = cell.stack.carry_out("up", "--continue-on-error", check=False)
    assert failed.code != 0
    assert list(cell.ids) == ["other"]
    assert cell.is_there(cell.ids["other"])


@option(
    "`destroy --run-program`",
    "As a destroy, with the configuration that the program is run with.",
    "The newest configuration counts.",
    local=False,
)
def test_a_destroy_with_the_program_uses_its_configuration(cell: Cell) -> None:
    cell.up()
    id_ = cell.id
    cell.stack.configure("mlregistry:deletePolicy", "retain")
    cell.stack.carry_out("destroy", "--run-program")
    assert cell.ids == {}
    assert cell.is_there(id_)


@option(
    "`destroy`, with a key changed since the last `up`",
    "Pulumi hands over the configuration of the last `up`. A milder delete policy of the "
    "environment (`MLREGISTRY_DELETE_POLICY`) is obeyed all the same.",
    "What a newer policy of the environment keeps is not deleted.",
    local=False,
)
def test_a_milder_policy_of_the_environment_is_obeyed_by_a_destroy(cell: Cell) -> None:
    cell.stack.configure("mlregistry:deletePolicy", "hard")
    cell.up()
    id_ = cell.id
    cell.stack.environment["MLREGISTRY_DELETE_POLICY"] = "retain"
    cell.stack.destroy()
    assert cell.is_there(id_)


@option(
    "`refresh --run-program`",
    "As a refresh, with the configuration that the program is run with.",
    "It writes nothing to a registry.",
    local=False,
)
def test_a_refresh_with_the_program_reads(cell: Cell) -> None:
    cell.up(description="ours")
    cell.world.edit(cell.id, description="theirs")
    told = cell.stack.carry_out("refresh", "--run-program").text
    assert "changed outside: description" in told
    assert cell.description(cell.id) == "theirs"


@option(
    "plan files (`preview --save-plan`, `up --plan`)",
    "What was reviewed is done; what differs from it by then is refused by Pulumi.",
    "Nothing beyond the plan is written.",
    local=False,
)
def test_a_saved_plan_is_what_is_done(cell: Cell) -> None:
    cell.program(cell.text(description="one"))
    cell.run("preview", "--save-plan", "plan.json")
    cell.stack.carry_out("up", "--plan", "plan.json")
    assert cell.description(cell.id) == "one"
    cell.program(cell.text(description="two"))
    cell.run("preview", "--save-plan", "plan.json")
    cell.program(cell.text(description="three"))
    refused = cell.stack.carry_out("up", "--plan", "plan.json", check=False)
    assert refused.code != 0
    assert cell.description(cell.id) == "one"
    cell.program(cell.text(description="two"))
    cell.stack.carry_out("up", "--plan", "plan.json")
    assert cell.description(cell.id) == "two"


@option(
    "`pulumi cancel`",
    "It removes the lock of a killed run; the next `up` goes on.",
    "A cancelled run makes no second object.",
    local=False,
)
def test_a_run_after_a_cancel_goes_on(cell: Cell) -> None:
    cell.up(description="one")
    done = cell.run("cancel", "--yes", check=False)
    assert done.code == 0 or "no" in done.text.lower()
    cell.up(description="two")
    assert cell.world.count(cell.name) == 1


@option(
    "`--expect-no-changes`, of `preview`, `up` and `refresh`",
    "They succeed where nothing has changed.",
    "The identity that this package gives a stack counts as no change.",
    local=False,
)
def test_nothing_is_expected_and_nothing_is_planned(cell: Cell) -> None:
    cell.up()
    cell.run("preview", "--expect-no-changes")
    cell.stack.carry_out("up", "--expect-no-changes")
    cell.stack.carry_out("refresh", "--expect-no-changes")


@pytest.mark.parametrize(
    "cell", [("local", DYNAMIC, "entity")], indirect=True, ids=["local-dynamic-entity"]
)
@pytest.mark.parametrize(
    ("opts", "name"),
    [
        ("replacement_trigger='1'", "replacement_trigger"),
        ("replace_with=[c]", "replace_with"),
        ("transforms=[lambda args: None]", "transforms"),
        ("hooks=pulumi.ResourceHookBinding(before_create=[hook])", "hooks"),
    ],
)
def test_the_local_engine_refuses_by_name_what_it_does_not_do(
    cell: Cell, opts: str, name: str
) -> None:
    before = (
        'c = pulumi.ComponentResource("t:t:T", "c")\n'
        "hook = pulumi.ResourceHook('refuse', lambda args: None)\n"
    )
    refused = cell.program(before if name in ("hooks", "replace_with") else "",
                           cell.text("r", opts)).up(check=False)  # fmt: skip
    assert refused.code != 0
    assert name.replace("_", "") in refused.text.replace("_", "").lower()
    assert cell.world.count(cell.name) == 0
