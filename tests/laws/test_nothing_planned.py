"""The second run: whatever the server rewrites, filled in or inherited, nothing is planned."""

from __future__ import annotations

from typing import Any

import pytest

from laws.stacks import Stack
from laws.titles import ALL, ANY, ENTITY, VERSIONS, law
from laws.worlds import VersionWorld, World


def settle(world: World, declared: dict[str, Any]) -> Stack:
    """Create, and assert that nothing is planned: at once, after a read, and after an import."""
    stack = Stack(world)
    stack.up({"m": declared})
    world.sent()
    assert stack.up({"m": declared}) == ["same m"]
    assert world.sent() == [], "a second up sends nothing"
    stack.refresh()
    assert not stack.preview("m", declared).any
    assert stack.up({"m": declared}) == ["same m"]
    imported = Stack(world)
    imported.take("m", stack["m"].id)
    assert not imported.preview("m", declared).any
    assert stack.log == []
    return stack


TEXTS = {
    "html": 'it\'s a & b < c > d "e"',
    "blanks": "  two  blanks \n and a line  ",
    "unicode": "größe 模型 \U0001f600 e\u0301",
    "empty": "",
    "entity": "&amp; &lt;b&gt; %20 {{x}} \\n",
}


@law(5, 15, on=ANY)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_text_reads_back_as_declared(world: World, text: str) -> None:
    stack = settle(world, world.declare(world.name(), description=text))
    assert world.meant(world.description(stack["m"].id)) == world.meant(text)


@law(5, on=ANY)
def test_a_declaration_of_the_name_alone_plans_nothing(world: World) -> None:
    settle(world, world.least(world.name()))


@law(5, 28, on=ALL)
def test_keys_of_any_spelling_read_back(world: World) -> None:
    keys = {"a b": "1", "a/b": "2", "a.b": "3", "a:b": "4", "ä": "5", "_": " x "}
    if world.kind == "nemo:ModelEntity":
        keys |= {"": "6", "__x": "7", 'q"q': "8", "a~b": "9", "~1/": "10"}
    settle(world, world.declare(world.name(), **{world.keyed: keys}))


@law(5, on=ALL)
def test_an_empty_collection_plans_nothing(world: World) -> None:
    settle(world, world.declare(world.name(), **{world.keyed: {}}))


@law(5, on=("model-mlflow", "model-oracle", "version-mlflow", "version-oracle"))
def test_numbers_booleans_and_empty_tags_are_texts(world: World) -> None:
    tags = {"n": 5, "f": 0.25, "whole": 2.0, "yes": True, "no": False, "none": ""}
    stack = settle(world, world.declare(world.name(), tags=tags))
    kept = {"n": "5", "f": "0.25", "whole": "2", "yes": "true", "no": "false", "none": ""}
    assert world.keys(stack["m"].id) == kept


SPEC = {
    "checkpoint_model_name": "c", "family": "llama", "num_layers": 2, "hidden_size": 8,
    "num_attention_heads": 2, "num_kv_heads": 2, "ffn_hidden_size": 16, "vocab_size": 100,
    "tied_embeddings": False, "gated_mlp": True, "base_num_parameters": 8_000_000_000,
    "precision": "bf16",
}  # fmt: skip
NESTED = {
    "endpoint": {"apiEndpoint": {"url": "HTTPS://Example.COM:443/a b", "modelId": "m"}},
    "endpoint-path": {"apiEndpoint": {"url": "https://example.com/A/../b?q=ä", "format": "nim"}},
    "endpoint-empty": {"apiEndpoint": {}},
    "endpoint-null": {"apiEndpoint": {"url": "http://h", "modelId": None}},
    "prompt": {"prompt": {"system_prompt": "s", "inference_params": {"temperature": 1, "k": 2}}},
    "prompt-null": {"prompt": {"system_prompt": None, "inference_params": {"top_p": None}}},
    "fields-nested": {"customFields": {"a": {"b": [1, None, {"c": None, "d": ""}]}, "n": None}},
    "fields-numbers": {"customFields": {"big": 2**60, "f": 1.5, "one": 1.0, "t": True}},
    "ownership": {"ownership": {"owner": "o", "contacts": ["a", "b"]}},
    "providers": {"modelProviders": ["b/two", "a/one", "b/two"]},
    "trust-false": {"trustRemoteCode": False},
    "trust-true": {"trustRemoteCode": True},
    "base-empty": {"baseModel": ""},
    "backend": {"backendFormat": "OPENAI_CHAT", "finetuningType": "lora"},
    "spec": {"spec": SPEC},
    "spec-head": {"spec": {**SPEC, "head_type": "embedding"}},
    "spec-embedding": {"spec": {**SPEC, "is_embedding_model": True}},
    "spec-unknown": {"spec": {**SPEC, "head_type": "unknown", "is_embedding_model": False}},
    "spec-moe": {
        "spec": {
            **SPEC,
            "moe_config": {"num_experts": 4, "num_experts_per_tok": 2, "num_expert_layers": 1},
            "mamba_config": {"is_hybrid": True, "num_mamba_layers": 1},
            "sliding_window_config": {"window_size": 4},
        }
    },
    "spec-layers": {
        "spec": {
            **SPEC,
            "linear_layers": [{"name": "q", "in_features": 8, "out_features": 8}],
            "tool_call_config": {"tool_call_parser": "p", "auto_tool_choice": True},
        }
    },
}


@law(5, 16, on=ENTITY)
@pytest.mark.parametrize("fields", NESTED.values(), ids=NESTED.keys())
def test_what_the_platform_rewrites_is_no_drift(world: World, fields: dict[str, Any]) -> None:
    settle(world, world.declare(world.name(), **fields))


@law(5, on=VERSIONS)
@pytest.mark.parametrize("reference", ["@champion", "/latest", "/1"])
def test_a_source_that_the_server_resolves_is_no_drift(world: VersionWorld, reference: str) -> None:
    base = world.name()
    world.make(base)
    world.alias(base, "champion", "1")
    declared = world.declare(world.name(), source=f"models:/{base}{reference}")
    stack = Stack(world)
    stack.up({"v": declared})
    assert stack["v"].outputs["resolvedSource"] == f"models:/{base}/1"
    assert stack["v"].outputs["source"] == declared["source"]
    world.make(base)
    world.alias(base, "champion", "2")
    stack.refresh()
    assert stack.up({"v": declared}) == ["same v"], "a moved alias is not this version's change"


@law(5, 30, on=VERSIONS)
def test_a_stage_of_any_case_is_no_drift(world: VersionWorld) -> None:
    stack = settle(world, world.declare(world.name(), stage="production"))
    assert stack["m"].outputs["currentStage"] == "Production"
    world.sent()


@law(5, on=VERSIONS)
def test_fields_of_a_run_are_no_drift(world: VersionWorld) -> None:
    settle(world, world.declare(world.name(), runId="a" * 32, runLink="https://run/1?a=b&c"))


@law(5, 8, on=VERSIONS)
def test_a_run_that_the_registry_fills_in_is_no_drift(world: VersionWorld) -> None:
    base = world.name()
    world.call("POST", "model-versions/create", name=base, source="oci://b@n/x", run_id="b" * 32)
    declared = world.declare(world.name(), source=f"models:/{base}/1")
    stack = Stack(world)
    stack.up({"v": declared})
    stack.refresh()
    assert stack.up({"v": declared}) == ["same v"]
