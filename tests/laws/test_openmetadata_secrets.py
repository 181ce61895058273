"""Secrets in OpenMetadata's connections: masks, other people's rotations, texts that quote them."""

from __future__ import annotations

from typing import Any

import pytest

from laws.openmetadata_worlds import MlServiceWorld
from laws.stacks import CheckFailed, Stack
from laws.test_openmetadata_services import CONFIGS, KEY, SAGEMAKER, service, stored
from laws.titles import MLSERVICES, law
from pulumi_mlregistry.reconcile.errors import RegistryError

MASK = "*********"
PEM = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEF\n"quoted"\\x\n-----END-----'


@law(37, 26, 5, on=MLSERVICES)
def test_an_imported_mask_is_no_drift_for_whoever_reads(world: MlServiceWorld) -> None:
    declared = service(world, "SageMaker")
    Stack(world).up({"m": declared})
    stack = Stack(world)
    stack.take("m", declared["name"])
    assert MASK not in str(stack["m"].outputs)
    stack.keys = {"openmetadataToken": world.server.tokens["ingestion-bot"]}
    stack.refresh()
    assert stack.log == []
    stack.up({"m": declared})
    stack.keys = {}
    stack.refresh()
    assert stack.log == []


@law(37, 1, 26, on=MLSERVICES)
def test_a_mask_is_refused_where_a_secret_belongs(world: MlServiceWorld) -> None:
    config = {"awsConfig": {**SAGEMAKER["awsConfig"], "awsSecretAccessKey": MASK}}
    with pytest.raises(CheckFailed, match=r"awsSecretAccessKey: is the mask"):
        Stack(world).up({"m": {**service(world, "SageMaker"), "connection": {"config": config}}})
    assert world.sent() == []


@law(37, 26, 16, on=MLSERVICES)
def test_the_declared_secret_is_sent_and_never_its_mask(world: MlServiceWorld) -> None:
    declared = service(world, "SageMaker")
    stack = Stack(world)
    stack.up({"m": declared})
    theirs = {**stored(world, stack["m"].id)["awsConfig"], "awsSecretAccessKey": "theirs"}
    operation = {"op": "add", "path": "/connection/config/awsConfig", "value": theirs}
    world.patch(stack["m"].id, operation)
    world.sent()
    region = {"awsConfig": {**SAGEMAKER["awsConfig"], "awsRegion": "us-east-1"}}
    stack.up({"m": {**declared, "connection": {"config": region}}})
    (write,) = world.proxy.writes()
    assert MASK not in str(write.json)
    assert stored(world, stack["m"].id)["awsConfig"]["awsSecretAccessKey"] == KEY


@law(5, 25, on=MLSERVICES)
@pytest.mark.parametrize("kind", ["Mlflow", "Sklearn", "CustomMlModel"])
def test_an_imported_service_of_the_same_program_plans_nothing(
    world: MlServiceWorld, kind: str
) -> None:
    declared = service(world, kind)
    Stack(world).up({"m": declared})
    world.sent()
    stack = Stack(world)
    stack.take("m", declared["name"])
    assert not stack.preview("m", declared).any
    stack.up({"m": declared})
    assert world.proxy.writes() == []


@law(17, 5, on=MLSERVICES)
def test_a_default_declared_later_is_written_without_a_conflict(world: MlServiceWorld) -> None:
    declared = service(world, "Mlflow")
    stack = Stack(world)
    stack.up({"m": declared})
    off = {"config": {**CONFIGS["Mlflow"], "supportsMetadataExtraction": False}}
    stack.up({"m": {**declared, "connection": off}})
    assert stored(world, stack["m"].id)["supportsMetadataExtraction"] is False
    assert stack.up({"m": {**declared, "connection": off}}) == ["same m"]


SHOWN: dict[str, tuple[str, dict[str, Any]]] = {
    "a key of one's own": ("CustomMlModel", {"password": "canary-1"}),
    "an option": ("CustomMlModel", {"connectionOptions": {"a": {"b": "canary-1"}}}),
    "an address": ("Mlflow", {"trackingUri": "canary-1", "registryUri": "r"}),
    "a session": ("SageMaker", {"awsConfig": {"awsRegion": "r", "awsSessionToken": "canary-1"}}),
    "a key of Google's": (
        "VertexAI",
        {"location": "l", "credentials": {"gcpConfig": {"privateKey": "canary-1"}}},
    ),
}


@law(26, on=("mlservice-om2",))
@pytest.mark.parametrize(("kind", "config"), SHOWN.values(), ids=SHOWN.keys())
def test_what_is_not_known_to_be_harmless_is_never_shown(
    world: MlServiceWorld, kind: str, config: dict[str, Any]
) -> None:
    declared = {"name": world.name(), "serviceType": kind, "connection": {"config": config}}
    stack = Stack(world)
    body = {"code": 400, "message": f"no: {config}"}
    world.proxy.fault(kind="answer", method="POST", status=400, body=body)
    with pytest.raises(RegistryError) as caught:
        stack.up({"m": declared})
    assert "canary" not in str(caught.value)
    stack.up({"m": declared})
    changed = eval(repr(declared).replace("canary-1", "canary-2"))
    assert "canary" not in stack.shown("m", changed)


@law(26, 29, on=MLSERVICES)
def test_a_key_of_many_lines_is_hidden_however_a_server_quotes_it(world: MlServiceWorld) -> None:
    declared = service(world, "CustomMlModel")
    declared["connection"] = {"config": {"connectionOptions": {"key": PEM}}}
    for message in (PEM, f"entity {declared!r}", " ".join(PEM.split()), "x" * 50_000):
        body = {"code": 500, "message": message}
        world.proxy.fault(kind="answer", method="POST", status=400, body=body)
        with pytest.raises(RegistryError) as caught:
            Stack(world).up({"m": declared})
        text = str(caught.value)
        assert "MIIEvQ" not in text
        assert "quoted" not in text
        assert len(text) < 2000
