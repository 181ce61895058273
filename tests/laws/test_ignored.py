"""Ignored property paths: neither compared, written nor cleared, at any depth."""

from __future__ import annotations

from typing import Any

import pytest

from laws.openmetadata_worlds import MlModelWorld, MlServiceWorld
from laws.stacks import Stack
from laws.test_nothing_planned import SPEC
from laws.test_openmetadata_services import KEY, SAGEMAKER, service, stored
from laws.titles import ALL, ENTITY, MLMODELS, MLSERVICES, NAMED, law
from laws.worlds import NemoWorld, World

ENDPOINT = {"url": "https://h/1", "modelId": "m", "apiKey": "k"}


@law(50, 17, 49, on=ALL)
def test_an_ignored_key_that_others_changed_blocks_nothing_and_stays_theirs(world: World) -> None:
    stack = Stack(world)
    declared = world.declare(world.name())
    stack.up({"m": declared})
    world.edit(stack["m"].id, description="theirs")
    ignoring = {**declared, "__ignored": ["description"]}
    key = next(iter(world.keys(stack["m"].id)))
    changed = {**ignoring, world.keyed: {**declared[world.keyed], key: "ours"}}
    assert stack.plans("m", changed, f"{world.keyed}.{key}")
    stack.up({"m": changed})
    assert world.description(stack["m"].id) == "theirs"
    assert world.keys(stack["m"].id)[key] == "ours"
    assert stack.up({"m": changed}) == ["same m"]


@law(50, 24, on=ALL)
def test_a_refresh_says_nothing_of_what_is_ignored_and_nothing_is_planned(world: World) -> None:
    stack = Stack(world)
    ignoring = {**world.declare(world.name()), "__ignored": ["description"]}
    stack.up({"m": ignoring})
    world.edit(stack["m"].id, description="theirs")
    stack.refresh()
    assert stack.up({"m": {**ignoring, "description": "another"}}) == ["same m"]
    assert world.description(stack["m"].id) == "theirs"


@law(50, 9, on=ALL)
def test_what_is_ignored_is_not_cleared_where_the_program_drops_it(world: World) -> None:
    stack = Stack(world)
    declared = world.declare(world.name())
    stack.up({"m": declared})
    less = {k: v for k, v in declared.items() if k != "description"}
    key, *others = world.keys(stack["m"].id)
    less[world.keyed] = {k: declared[world.keyed][k] for k in others}
    is_list = world.keyed == MlModelWorld.keyed
    path = world.keyed if is_list else f"{world.keyed}.{key}"
    ignoring = {**less, "__ignored": ["description", path]}
    assert stack.up({"m": ignoring}) == ["same m"]
    assert key in world.keys(stack["m"].id)
    assert world.description(stack["m"].id) == declared["description"]


@law(50, 21, on=ALL)
def test_an_ignored_policy_stays_as_it_was(world: World) -> None:
    stack = Stack(world)
    declared = {**world.declare(world.name()), "deletePolicy": "retain"}
    stack.up({"m": declared})
    id_ = stack["m"].id
    ignoring = {**declared, "deletePolicy": "hard", "__ignored": ["deletePolicy"]}
    stack.up({"m": {**ignoring, "description": "second"}})
    assert stack["m"].outputs["deletePolicy"] == "retain"
    stack.destroy()
    assert world.look(id_) is not None


NESTED: dict[str, tuple[dict[str, Any], dict[str, Any], list[str], dict[str, Any]]] = {
    "a key of a key": (
        {"customFields": {"a": {"x": 1, "y": 2}, "b": 3}},
        {"customFields": {"a": {"x": 9, "y": 3}, "b": 3}},
        ["customFields.a.x"],
        {"custom_fields": {"a": {"x": 1, "y": 3}, "b": 3}},
    ),
    "each key of a key": (
        {"customFields": {"a": {"x": 1, "y": 2}, "b": 3}},
        {"customFields": {"a": {"x": 9, "y": 9}, "b": 4}},
        ["customFields.a.*"],
        {"custom_fields": {"a": {"x": 1, "y": 2}, "b": 4}},
    ),
    "a key with a dot": (
        {"customFields": {"a.b": 1, "a": 2}},
        {"customFields": {"a.b": 9, "a": 3}},
        ['customFields["a.b"]'],
        {"custom_fields": {"a.b": 1, "a": 3}},
    ),
    "a secret": (
        {"apiEndpoint": ENDPOINT},
        {"apiEndpoint": {**ENDPOINT, "url": "https://h/2", "apiKey": "other"}},
        ["apiEndpoint.apiKey"],
        {"api_endpoint": {"url": "https://h/2", "model_id": "m", "api_key": "k", "format": None}},
    ),
    "deep in an object": (
        {"spec": {**SPEC, "context_size": 10}},
        {"spec": {**SPEC, "context_size": 11, "num_layers": 3}},
        ["spec.context_size"],
        {"spec.context_size": 10, "spec.num_layers": 3},
    ),
    "an item of a list": (
        {"modelProviders": ["w/a", "w/b"]},
        {"modelProviders": ["w/c", "w/d"]},
        ["modelProviders[0]"],
        {"model_providers": ["w/a", "w/d"]},
    ),
    "everything": (
        {"customFields": {"a": 1}, "prompt": {"system_prompt": "s"}},
        {"customFields": {"a": 2}, "prompt": {"system_prompt": "t"}},
        ["*"],
        {"custom_fields": {"a": 1}, "prompt.system_prompt": "s"},
    ),
}


