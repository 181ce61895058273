"""Every field of a model entity at the real platform: change, clear, and the refusals."""

from __future__ import annotations

from typing import Any

import pytest

from laws.stacks import CheckFailed, Stack
from laws.test_nothing_planned import SPEC
from laws.titles import CORE_ONLY, ENTITY, law
from laws.worlds import NemoWorld

FIELDS: dict[str, tuple[Any, Any, Any]] = {
    "description": ("one", "two", ""),
    "baseModel": ("a/one", "a/two", None),
    "backendFormat": ("OPENAI_CHAT", "ANTHROPIC_MESSAGES", None),
    "apiEndpoint": (
        {"url": "https://h/1", "apiKey": "k", "modelId": "m"},
        {"url": "https://h/2", "format": "nim"},
        {"url": None, "model_id": None, "api_key": None, "format": None},
    ),
    "prompt": (
        {"system_prompt": "s", "inference_params": {"temperature": 1, "custom": [1]}},
        {"icl_few_shot_examples": "e", "inference_params": {"stop": ["x"]}},
        {
            "system_prompt": None,
            "icl_few_shot_examples": None,
            "inference_params": None,
            "system_prompt_template": None,
        },
    ),
    "customFields": ({"a": 1, "b": {"c": [None]}}, {"a": 2, "d": "x"}, {}),
    "ownership": ({"team": "a"}, {"team": "b", "lead": "c"}, {}),
    "modelProviders": (["w/a", "w/b"], ["w/b", "w/c"], []),
    "trustRemoteCode": (True, False, False),
}
SNAKE = {
    "baseModel": "base_model",
    "backendFormat": "backend_format",
    "apiEndpoint": "api_endpoint",
    "customFields": "custom_fields",
    "modelProviders": "model_providers",
    "trustRemoteCode": "trust_remote_code",
}


@law(9, 16, 5, on=ENTITY)
@pytest.mark.parametrize("field", FIELDS)
def test_a_field_is_set_changed_cleared_and_set_again(world: NemoWorld, field: str) -> None:
    one, two, cleared = FIELDS[field]
    name = world.name()
    bare = {"name": name, "workspace": "default"}
    stack = Stack(world)
    once, twice = {**bare, field: one}, {**bare, field: two}
    for step, declared in enumerate((bare, once, twice, bare, once)):
        stack.up({"m": declared})
        stack.refresh()
        assert stack.log == []
        assert stack.up({"m": declared}) == ["same m"]
        if step == 3:
            live = world.look(stack["m"].id)
            assert live is not None
            assert live[SNAKE.get(field, field)] == cleared
    assert stack["m"].outputs[field] == one
    assert stack["m"].outputs["entityId"]


FINAL = {
    "finetuningType": ("lora", "dpo"),
    "spec": (SPEC, {**SPEC, "num_layers": 4, "head_type": "causal_lm"}),
}


@law(7, 9, 16, on=ENTITY)
@pytest.mark.parametrize("field", FINAL)
def test_a_field_that_cannot_be_cleared_changes_in_place_and_replaces_when_removed(
    world: NemoWorld, field: str
) -> None:
    one, two = FINAL[field]
    bare = {"name": world.name(), "workspace": "default"}
    stack = Stack(world)
    stack.up({"m": {**bare, field: one}})
    assert stack.up({"m": {**bare, field: two}}) == ["update m"]
    stack.refresh()
    assert stack.up({"m": {**bare, field: two}}) == ["same m"]
    with pytest.raises(CheckFailed, match=rf"{field}: cannot be cleared once set.*release="):
        stack.up({"m": bare})
    assert stack.up({"m": {**bare, "release": [field]}}) == ["update m"]
    assert stack.up({"m": bare}) == ["update m"], "the policy is gone, the value stays"
    live = world.look(stack["m"].id)
    assert live is not None
    assert live["spec" if field == "spec" else "finetuning_type"] is not None


@law(7, 16, 9, on=ENTITY)
def test_a_fileset_changes_in_place_also_beside_a_lost_trust(nemo_files: NemoWorld) -> None:
    world = nemo_files
    first, second = world.fileset(), world.fileset()
    bare = {"name": world.name(), "workspace": "default"}
    stack = Stack(world)
    stack.up({"m": {**bare, "fileset": first, "trustRemoteCode": True}})
    stack.up({"m": {**bare, "fileset": second, "trustRemoteCode": False}})
    live = world.look(stack["m"].id)
    assert live is not None
    assert (live["fileset"], live["trust_remote_code"]) == (second, False)
    stack.up({"m": {**bare, "fileset": first}})
    with pytest.raises(CheckFailed, match=r"fileset: cannot be cleared"):
        stack.up({"m": bare})


@law(7, on=ENTITY)
def test_a_project_is_set_at_creation_and_only_there(world: NemoWorld) -> None:
    project = world.project()
    declared = world.declare(world.name())
    stack = Stack(world)
    stack.up({"m": declared})
    with pytest.raises(CheckFailed) as caught:
        stack.up({"m": {**declared, "project": project}})
    assert caught.value.failures[0].path == "project"
    allowed = {**declared, "project": project, "allowRecreate": True}
    assert stack.preview("m", allowed).replaces == ["project"]
    stack.up({"m": allowed})
    assert stack["m"].outputs["project"] == project
    without = {k: v for k, v in allowed.items() if k not in ("project", "allowRecreate")}
    with pytest.raises(CheckFailed, match=r"project: cannot be changed after creation"):
        stack.up({"m": without})


@law(6, 8, on=ENTITY, doors=CORE_ONLY)
def test_each_change_is_shown_at_its_own_path(world: NemoWorld) -> None:
    name = world.name()
    old = world.declare(
        name,
        customFields={"same": 1, "gone": 2, "moved/key": 3, "deep": {"a": 1, "b": 2}},
        apiEndpoint={"url": "https://h", "modelId": "a"},
        prompt={"inference_params": {"temperature": 1.0}},
        modelProviders=["w/a"],
    )
    new = world.declare(
        name,
        description="second",
        customFields={"same": 1, "moved/key": 4, "new": 5, "deep": {"a": 1, "b": 3}},
        apiEndpoint={"url": "https://h", "modelId": "b"},
        prompt={"inference_params": {"temperature": 0.5}},
        modelProviders=["w/b"],
    )
    stack = Stack(world)
    stack.up({"m": old})
    assert sorted(str(c.path) for c in stack.preview("m", new).changes) == [
        "apiEndpoint.modelId",
        "customFields.deep",
        "customFields.gone",
        "customFields.new",
        'customFields["moved/key"]',
        "description",
        'modelProviders["w/a"]',
        'modelProviders["w/b"]',
        "prompt.inference_params.temperature",
    ]
    stack.up({"m": new})
    assert stack.up({"m": new}) == ["same m"]
