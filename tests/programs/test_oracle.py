"""Oracle's dialect by whole programs: signed requests, tokens, tags in one call."""

from __future__ import annotations

from support.front import FrontControls

VERSION = """
    model = mlflow.RegisteredModel("model", name="{name}", tags={{"a": "1"}})
    mlflow.ModelVersion(
        "version", name=model.name, source="oci://b@n/1", description={text!r}, tags={tags!r}
    )
"""


def test_a_version_lives_at_oracle_by_its_verbs(new_stack, oracle_server, unique):
    front = FrontControls(oracle_server.url)
    stack = new_stack(**oracle_server.environment)
    front.reset()
    stack.program(VERSION.format(name=unique, text="it's a & b", tags={"x": "1", "y": "2"})).up()
    posts = [e for e in front.writes() if unique in e["body"]]
    assert [e["operation"] for e in posts] == ["registered-models/create", "model-versions/create"]
    assert all({"opc-retry-token", "opc-request-id"} <= set(e["headers"]) for e in posts)

    front.reset()
    assert stack.up().counts == {"unchanged": 3}
    assert front.log() == []

    stack.program(VERSION.format(name=unique, text="new", tags={"x": "3"})).up()
    assert [e["operation"] for e in front.writes()] == [
        "model-versions/update",
        "internal/model-versions/update-tags",
    ]
    stack.refresh()
    assert stack.plans_nothing()

    stack.program(
        f"""
        model = mlflow.RegisteredModel("model", name="{unique}")
        mlflow.ModelVersion("version", name=model.name, source="oci://b@n/1")
        """
    ).up()
    left = stack.resources()["version"]
    assert "description" not in left
    assert "tags" not in left
    assert stack.plans_nothing()
    stack.destroy()


def test_another_platform_is_an_error_and_never_an_empty_state(new_stack, oracle_server, unique):
    stack = new_stack(**oracle_server.environment)
    stack.program(f'mlflow.RegisteredModel("model", name="{unique}")').up()
    ours = stack.environment["MLREGISTRY_ORACLE_PLATFORM_ID"]
    stack.environment["MLREGISTRY_ORACLE_PLATFORM_ID"] = "ocid1.aidataplatform.oc1.iad.other"
    refused = stack.refresh(check=False)
    assert refused.code != 0
    assert ours in refused.text
    stack.environment["MLREGISTRY_ORACLE_PLATFORM_ID"] = ours
    assert stack.plans_nothing()
    stack.destroy()
