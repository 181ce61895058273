"""OpenMetadata's services: connections and their secrets, children, bots, policies."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import pytest

from laws.openmetadata_worlds import MlServiceWorld
from laws.stacks import CheckFailed, Stack
from laws.test_nothing_planned import settle
from laws.titles import MLSERVICES, law
from pulumi_mlregistry.reconcile.errors import (
    AlreadyExists,
    Conflict,
    HasChildren,
    NotAllowed,
    RegistryError,
    Rejected,
)

NEW = ("mlservice-om2",)
PASSWORD, KEY, NEXT = "canary-password", "canary-aws-key", "canary-next-key"
SAGEMAKER: dict[str, Any] = {
    "awsConfig": {"awsRegion": "eu-west-1", "awsAccessKeyId": "AK", "awsSecretAccessKey": KEY}
}
CONFIGS: dict[str, dict[str, Any]] = {
    "Mlflow": {"trackingUri": "http://h:1", "registryUri": f"mysql://u:{PASSWORD}@h/db"},
    "Sklearn": {},
    "SageMaker": SAGEMAKER,
    "CustomMlModel": {"sourcePythonClass": "a.B", "connectionOptions": {"k": PASSWORD}},
    "VertexAI": {
        "location": "europe-west1",
        "credentials": {
            "gcpConfig": {"type": "service_account", "projectId": "p", "privateKey": KEY}
        },
    },
}


def service(world: MlServiceWorld, kind: str, **more: Any) -> dict[str, Any]:
    """A declaration of a service of a type, with its connection."""
    config = CONFIGS[kind]
    return {"name": world.name(), "serviceType": kind, "connection": {"config": config}, **more}


def stored(world: MlServiceWorld, id_: str) -> dict[str, Any]:
    """The connection's configuration in the clear, as bots see it."""
    headers = {"authorization": f"Bearer {world.server.tokens['ingestion-bot']}"}
    answer = world.http.get(f"/api/v1/{world.collection}/{id_}", headers=headers)
    config: dict[str, Any] = answer.raise_for_status().json()["connection"]["config"]
    return config


@law(5, 15, on=MLSERVICES)
@pytest.mark.parametrize("kind", CONFIGS)
def test_a_service_of_each_type_plans_nothing(world: MlServiceWorld, kind: str) -> None:
    declared = service(
        world, kind, displayName="D", description="d", domain="Risk", tags=["Stage.Draft"],
        owners=[{"type": "team", "name": "risk"}],
    )  # fmt: skip
    stack = Stack(world)
    if world.old and kind == "VertexAI":
        with pytest.raises(Rejected, match="VertexAI is younger"):
            stack.up({"m": declared})
        return
    stack.up({"m": declared})
    world.sent()
    assert stack.up({"m": declared}) == ["same m"]
    assert world.sent() == []
    stack.refresh()
    assert stack.log == []
    assert stack.up({"m": declared}) == ["same m"]
    assert stored(world, stack["m"].id)["type"] == kind


@law(5, 25, on=MLSERVICES)
def test_an_imported_service_without_secrets_plans_nothing(world: MlServiceWorld) -> None:
    settle(world, {"name": world.name(), "serviceType": "Sklearn"})


@law(1, 29, on=MLSERVICES)
def test_required_keys_are_checked_before_any_request(world: MlServiceWorld) -> None:
    for kind, config, paths in (
        ("Mlflow", {}, {"connection.config.trackingUri", "connection.config.registryUri"}),
        ("SageMaker", {}, {"connection.config.awsConfig"}),
        ("SageMaker", {"awsConfig": {}}, {"connection.config.awsConfig.awsRegion"}),
        ("VertexAI", {"credentials": {}}, {"connection.config.credentials.gcpConfig",
                                           "connection.config.location"}),
        ("Sklearn", {"type": "Mlflow"}, {"connection.config.type"}),
    ):  # fmt: skip
        declared = {"name": "n", "serviceType": kind, "connection": {"config": config}}
        with pytest.raises(CheckFailed) as caught:
            Stack(world).up({"m": declared})
        assert {f.path for f in caught.value.failures} == paths
    assert world.sent() == []


