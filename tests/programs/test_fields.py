"""Every field by whole programs: set, changed, cleared; and what cannot be changed, replaced."""

from __future__ import annotations

import httpx

SPEC = {
    "checkpoint_model_name": "m", "family": "llama", "num_layers": 2, "hidden_size": 8,
    "num_attention_heads": 2, "num_kv_heads": 2, "ffn_hidden_size": 16, "vocab_size": 32,
    "tied_embeddings": False, "gated_mlp": True, "base_num_parameters": 1000, "precision": "int8",
}  # fmt: skip
BEFORE = {
    "description": "it's a & b < c",
    "spec": SPEC,
    "finetuning_type": "lora",
    "base_model": "base",
    "api_endpoint": {"url": "https://E.example.com", "model_id": "m", "format": "openai"},
    "backend_format": "OPENAI_CHAT",
    "prompt": {"system_prompt": "kind", "inference_params": {"temperature": 1, "zz": 1}},
    "custom_fields": {"a": 1, "nested": {"x": None, "y": [1, None]}},
    "ownership": {"team": "risk"},
    "model_providers": ["default/b", "default/a"],
    "trust_remote_code": True,
}
AFTER = {
    "description": "new",
    "spec": {**SPEC, "num_layers": 3},
    "finetuning_type": "dpo",
    "base_model": "other",
    "api_endpoint": {"url": "https://f.example.com/x y", "model_id": "n", "format": "nvidia"},
    "backend_format": "ANTHROPIC_MESSAGES",
    "prompt": {"system_prompt": "short"},
    "custom_fields": {"a": 2, "b": True},
    "ownership": {"team": "fraud"},
    "model_providers": ["default/c"],
    "trust_remote_code": False,
}
STUCK = {"spec": AFTER["spec"], "finetuning_type": "dpo"}
CLEARED = {
    "description": "",
    "base_model": None,
    "api_endpoint": dict.fromkeys(["url", "model_id", "api_key", "format"]),
    "backend_format": None,
    "custom_fields": {},
    "ownership": {},
    "model_providers": [],
    "trust_remote_code": False,
}


def test_every_field_of_an_entity_is_set_changed_and_cleared(new_stack, nemo, unique):
    stack = new_stack(NMP_BASE_URL=nemo.url)
    there = f"{nemo.target}/apis/models/v2/workspaces/default/models/{unique}"
    for fields in (BEFORE, AFTER, STUCK):
        stack.program(f'nemo.ModelEntity("it", name="{unique}", **{fields!r})').up()
        live = httpx.get(there).json()
        for name in ("description", "finetuning_type", "backend_format", "trust_remote_code"):
            assert live[name] == fields.get(name, CLEARED.get(name))
        assert live["spec"]["num_layers"] == fields["spec"]["num_layers"]
        assert live["model_providers"] == fields.get("model_providers", [])
    assert {name: live[name] for name in CLEARED} == CLEARED
    assert set(live["prompt"].values()) == {None}
    assert stack.plans_nothing()
    stack.destroy()


def test_what_cannot_be_changed_in_place_is_replaced_only_where_that_is_allowed(
    new_stack, nemo, unique
):
    stack = new_stack(NMP_BASE_URL=nemo.url)
    projects = f"{nemo.target}/apis/entities/v2/workspaces/default/projects"
    there = f"{nemo.target}/apis/models/v2/workspaces/default/models/{unique}"
    for project in (f"{unique}-a", f"{unique}-b"):
        httpx.post(projects, json={"name": project}).raise_for_status()
    program = 'nemo.ModelEntity("it", name="{0}", project="{0}-{1}", allow_recreate={2})'
    stack.program(program.format(unique, "a", False)).up()
    first = httpx.get(there).json()["id"]

    refused = stack.program(program.format(unique, "b", False)).preview(check=False)
    assert refused.code != 0
    assert "cannot be changed after creation" in refused.text
    assert "allow_recreate=True" in refused.text
    assert httpx.get(there).json()["id"] == first

    assert stack.program(program.format(unique, "b", True)).up().counts["replaced"] == 1
    now = httpx.get(there).json()
    assert now["id"] != first
    assert now["project"] == f"{unique}-b"
    stack.destroy()


def test_a_fileset_is_changed_in_place_and_released_without_clearing(
    new_stack, nemo_files_server, unique
):
    base = nemo_files_server.url
    there = f"{base}/apis/models/v2/workspaces/default/models/{unique}"
    for name in (f"{unique}-a", f"{unique}-b"):
        body = {"name": name}
        files = f"{base}/apis/files/v2/workspaces/default/filesets"
        httpx.post(files, json=body).raise_for_status()
        httpx.put(f"{files}/{name}/-/weights", content=b"w").raise_for_status()
    stack = new_stack(NMP_BASE_URL=base)
    for given in (f'fileset="default/{unique}-a"', f'fileset="default/{unique}-b"'):
        stack.program(f'nemo.ModelEntity("it", name="{unique}", {given})').up()
        assert httpx.get(there).json()["fileset"] in given
    stack.program(f'nemo.ModelEntity("it", name="{unique}", release=["fileset"])').up()
    assert httpx.get(there).json()["fileset"] == f"default/{unique}-b"
    stack.destroy()


PARTLY = """
    first = pulumi.Output.from_input("risk")
    m = mlflow.RegisteredModel("m", name="{name}", tags={{"team": first}}{more})
    pulumi.export("shown", [m.description, m.tags, m.on_conflict, m.delete_policy])
    pulumi.export("created", m.creation_timestamp.apply(lambda at: at > 0))
"""


def test_an_argument_left_out_reads_as_none_unless_the_engine_keeps_it(new_stack, mlflow, unique):
    stack = new_stack(MLFLOW_TRACKING_URI=mlflow.url)

    def shown(more: str) -> list[object]:
        stack.program(PARTLY.format(name=unique, more=more)).up()
        outputs = next(r for r in stack.state() if r["type"] == "pulumi:pulumi:Stack")["outputs"]
        assert outputs["created"] is True
        return outputs["shown"]

    assert shown("") == [None, {"team": "risk"}, None, None]
    assert shown(', description="d", on_conflict="adopt"') == ["d", {"team": "risk"}, "adopt", None]
    kept = ', opts=pulumi.ResourceOptions(ignore_changes=["description"])'
    assert shown(kept) == ["d", {"team": "risk"}, None, None]


FILLED_IN = """
    def tagged(args):
        props = {**args.props, "tags": {**(args.props["tags"] or {}), "by": "everyone"}}
        return pulumi.ResourceTransformationResult(props, args.opts)

    opts = pulumi.ResourceOptions(ignore_changes=["description"], transformations=[tagged])
    m = mlflow.RegisteredModel("UNIQUE", opts=opts)
    e = nemo.ModelEntity("UNIQUE")
    pulumi.export("shown", [m.name, m.tags, e.name, e.workspace])
"""


def test_what_is_filled_in_reads_as_it_is(new_stack, mlflow, nemo, unique):
    stack = new_stack(MLFLOW_TRACKING_URI=mlflow.url, NMP_BASE_URL=nemo.url)
    stack.program(FILLED_IN.replace("UNIQUE", unique)).up()
    outputs = next(r for r in stack.state() if r["type"] == "pulumi:pulumi:Stack")["outputs"]
    assert outputs["shown"] == [unique, {"by": "everyone"}, unique, "default"]
