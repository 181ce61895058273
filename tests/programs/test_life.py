"""The whole life of each resource, by whole programs, on real servers, with both engines."""

from __future__ import annotations

import httpx

ENTITY = """
    nemo.ModelEntity(
        "it",
        name="{name}",
        description={description!r},
        api_endpoint={{"url": "HTTPS://E.Example.com:443/v1/../v2", "api_key": "s3cr3t-key"}},
        prompt={{"system_prompt": "be kind", "inference_params": {{"temperature": 1, "zz": 2}}}},
        custom_fields={{"team": "{team}", "nested": {{"a": None, "b": [1, None]}}}},
        model_providers=["default/b", "default/a"],
    )
"""
AWKWARD = "it's a & b < c"


def test_an_entity_lives_from_create_to_destroy(new_stack, nemo, unique):
    stack = new_stack(NMP_BASE_URL=nemo.url)
    there = f"{nemo.target}/apis/models/v2/workspaces/default/models/{unique}"
    stack.program(ENTITY.format(name=unique, description=AWKWARD, team="risk"))

    assert stack.up().counts == {"created": 2}
    assert httpx.get(there).json()["description"] == AWKWARD

    nemo.clear()
    assert stack.up().counts == {"unchanged": 2}
    assert nemo.requests == []
    stack.refresh()
    assert stack.plans_nothing()

    httpx.patch(there, json={"custom_fields": {"team": "risk", "nested": {}, "theirs": 1}})
    stack.refresh()
    assert stack.plans_nothing() or "theirs" not in stack.preview().text

    stack.program(ENTITY.format(name=unique, description="new", team="fraud"))
    nemo.clear()
    assert stack.up().counts == {"updated": 1, "unchanged": 1}
    assert [r.method for r in nemo.requests] == ["GET", "PATCH"]
    now = httpx.get(there).json()
    assert now["description"] == "new"
    assert now["custom_fields"]["team"] == "fraud"
    assert now["custom_fields"]["theirs"] == 1

    stack.program(f'nemo.ModelEntity("it", name="{unique}")')
    stack.up()
    now = httpx.get(there).json()
    assert now["description"] == ""
    assert now["custom_fields"] == {"theirs": 1}
    assert now["model_providers"] == []
    assert set(now["api_endpoint"].values()) == {None}
    assert stack.plans_nothing()

    stack.destroy()
    assert httpx.get(there).status_code == 404


def test_drift_is_shown_and_taken_back_and_a_deleted_entity_is_planned_again(
    new_stack, nemo, unique
):
    stack = new_stack(NMP_BASE_URL=nemo.url)
    there = f"{nemo.target}/apis/models/v2/workspaces/default/models/{unique}"
    stack.program(ENTITY.format(name=unique, description="ours", team="risk"))
    stack.up()

    httpx.patch(there, json={"description": "a colleague's"})
    refreshed = stack.refresh()
    assert "was changed outside: description" in refreshed.text
    planned = stack.preview()
    assert planned.counts == {"updated": 1, "unchanged": 1}
    assert "a colleague's" in planned.text
    stack.up()
    assert httpx.get(there).json()["description"] == "ours"

    httpx.delete(there)
    stack.refresh()
    assert stack.preview().counts == {"created": 1, "unchanged": 1}
    stack.up()
    assert httpx.get(there).status_code == 200
    stack.destroy()
    assert httpx.get(there).status_code == 404


VERSION = """
    model = mlflow.RegisteredModel(
        "model", name="{name}", description={text!r}, tags={{"t": "{tag}"}}
    )
    version = mlflow.ModelVersion(
        "version",
        name=model.name,
        source="{source}",
        description={text!r},
        tags={{"digest": "abc", "n": {number}}},
        stage={stage!r},
    )
    pulumi.export("version", version.version)
"""