@law(37, 26, 5, on=MLSERVICES)
def test_a_masked_secret_is_neither_drift_nor_written_back(world: MlServiceWorld) -> None:
    declared = service(world, "SageMaker")
    stack = Stack(world)
    stack.up({"m": declared})
    id_ = stack["m"].id
    found = world.look(id_)
    assert found is not None
    assert found["connection"]["config"]["awsConfig"]["awsSecretAccessKey"] == "*********"
    stack.refresh()
    assert stack.log == []
    assert stack.up({"m": declared}) == ["same m"]
    stack.up({"m": {**declared, "description": "second"}})
    assert stored(world, id_)["awsConfig"]["awsSecretAccessKey"] == KEY
    rotated = {"awsConfig": {**SAGEMAKER["awsConfig"], "awsSecretAccessKey": NEXT}}
    rotated_now = {**declared, "description": "second", "connection": {"config": rotated}}
    key = "connection.config.awsConfig.awsSecretAccessKey"
    assert stack.plans("m", rotated_now, key)
    assert key in stack.shown("m", rotated_now)
    assert KEY not in stack.shown("m", rotated_now)
    assert NEXT not in stack.shown("m", rotated_now)
    stack.up({"m": rotated_now})
    assert stored(world, id_)["awsConfig"]["awsSecretAccessKey"] == NEXT
    region = {"awsConfig": {**rotated["awsConfig"], "awsRegion": "us-east-1"}}
    stack.up({"m": {**rotated_now, "connection": {"config": region}}})
    kept = stored(world, id_)["awsConfig"]
    assert (kept["awsSecretAccessKey"], kept["awsRegion"]) == (NEXT, "us-east-1")


@law(26, 5, on=MLSERVICES)
def test_a_bot_sees_secrets_in_the_clear_and_they_are_no_drift_either(
    world: MlServiceWorld,
) -> None:
    declared = service(world, "SageMaker")
    stack = Stack(world)
    stack.up({"m": declared})
    stack.keys = {"openmetadataToken": world.server.tokens["ingestion-bot"]}
    stack.refresh()
    assert stack.log == []
    assert stack.up({"m": declared}) == ["same m"]
    stolen = {**stored(world, stack["m"].id)["awsConfig"], "awsSecretAccessKey": "canary-theirs"}
    world.patch(stack["m"].id, {"op": "add", "path": "/connection/config/awsConfig",
                                "value": stolen})  # fmt: skip
    stack.refresh()
    (line,) = stack.log
    assert "connection" in line
    assert "canary" not in line


@law(8, 17, 26, on=MLSERVICES)
def test_keys_that_others_add_to_a_connection_survive(world: MlServiceWorld) -> None:
    declared = service(world, "SageMaker")
    stack = Stack(world)
    stack.up({"m": declared})
    id_ = stack["m"].id
    world.patch(id_, {"op": "add", "path": "/connection/config/awsConfig/profileName",
                      "value": "theirs"})  # fmt: skip
    stack.refresh()
    assert stack.log == []
    region = {"awsConfig": {**SAGEMAKER["awsConfig"], "awsRegion": "us-east-1"}}
    stack.up({"m": {**declared, "connection": {"config": region}}})
    kept = stored(world, id_)["awsConfig"]
    assert (kept["profileName"], kept["awsSecretAccessKey"]) == ("theirs", KEY)
    fewer = {"awsConfig": {"awsRegion": "us-east-1"}}
    stack.up({"m": {**declared, "connection": {"config": fewer}}})
    kept = stored(world, id_)["awsConfig"]
    assert kept["profileName"] == "theirs"
    assert "awsAccessKeyId" not in kept
    assert "awsSecretAccessKey" not in kept


