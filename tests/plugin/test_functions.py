"""Functions, the schema, the configuration of a provider instance."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from plugin.engine import Failed, Stack, struct
from pulumi_mlregistry.plugin import wire
from pulumi_mlregistry.sandbox import Registry

ROOT = Path(__file__).parent.parent.parent


def invoke(stack: Stack, token: str, **arguments: Any) -> dict[str, Any]:
    """Call a function; its failures are an AssertionError."""
    request = provider_pb2.InvokeRequest(tok=f"mlregistry:{token}", args=struct(arguments))
    answer = stack.plugin.call("Invoke", request)
    assert not answer.failures, [(f.property, f.reason) for f in answer.failures]
    return wire.values_of(getattr(answer, "return"))


def told(stack: Stack, token: str, arguments: dict[str, Any]) -> str:
    """The error that a function ends with; empty where it answers."""
    try:
        invoke(stack, token.removeprefix("mlregistry:"), **arguments)
    except Failed as failed:
        return str(failed)
    return ""


def test_every_resource_can_be_looked_up(stack: Stack, unique: str) -> None:
    stack.up(
        {
            "e": ("nemo:ModelEntity", {"name": unique, "apiEndpoint": {"apiKey": "canary"}}),
            "m": ("mlflow:RegisteredModel", {"name": unique, "tags": {"team": "risk"}}),
            "v": ("mlflow:ModelVersion", {"name": unique, "source": "s3://b/x"}),
            "s": ("openmetadata:MlModelService", {"name": unique, "serviceType": "Sklearn"}),
            "l": ("openmetadata:MlModel", {"name": "m", "service": unique, "algorithm": "tree"}),
        }
    )
    entity = invoke(stack, "nemo:getModelEntity", name=unique)
    assert (entity["id"], entity["workspace"]) == (f"default/{unique}", "default")
    model = invoke(stack, "mlflow:getRegisteredModel", name=unique)
    assert model["tags"] == {"team": "risk"}
    version = invoke(stack, "mlflow:getModelVersion", name=unique, version="1")
    assert (version["source"], version["status"]) == ("s3://b/x", "READY")
    service = invoke(stack, "openmetadata:getMlModelService", name=unique)
    assert service["id"] == stack.resources["s"].id
    listed = invoke(stack, "openmetadata:getMlModel", service=unique, name="m")
    assert listed["algorithm"] == "tree"
    request = provider_pb2.InvokeRequest(
        tok="mlregistry:nemo:getModelEntity", args=struct({"name": unique})
    )
    answer = getattr(stack.plugin.call("Invoke", request), "return")
    assert wire.received(answer)[1] == [("apiEndpoint", "apiKey")], "a secret stays one"


def test_versions_are_listed_newest_first(stack: Stack, unique: str) -> None:
    versions = {
        f"v{number}": ("mlflow:ModelVersion", {"name": unique, "source": f"s3://b/{number}"})
        for number in (1, 2)
    }
    stack.up({"m": ("mlflow:RegisteredModel", {"name": unique}), **versions})
    found = invoke(stack, "mlflow:listModelVersions", name=unique)["items"]
    assert [(v["version"], v["source"]) for v in found] == [("2", "s3://b/2"), ("1", "s3://b/1")]
    assert invoke(stack, "mlflow:listModelVersions", name=f"{unique}-none") == {"items": []}


def test_what_is_not_there_or_not_asked_for_rightly_is_an_error(stack: Stack, unique: str) -> None:
    with pytest.raises(Failed, match=f"look up registered model {unique} .*: it is not there"):
        invoke(stack, "mlflow:getRegisteredModel", name=unique)
    with pytest.raises(AssertionError, match="version is required"):
        invoke(stack, "mlflow:getModelVersion", name=unique)
    with pytest.raises(AssertionError, match="nam is not an argument"):
        invoke(stack, "mlflow:getRegisteredModel", name=unique, nam="x")
    with pytest.raises(Failed, match="there is no function mlregistry:mlflow:getNothing"):
        invoke(stack, "mlflow:getNothing")


def test_the_schema_is_the_committed_one_and_names_every_function(stack: Stack) -> None:
    served = stack.plugin.call("GetSchema", provider_pb2.GetSchemaRequest()).schema
    assert served == (ROOT / "schema.json").read_text()
    schema = json.loads(served)
    for token, function in schema["functions"].items():
        arguments = dict.fromkeys(function["inputs"]["properties"], "no-such")
        assert "there is no function" not in told(stack, token, arguments)
    info = stack.plugin.call("GetPluginInfo", empty_pb2.Empty())
    assert info.version == metadata.version("pulumi-mlregistry")


def test_a_configuration_that_cannot_work_is_refused_before_any_request(stack: Stack) -> None:
    def refused(**values: Any) -> list[str]:
        request = provider_pb2.CheckRequest(
            urn="urn:pulumi:dev::proj::pulumi:providers:mlregistry::default", news=struct(values)
        )
        return [f.reason for f in stack.plugin.call("CheckConfig", request).failures]

    assert (
        refused(nemoUrl="http://x", version="1.2.3", **{"mlregistry:mlflowUrl": "http://y"}) == []
    )
    (reason,) = refused(nemoUrl="x")
    assert reason.startswith("mlregistry:nemoUrl is 'x'")
    (reason,) = refused(onConflict="maybe")
    assert "It is one of fail, adopt, adopt_if_equal" in reason
    assert refused(nemoAddress="http://x") == [
        "nemoAddress is not a configuration key of mlregistry"
    ]


def test_the_dynamic_doors_configuration_is_the_same_configuration(stack: Stack) -> None:
    def changed(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
        request = provider_pb2.DiffRequest(olds=struct(old), news=struct(new))
        answer = stack.plugin.call("DiffConfig", request)
        assert not answer.replaces
        return list(answer.diffs)

    dynamic = {"mlregistry:nemoUrl": "http://x", "other:key": "1"}
    assert changed(dynamic, {"nemoUrl": "http://x", "version": "1.0.0"}) == []
    assert changed(dynamic, {"nemoUrl": "http://y"}) == ["nemoUrl"]
    assert changed({"nemoToken": "a"}, {"nemoToken": "b"}) == ["nemoToken"]


def test_a_live_object_is_read_first_where_the_program_asks_for_it(
    stack: Stack, unique: str, nemobox_server: Registry
) -> None:
    stack.config["refreshBeforeUpdate"] = "true"
    stack.begin()
    request = provider_pb2.CreateRequest(
        urn=stack.urn("e", "nemo:ModelEntity"),
        properties=stack.check("e", "nemo:ModelEntity", {"name": unique}),
    )
    assert stack.plugin.call("Create", request).refresh_before_update
    del stack.config["refreshBeforeUpdate"]
    stack.begin()
    stack.read("e", "nemo:ModelEntity", f"default/{unique}")
    assert not stack.read("e", "nemo:ModelEntity").refresh_before_update
