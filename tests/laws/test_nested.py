"""Nested values: what others have in one beside what is declared of it stays."""

from __future__ import annotations

from typing import Any

import pytest

from laws.openmetadata_worlds import MlModelWorld, MlServiceWorld
from laws.stacks import Stack
from laws.test_nothing_planned import SPEC
from laws.test_openmetadata_services import service, stored
from laws.titles import ENTITY, MLMODELS, MLSERVICES, law
from laws.worlds import NemoWorld

Values = dict[str, Any]
WRITTEN: dict[str, tuple[Values, Values, Values, Values]] = {
    # declared first, what others add, declared then, what there is in the end
    "prompt": (
        {"prompt": {"system_prompt": "a"}},
        {"prompt": {"system_prompt": "a", "inference_params": {"temperature": 1, "own": [1]}}},
        {"prompt": {"system_prompt": "b"}},
        {"prompt": {"system_prompt": "b", "inference_params": {"temperature": 1, "own": [1]}}},
    ),
    "deeper in a prompt": (
        {"prompt": {"inference_params": {"temperature": 1}}},
        {"prompt": {"inference_params": {"temperature": 1, "top_p": 0.5}}},
        {"prompt": {"inference_params": {"max_tokens": 9}}},
        {"prompt": {"inference_params": {"top_p": 0.5, "max_tokens": 9}}},
    ),
    "endpoint": (
        {"apiEndpoint": {"url": "https://h/1"}},
        {"api_endpoint": {"url": "https://h/1", "api_key": "theirs"}},
        {"apiEndpoint": {"url": "https://h/2"}},
        {"api_endpoint": {"url": "https://h/2", "api_key": "theirs"}},
    ),
    "custom fields": (
        {"customFields": {"a": {"x": 1}}},
        {"custom_fields": {"a": {"x": 1, "theirs": {"y": 2}}}},
        {"customFields": {"a": {"x": 2}}},
        {"custom_fields": {"a": {"x": 2, "theirs": {"y": 2}}}},
    ),
    "a custom field that goes": (
        {"customFields": {"a": {"x": 1}, "b": {"x": 1}}},
        {"custom_fields": {"a": {"x": 1, "theirs": 2}, "b": {"x": 1}}},
        {},
        {"custom_fields": {"a": {"theirs": 2}}},
    ),
    "a prompt that goes": (
        {"prompt": {"system_prompt": "a"}},
        {"prompt": {"system_prompt": "a", "icl_few_shot_examples": "theirs"}},
        {},
        {"prompt": {"icl_few_shot_examples": "theirs"}},
    ),
    "spec": (
        {"spec": SPEC},
        {"spec": {**SPEC, "context_size": 7}},
        {"spec": {**SPEC, "num_layers": 3}},
        {"spec": {**SPEC, "num_layers": 3, "context_size": 7}},
    ),
}


@law(54, 17, 8, 24, on=ENTITY)
@pytest.mark.parametrize("which", WRITTEN)
def test_what_others_add_to_a_nested_value_is_no_drift_and_stays(
    world: NemoWorld, which: str
) -> None:
    first, others, then, expected = WRITTEN[which]
    base = {"name": world.name(), "workspace": "default"}
    stack = Stack(world)
    stack.up({"m": {**base, **first}})
    world.patch(stack["m"].id, **others)
    stack.refresh()
    assert stack.log == []
    assert stack.up({"m": {**base, **first}}) == ["same m"]
    stack.up({"m": {**base, **then}})
    found = world.look(stack["m"].id)
    assert found is not None
    for name, value in expected.items():
        assert _without_nulls(found[name]) | value == _without_nulls(found[name])
        assert set(_without_nulls(found[name])) == set(value) or name == "spec"
    assert stack.up({"m": {**base, **then}}) == ["same m"]
    stack.refresh()
    assert stack.log == []


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_nulls(v) for k, v in value.items() if v is not None}
    return value


@law(54, 8, on=ENTITY)
def test_a_part_of_what_is_there_is_declared_without_a_plan(world: NemoWorld) -> None:
    there = world.make(world.name(), "theirs", team="x")
    world.patch(there, spec={**SPEC, "context_size": 7}, prompt={"system_prompt": "theirs"})
    stack = Stack(world)
    stack.take("m", there)
    declared = {"name": world.names[-1], "workspace": "default", "spec": SPEC}
    assert not stack.preview("m", declared).any
    stack.up({"m": {**declared, "prompt": {"icl_few_shot_examples": "ours"}}})
    found = world.look(there)
    assert found is not None
    assert found["spec"]["context_size"] == 7
    assert _without_nulls(found["prompt"]) == {
        "system_prompt": "theirs",
        "icl_few_shot_examples": "ours",
    }