def test_a_version_lives_from_create_to_destroy(new_stack, mlflow, unique):
    stack = new_stack(MLFLOW_TRACKING_URI=mlflow.url)
    api = f"{mlflow.target}/api/2.0/mlflow"
    first = {"name": unique, "text": AWKWARD, "tag": "x", "number": 5, "stage": None}
    first["source"] = "oci://bucket@ns/one"
    stack.program(VERSION.format(**first))

    assert stack.up().counts == {"created": 3}
    mlflow.clear()
    assert stack.up().counts == {"unchanged": 3}
    assert mlflow.requests == []
    stack.refresh()
    assert stack.plans_nothing()

    tag = {"name": unique, "version": "1", "key": "theirs", "value": "kept"}
    httpx.post(f"{api}/model-versions/set-tag", json=tag).raise_for_status()
    stack.program(VERSION.format(**{**first, "text": "new", "number": 6, "stage": "production"}))
    assert stack.up().counts == {"updated": 2, "unchanged": 1}
    now = _version(api, unique, 1)
    assert (now["description"], now["current_stage"]) == ("new", "Production")
    tags = {t["key"]: t["value"] for t in now["tags"]}
    assert (tags["n"], tags["theirs"]) == ("6", "kept")
    assert stack.plans_nothing()
    stack.refresh()
    assert stack.plans_nothing()

    stack.program(
        f"""
        model = mlflow.RegisteredModel("model", name="{unique}")
        mlflow.ModelVersion("version", name=model.name, source="oci://bucket@ns/one")
        """
    )
    stack.up()
    now = _version(api, unique, 1)
    assert now.get("description", "") == ""
    assert now["current_stage"] == "None"
    assert {t["key"] for t in now["tags"]} == {"theirs", "mlregistry.owner"}

    stack.destroy()
    gone = httpx.get(f"{api}/registered-models/get", params={"name": unique})
    assert gone.json()["error_code"] == "RESOURCE_DOES_NOT_EXIST"


def test_a_replaced_version_stays_and_destroy_deletes_only_what_the_stack_holds(
    new_stack, mlflow, unique
):
    stack = new_stack(MLFLOW_TRACKING_URI=mlflow.url)
    api = f"{mlflow.target}/api/2.0/mlflow"
    program = f"""
        model = mlflow.RegisteredModel("model", name="{unique}", recursive=True)
        mlflow.ModelVersion("version", name=model.name, source="oci://bucket@ns/SOURCE")
    """
    for source in ("one", "two", "one"):
        stack.program(program.replace("SOURCE", source))
        stack.up()
    assert [_version(api, unique, n)["source"][-3:] for n in (1, 2, 3)] == ["one", "two", "one"]
    assert stack.resources()["version"]["version"] == "3"
    stack.destroy()


def test_an_alias_source_is_resolved_once_and_is_never_drift(new_stack, mlflow, unique):
    stack = new_stack(MLFLOW_TRACKING_URI=mlflow.url)
    api = f"{mlflow.target}/api/2.0/mlflow"
    base = f'model = mlflow.RegisteredModel("model", name="{unique}", recursive=True)\n'
    stack.program(
        base + f'v = mlflow.ModelVersion("v", name="{unique}", source="oci://b@n/1",'
        " opts=pulumi.ResourceOptions(depends_on=[model]))"
    )
    stack.up()
    alias = {"name": unique, "alias": "champion", "version": "1"}
    httpx.post(f"{api}/registered-models/alias", json=alias).raise_for_status()
    (stack.folder / "__main__.py").open("a").write(
        f'\nmlflow.ModelVersion("w", name="{unique}", source="models:/{unique}@champion",'
        " opts=pulumi.ResourceOptions(depends_on=[v]))\n"
    )
    stack.up()
    outputs = stack.resources()["w"]
    assert outputs["source"] == f"models:/{unique}@champion"
    assert outputs["resolvedSource"] == f"models:/{unique}/1"
    assert stack.plans_nothing()
    stack.refresh()
    assert stack.plans_nothing()
    stack.destroy()


def _version(api: str, name: str, number: int) -> dict:
    found = httpx.get(
        f"{api}/model-versions/get", params={"name": name, "version": str(number)}
    ).raise_for_status()
    return found.json()["model_version"]
