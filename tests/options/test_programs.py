"""Options that stand in a program: components, transformations, hooks, secrets, providers, time."""

from __future__ import annotations

import json

from options.cells import Cell, option

CONFIGURED = {
    "entity": ("NMP_BASE_URL", "nemo_url"),
    "model": ("MLFLOW_TRACKING_URI", "mlflow_url"),
    "version": ("MLFLOW_TRACKING_URI", "mlflow_url"),
    "mlmodel": ("OPENMETADATA_URL", "openmetadata_url"),
    "mlservice": ("OPENMETADATA_URL", "openmetadata_url"),
}


@option(
    "resource hooks",
    "They run before and after, with the values; what they raise stops the resource.",
    "A hook that refuses leaves nothing behind in the registry.",
    local=False,
)
def test_hooks_run_around_the_object(cell: Cell) -> None:
    refusing = (
        "def refuse(args):\n"
        "    raise Exception('not before noon')\n"
        "hook = pulumi.ResourceHook('refuse', refuse)\n"
    )
    opts = "hooks=pulumi.ResourceHookBinding(before_create=[hook])"
    refused = cell.program(refusing, cell.text("r", opts)).up(check=False)
    assert refused.code != 0
    assert "not before noon" in refused.text
    assert cell.world.count(cell.name) == 0
    seen = (
        "def note(args):\n"
        "    pulumi.log.info(f'noted {args.id}')\n"
        "hook = pulumi.ResourceHook('note', note)\n"
    )
    opts = "hooks=pulumi.ResourceHookBinding(after_create=[hook])"
    told = cell.program(seen, cell.text("r", opts)).up()
    assert f"noted {cell.id}" in told.text


TRANSFORMATION = """
def change(args):
    if "mlregistry" not in args.type_:
        return None
    props = {**args.props, "description": "transformed"}
    opts = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(protect=False))
    return pulumi.ResourceTransformationResult(props, opts)
pulumi.runtime.register_stack_transformation(change)
"""
TRANSFORM = """
def change(args):
    if "mlregistry" not in args.type_:
        return None
    props = {**args.props, "description": "transformed"}
    return pulumi.ResourceTransformResult(props, args.opts)
pulumi.runtime.register_resource_transform(change)
"""


@option(
    "`transformations` of the stack",
    "What they set is declared: it is planned, written and compared.",
    "Nothing else is changed by them.",
)
def test_a_transformation_changes_what_is_declared(cell: Cell) -> None:
    cell.program(TRANSFORMATION, cell.text()).up()
    assert cell.description(cell.id) == "transformed"
    assert cell.stack.plans_nothing()


@option(
    "`transforms`",
    "What they set is declared: it is planned, written and compared. With the dynamic provider, "
    "Pulumi alone knows which properties they ignore: what others change there is a conflict until "
    "a refresh.",
    "Nothing else is changed by them.",
    local=False,
)
def test_a_transform_changes_what_is_declared(cell: Cell) -> None:
    cell.program(TRANSFORM, cell.text()).up()
    assert cell.description(cell.id) == "transformed"
    assert cell.stack.plans_nothing()


@option(
    "`parent`: components",
    "The object belongs to the component; a component that is removed takes it along.",
    "A component of another name does not take an object over or delete it.",
)
def test_an_object_of_a_component_lives_as_long_as_that(cell: Cell) -> None:
    component = 'c = pulumi.ComponentResource("t:t:T", "c")\n'
    cell.program(component, cell.text("r", "parent=c")).up()
    id_ = cell.id
    assert cell.stack.plans_nothing()
    cell.program("").up()
    assert not cell.is_there(id_)


@option(
    "`provider`: an instance with its own configuration",
    "The object lives where that instance points to; its credentials are secrets in the state.",
    "The environment's address is not used beside it.",
)
def test_a_provider_instance_says_where_the_object_lives(cell: Cell) -> None:
    variable, argument = CONFIGURED[cell.resource]
    url = cell.stack.environment[variable]
    token = cell.stack.environment.get("OPENMETADATA_TOKEN")
    for name in (variable, "OPENMETADATA_TOKEN"):
        cell.stack.environment.pop(name, None)
    keys = {argument: url, **({"openmetadata_token": token} if token else {})}
    given = ", ".join(f"{k}={v!r}" for k, v in keys.items())
    provider = f'import pulumi_mlregistry\np = pulumi_mlregistry.Provider("p", {given})\n'
    cell.program(provider, cell.text("r", "provider=p")).up()
    assert cell.is_there(cell.id)
    assert cell.stack.plans_nothing()
    assert not token or token not in json.dumps(cell.stack.document())
    cell.stack.refresh()
    cell.stack.destroy()


@option(
    "`additionalSecretOutputs`",
    "The output is encrypted in the state.",
    "Its value stands nowhere in the state in plain.",
)
def test_an_output_is_made_secret(cell: Cell) -> None:
    cell.up('additional_secret_outputs=["description"]', description="raven-canary")
    outputs = next(r["outputs"] for r in cell.state if r["urn"] == cell.urn())
    assert "raven" not in json.dumps(outputs)
    assert cell.preview(
        'additional_secret_outputs=["description"]', description="raven-canary"
    ).counts == {"unchanged": 2}


@option(
    "`customTimeouts`",
    "With the plugin, an operation that runs out of time ends with an error that says so. Pulumi "
    "hands dynamic providers no timeouts: `mlregistry:timeoutSeconds` bounds each request there.",
    "A create that ran out of time makes no second object when it is run again.",
)
def test_an_operation_with_a_time_of_its_own_is_made_once(cell: Cell) -> None:
    opts = 'custom_timeouts=pulumi.CustomTimeouts(create="20s", update="20s", delete="20s")'
    cell.up(opts, description="first")
    cell.up(opts, description="second")
    assert cell.description(cell.id) == "second"
    assert cell.world.count(cell.name) == 1
    assert cell.stack.plans_nothing()


@option(
    "`dependsOn`",
    "The object is made after and deleted before what it depends on.",
    "It does not change what is written.",
)
def test_a_dependency_is_waited_for(cell: Cell) -> None:
    component = 'c = pulumi.ComponentResource("t:t:T", "c")\n'
    cell.program(component, cell.text("r", "depends_on=[c]")).up()
    assert cell.stack.plans_nothing()
    assert cell.is_there(cell.id)