SOURCE = {"name": "birth", "dataType": "date"}
FEATURE = {"name": "age", "dataType": "numerical", "featureSources": [SOURCE]}


@law(54, 17, 5, on=MLMODELS)
def test_what_others_say_of_a_feature_and_its_sources_stays(world: MlModelWorld) -> None:
    stack = Stack(world)
    base = world.least(world.name())
    stack.up({"m": {**base, "mlFeatures": [FEATURE]}})
    label = {
        "tagFQN": "PII.Sensitive", "source": "Classification",
        "labelType": "Manual", "state": "Confirmed",
    }  # fmt: skip
    theirs = {**SOURCE, "description": "theirs", "tags": [label]}
    more = {"name": "town", "dataType": "string"}
    feature = {
        **FEATURE,
        "description": "theirs",
        "tags": [label],
        "featureSources": [theirs, more],
    }
    world.patch(stack["m"].id, {"op": "add", "path": "/mlFeatures", "value": [feature]})
    stack.refresh()
    assert stack.log == []
    changed = {**FEATURE, "featureAlgorithm": "PCA"}
    stack.up({"m": {**base, "mlFeatures": [changed]}})
    (found,) = (world.look(stack["m"].id) or {})["mlFeatures"]
    assert (found["featureAlgorithm"], found["description"]) == ("PCA", "theirs")
    assert [tag["tagFQN"] for tag in found["tags"]] == ["PII.Sensitive"]
    sources = {source["name"]: source for source in found["featureSources"]}
    assert sorted(sources) == ["birth", "town"]
    assert sources["birth"]["description"] == "theirs"
    assert [tag["tagFQN"] for tag in sources["birth"]["tags"]] == ["PII.Sensitive"]
    assert stack.up({"m": {**base, "mlFeatures": [changed]}}) == ["same m"]


@law(54, 9, on=MLMODELS)
def test_a_source_that_is_dropped_goes_and_that_of_others_stays(world: MlModelWorld) -> None:
    stack = Stack(world)
    base = world.least(world.name())
    two = [SOURCE, {"name": "death", "dataType": "date"}]
    stack.up({"m": {**base, "mlFeatures": [{**FEATURE, "featureSources": two}]}})
    feature = {**FEATURE, "featureSources": [*two, {"name": "town", "dataType": "string"}]}
    world.patch(stack["m"].id, {"op": "add", "path": "/mlFeatures", "value": [feature]})
    stack.up({"m": {**base, "mlFeatures": [FEATURE]}})
    (found,) = (world.look(stack["m"].id) or {})["mlFeatures"]
    assert sorted(source["name"] for source in found["featureSources"]) == ["birth", "town"]


@law(54, 17, on=MLMODELS)
def test_what_others_say_of_a_hyperparameter_stays(world: MlModelWorld) -> None:
    stack = Stack(world)
    base = world.least(world.name())
    one = {"name": "depth", "value": "3"}
    stack.up({"m": {**base, "mlHyperParameters": [one]}})
    theirs = [{**one, "description": "theirs"}]
    world.patch(stack["m"].id, {"op": "add", "path": "/mlHyperParameters", "value": theirs})
    stack.up({"m": {**base, "mlHyperParameters": [{"name": "depth", "value": "4"}]}})
    (found,) = (world.look(stack["m"].id) or {})["mlHyperParameters"]
    assert (found["value"], found["description"]) == ("4", "theirs")


@law(54, 17, on=MLSERVICES)
def test_what_others_configure_in_a_connection_stays(world: MlServiceWorld) -> None:
    stack = Stack(world)
    declared = service(world, "CustomMlModel")
    declared["connection"] = {"config": {"connectionOptions": {"a": "1"}}}
    stack.up({"m": declared})
    theirs = {**stored(world, stack["m"].id), "connectionOptions": {"a": "1", "b": "theirs"}}
    operation = {"op": "add", "path": "/connection", "value": {"config": theirs}}
    world.patch(stack["m"].id, operation)
    changed = {**declared, "connection": {"config": {"connectionOptions": {"a": "2"}}}}
    stack.up({"m": changed})
    assert stored(world, stack["m"].id)["connectionOptions"] == {"a": "2", "b": "theirs"}