@law(50, 49, 6, on=ENTITY)
@pytest.mark.parametrize("which", NESTED)
def test_a_nested_path_that_is_ignored_keeps_its_value(world: NemoWorld, which: str) -> None:
    before, after, ignored, expected = NESTED[which]
    base = {"name": world.name(), "workspace": "default", "description": "first"}
    stack = Stack(world)
    stack.up({"m": {**base, **before}})
    ignoring = {**base, **after, "__ignored": ignored}
    stack.up({"m": ignoring})
    if ignored != ["*"]:  # which the engine applies to the description too
        stack.up({"m": {**ignoring, "description": "second"}})
    found = world.look(stack["m"].id)
    assert found is not None
    assert {path: _at(found, path) for path in expected} == expected
    assert stack.up({"m": {**ignoring, "description": "second"}}) == ["same m"]
    # Once nothing is ignored any more, it is the program's again.
    stack.up({"m": {**base, **after}})
    assert stack.up({"m": {**base, **after}}) == ["same m"]


def _at(found: dict[str, Any], path: str) -> Any:
    value: Any = found
    for key in path.split("."):
        value = value[key]
    return sorted(value) if isinstance(value, list) else value


@law(50, 37, 26, on=MLSERVICES)
def test_an_ignored_secret_of_a_connection_keeps_what_others_made_of_it(
    world: MlServiceWorld,
) -> None:
    declared = service(world, "SageMaker")
    stack = Stack(world)
    stack.up({"m": declared})
    theirs = {**stored(world, stack["m"].id)["awsConfig"], "awsSecretAccessKey": "rotated"}
    operation = {"op": "add", "path": "/connection/config/awsConfig", "value": theirs}
    world.patch(stack["m"].id, operation)
    aws = {**SAGEMAKER["awsConfig"], "awsRegion": "us-east-1", "awsSecretAccessKey": "newer"}
    ignored = ["connection.config.awsConfig.awsSecretAccessKey"]
    changed = {**declared, "connection": {"config": {"awsConfig": aws}}, "__ignored": ignored}
    stack.up({"m": {**changed, "description": "second"}})
    found = stored(world, stack["m"].id)["awsConfig"]
    assert (found["awsRegion"], found["awsSecretAccessKey"]) == ("us-east-1", "rotated")
    assert KEY != "rotated"


@law(50, 54, on=MLMODELS)
def test_an_ignored_part_of_a_feature_stays(world: MlModelWorld) -> None:
    features = [
        {"name": "age", "dataType": "numerical", "description": "one"},
        {"name": "sex", "dataType": "categorical", "description": "two"},
    ]
    stack = Stack(world)
    declared = {**world.declare(world.name()), "mlFeatures": features}
    stack.up({"m": declared})
    other = [{**f, "description": "new", "featureAlgorithm": "PCA"} for f in features]
    ignoring = {**declared, "mlFeatures": other, "__ignored": ["mlFeatures[0].description"]}
    stack.up({"m": ignoring})
    found = {f["name"]: f for f in (world.look(stack["m"].id) or {})["mlFeatures"]}
    assert [found[n]["description"] for n in ("age", "sex")] == ["one", "new"]
    assert [found[n]["featureAlgorithm"] for n in ("age", "sex")] == ["PCA", "PCA"]
    assert stack.up({"m": ignoring}) == ["same m"]


@law(50, 11, 49, on=NAMED)
def test_an_adoption_leaves_what_is_ignored_as_others_have_it(world: World) -> None:
    name = world.name()
    others = Stack(world)
    declared = world.declare(name)
    others.up({"m": declared})
    id_ = others["m"].id
    world.edit(id_, description="theirs")
    adopting = {**declared, "onConflict": "adopt", "__ignored": ["description"]}
    stack = Stack(world)
    assert stack.up({"m": adopting}) == ["create m"]
    assert world.description(id_) == "theirs"
    assert stack.up({"m": adopting}) == ["same m"]
    assert world.description(id_) == "theirs"
