"""Services in both forms: their connections, and their models that go and come with them."""

from __future__ import annotations

from sandbox.openmetadata.registry import (
    BOT,
    MODELS,
    SERVICE,
    SERVICES,
    Registry,
    add,
    change,
    message,
)


def test_putting_a_service_revives_all_its_models(either: Registry) -> None:
    service = either.service()["id"]
    assert either.call("DELETE", f"{SERVICES}/{service}").status_code == 400
    either.call("DELETE", f"{SERVICES}/{service}?recursive=true")
    assert either.call("GET", f"{MODELS}/name/s.m").status_code == 404
    refused = either.put_model()
    assert message(refused) == "mlmodelService instance for s not found"
    either.put(SERVICES, SERVICE)
    assert either.model()["deleted"] is False


def test_a_changed_connection_replaces_the_stored_one_without_showing_it(
    either: Registry,
) -> None:
    config = {"type": "Mlflow", "trackingUri": "http://other"}
    answer = either.put(SERVICES, SERVICE | {"connection": {"config": config}})
    assert change(answer) == "entityUpdated"
    assert answer.json()["changeDescription"]["fieldsUpdated"] == [
        {
            "name": "connection",
            "oldValue": '"old-encrypted-value"',
            "newValue": '"new-encrypted-value"',
        }
    ]
    assert "registryUri" not in either.service()["connection"]["config"]


def test_leaving_a_secret_out_deletes_it(either: Registry) -> None:
    aws = {"awsRegion": "eu", "awsSecretAccessKey": "hush"}
    config = {"type": "SageMaker", "awsConfig": aws}
    body = {"name": "sm", "serviceType": "SageMaker", "connection": {"config": config}}
    either.post(SERVICES, body)
    config["awsConfig"] = {"awsRegion": "eu"}
    assert change(either.put(SERVICES, body)) == "entityUpdated"
    shown = either.service("sm", BOT)["connection"]["config"]["awsConfig"]
    assert "awsSecretAccessKey" not in shown


def test_a_masked_secret_survives_a_patch_of_something_else(either: Registry) -> None:
    config = {"type": "SageMaker", "awsConfig": {"awsSecretAccessKey": "hush"}}
    body = {"name": "sm", "serviceType": "SageMaker", "connection": {"config": config}}
    service = either.post(SERVICES, body).json()
    assert service["connection"]["config"]["awsConfig"]["awsSecretAccessKey"] == "*********"
    either.patch(add("/description", "d"), path=f"{SERVICES}/{service['id']}")
    shown = either.service("sm", BOT)
    assert shown["connection"]["config"]["awsConfig"]["awsSecretAccessKey"] == "hush"
    assert shown["version"] == 0.2


def test_a_service_patch_changes_one_key_of_the_connection(either: Registry) -> None:
    path = f"{SERVICES}/{either.service()['id']}"
    answer = either.patch(add("/connection/config/trackingUri", "http://n"), path=path)
    assert change(answer) == "entityUpdated"
    assert either.service()["connection"]["config"]["trackingUri"] == "http://n"
    assert either.patch(add("/connection/config/bogus", 1), path=path).status_code == 400