@law(26, 29, on=MLSERVICES)
def test_no_secret_of_a_connection_is_in_an_error_a_record_or_a_diff(
    world: MlServiceWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for kind in ("Mlflow", "SageMaker", "CustomMlModel"):
        declared = service(world, kind)
        stack = Stack(world)
        body = {"code": 400, "message": f"bad {KEY if kind == 'SageMaker' else PASSWORD}"}
        world.proxy.fault(kind="answer", method="POST", status=400, body=body)
        with pytest.raises(RegistryError) as refused:
            stack.up({"m": declared})
        stack.up({"m": declared})
        world.proxy.fault(kind="answer", method="PATCH", status=400, body=body)
        other = {**CONFIGS[kind], "mlModelFilterPattern": {"includes": [".*"]}}
        with pytest.raises(RegistryError) as caught:
            stack.up({"m": {**declared, "connection": {"config": other}}})
        for error in (refused, caught):
            text = "".join(traceback.format_exception(error.value)) + repr(error.value)
            assert PASSWORD not in text
            assert KEY not in text
        assert world.count(declared["name"]) == 1
    records = " ".join(r.getMessage() for r in caplog.records)
    assert PASSWORD not in records
    assert KEY not in records


@law(17, 26, on=MLSERVICES)
def test_a_conflict_in_a_connection_shows_no_value(world: MlServiceWorld) -> None:
    declared = service(world, "Mlflow")
    stack = Stack(world)
    stack.up({"m": declared})
    world.patch(stack["m"].id, {"op": "add", "path": "/connection/config/trackingUri",
                                "value": "http://canary-theirs"})  # fmt: skip
    ours = {"config": {**CONFIGS["Mlflow"], "trackingUri": "http://canary-ours"}}
    with pytest.raises(Conflict, match=r"connection.*\[secret\].*by bob") as caught:
        stack.up({"m": {**declared, "connection": ours}})
    assert "canary" not in str(caught.value)


@law(11, 26, on=MLSERVICES)
def test_an_adopted_service_gets_the_declared_secret(world: MlServiceWorld) -> None:
    declared = service(world, "SageMaker")
    theirs = {"type": "SageMaker", "awsConfig": {**SAGEMAKER["awsConfig"]}}
    theirs["awsConfig"]["awsSecretAccessKey"] = "canary-theirs"
    body = {"name": declared["name"], "serviceType": "SageMaker", "connection": {"config": theirs}}
    id_ = world.call("POST", world.collection, body)["id"]
    for policy in ("fail", "adopt_if_equal"):
        with pytest.raises(AlreadyExists) as caught:
            Stack(world).up({"m": {**declared, "onConflict": policy}})
        assert "canary" not in str(caught.value)
    stack = Stack(world)
    stack.up({"m": {**declared, "onConflict": "adopt"}})
    assert stack["m"].id == id_
    assert stored(world, id_)["awsConfig"]["awsSecretAccessKey"] == KEY
    stack.refresh()
    assert stack.up({"m": {**declared, "onConflict": "adopt"}}) == ["same m"]


@law(25, 26, on=MLSERVICES)
def test_an_imported_service_gets_the_secret_that_the_program_declares(
    world: MlServiceWorld,
) -> None:
    declared = service(world, "SageMaker")
    first = Stack(world)
    first.up({"m": declared})
    stack = Stack(world)
    stack.take("m", declared["name"])
    assert stack["m"].id == first["m"].id
    assert "awsSecretAccessKey" in stack.shown("m", declared)
    assert KEY not in stack.shown("m", declared)
    stack.up({"m": declared})
    stack.refresh()
    assert stack.log == []
    assert stack.up({"m": declared}) == ["same m"]


@law(13, 26, on=MLSERVICES)
def test_a_lost_reply_of_a_create_with_secrets_is_found_again(world: MlServiceWorld) -> None:
    declared = service(world, "SageMaker", tags=["Stage.Draft"])  # 1.2 drops the tag
    world.proxy.fault(kind="lost", method="POST", path=world.create)
    stack = Stack(world)
    stack.up({"m": declared})
    assert "__adopted" not in stack["m"].outputs
    assert stack.up({"m": declared}) == ["same m"]


@law(7, 29, on=MLSERVICES)
def test_a_service_keeps_its_type_and_its_connection(world: MlServiceWorld) -> None:
    declared = service(world, "Mlflow")
    stack = Stack(world)
    stack.up({"m": declared})
    for changed, path in (
        ({**service(world, "Sklearn"), "name": declared["name"]}, "serviceType"),
        ({k: v for k, v in declared.items() if k != "connection"}, "connection"),
    ):
        with pytest.raises(CheckFailed, match=r"its models.*allow_recreate=True") as caught:
            stack.up({"m": changed})
        assert caught.value.failures[0].path == path
    other = {**service(world, "Sklearn"), "name": declared["name"], "allowRecreate": True}
    before = stack["m"].id
    stack.up({"m": other})
    assert stack["m"].id != before
    assert stored(world, stack["m"].id)["type"] == "Sklearn"


@law(34, 21, 17, 29, on=MLSERVICES)
def test_a_colleagues_model_keeps_its_service_from_being_deleted(world: MlServiceWorld) -> None:
    declared = service(world, "Sklearn")
    stack = Stack(world)
    stack.up({"m": declared})
    model = world.model(declared["name"], "theirs")
    with pytest.raises(HasChildren, match=rf"model {declared['name']}\.theirs.*recursive=True"):
        stack.destroy()
    assert world.http.get(f"/api/v1/mlmodels/{model}").status_code == 200
    stack.up({"m": {**declared, "recursive": True}})
    stack.destroy()
    assert world.http.get(f"/api/v1/mlmodels/{model}").status_code == 404
    path = f"/api/v1/mlmodels/{model}"
    assert world.http.get(path, params={"include": "all"}).json()["deleted"] is True


@law(34, 21, 17, on=MLSERVICES)
def test_soft_deleted_models_stop_a_hard_delete_and_no_soft_one(world: MlServiceWorld) -> None:
    for policy in ("hard", "soft"):
        declared = service(world, "Sklearn", deletePolicy=policy)
        stack = Stack(world)
        stack.up({"m": declared})
        model = world.model(declared["name"], "theirs")
        world.call("DELETE", f"mlmodels/{model}")
        if policy == "hard":
            with pytest.raises(HasChildren, match=r"theirs \(soft-deleted\)"):
                stack.destroy()
        else:
            stack.destroy()
            assert world.look_deleted(declared["name"])
        path = f"/api/v1/mlmodels/{model}"
        assert world.http.get(path, params={"include": "all"}).status_code == 200


@law(36, 11, 29, on=MLSERVICES)
def test_a_soft_deleted_service_is_named_and_restored_only_on_adopt(
    world: MlServiceWorld,
) -> None:
    declared = service(world, "SageMaker", description="d", tags=["Stage.Draft"])
    stack = Stack(world)
    stack.up({"m": declared})
    id_ = stack["m"].id
    stack.destroy()
    with pytest.raises(AlreadyExists, match=r"soft-deleted.*restore it"):
        Stack(world).up({"m": declared})
    assert world.look(id_) is None
    again = Stack(world)
    again.up({"m": {**declared, "onConflict": "adopt"}})
    assert again["m"].id == id_
    again.refresh()
    assert again.up({"m": {**declared, "onConflict": "adopt"}}) == ["same m"]


@law(45, 16, 29, on=NEW)
def test_what_a_bot_may_not_write_is_an_error_that_says_so(world: MlServiceWorld) -> None:
    declared = service(world, "Sklearn", displayName="Shown", description="first")
    bot = {"openmetadataToken": world.server.tokens["ingestion-bot"]}
    stack = Stack(world, keys=bot)
    stack.up({"m": declared})
    stack.up({"m": {**declared, "description": "second"}})
    assert world.description(stack["m"].id) == "second"
    with pytest.raises(NotAllowed, match=r"EditDisplayName.*the token is a bot's.*a user"):
        stack.up({"m": {**declared, "displayName": "Other", "description": "third"}})
    assert world.description(stack["m"].id) == "second"
    stack.keys = {}
    stack.up({"m": {**declared, "displayName": "Other", "description": "third"}})


@law(45, 16, 29, on=MLSERVICES)
def test_a_write_that_a_server_swallows_from_a_bot_says_why(world: MlServiceWorld) -> None:
    declared = service(world, "Sklearn", description="first")
    stack = Stack(world, keys={"openmetadataToken": world.server.tokens["ingestion-bot"]})
    stack.up({"m": declared})
    answer = world.look(stack["m"].id)
    world.proxy.fault(kind="answer", method="PATCH", status=200, body=answer or {})
    with pytest.raises(RegistryError, match=r"did not keep description: the token is a bot's"):
        stack.up({"m": {**declared, "description": "second"}})


@law(45, 29, on=MLSERVICES)
def test_a_user_who_may_not_write_is_told_so(world: MlServiceWorld) -> None:
    declared = service(world, "Sklearn")
    keys = {"openmetadataToken": world.server.tokens["carol"]}
    with pytest.raises(NotAllowed, match=r"not allowed.*openmetadataToken") as caught:
        Stack(world, keys=keys).up({"m": declared})
    assert "bot" not in str(caught.value)
    assert world.count(declared["name"]) == 0


@law(1, on=MLSERVICES)
def test_a_domain_beside_domains_is_refused(world: MlServiceWorld) -> None:
    declared = {**service(world, "Sklearn"), "domain": "Risk", "domains": ["Marketing"]}
    with pytest.raises(CheckFailed, match=r"domain: is given beside domains"):
        Stack(world).up({"m": declared})
