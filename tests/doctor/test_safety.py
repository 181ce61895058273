"""The doctor reads and tells no secret, whatever is wrong."""

from __future__ import annotations

import base64

import pytest

from pulumi_mlregistry.devserver import unsigned_token
from pulumi_mlregistry.doctor.watching import Watched
from pulumi_mlregistry.reconcile.errors import Misconfigured
from pulumi_mlregistry.sandbox import Registry, Sandbox
from pulumi_mlregistry.transport.http import Http
from support.exchange import Request
from support.proxy import Proxy

from .conftest import Doctor

_TOKEN = unsigned_token("canary@example.com", iss="canary-issuer", seconds=-60)
_PASSWORD = "canary-password-7"


def test_only_gets_are_sent_also_where_something_is_wrong(doctor: Doctor, sandbox: Sandbox) -> None:
    for server in sandbox.servers.values():
        server.clear()
    doctor(sandbox.environment)
    doctor({**sandbox.environment, "OPENMETADATA_TOKEN": "no"})
    doctor(
        {
            "OPENMETADATA_URL": sandbox.servers["nemo"].url,
            "NMP_BASE_URL": sandbox.servers["mlflow"].url,
            "MLFLOW_TRACKING_URI": sandbox.servers["openmetadata"].url,
        }
    )
    sent = [entry["method"] for server in sandbox.servers.values() for entry in server.log()]
    assert len(sent) > 20
    assert set(sent) == {"GET"}


def test_a_write_is_stopped_before_it_is_sent(mlflowbox_server: Registry) -> None:
    mlflowbox_server.clear()
    watched = Watched(Http(mlflowbox_server.url))
    with pytest.raises(Misconfigured, match="only reads"):
        watched.call("POST", "/api/2.0/mlflow/registered-models/create", body={"name": "a"})
    watched.close()
    assert mlflowbox_server.log() == []


def _echo(request: Request) -> dict[str, object]:
    """An error in every API's form that repeats what was sent."""
    sent = f"cannot take {request.headers.get('authorization')}"
    return {"code": 401, "error_code": "UNAUTHENTICATED", "message": sent, "detail": sent}


@pytest.mark.parametrize("shown", [[], ["--json"]])
def test_no_credential_is_in_the_output_even_where_a_server_repeats_it(
    doctor: Doctor, om2_server: Registry, shown: list[str]
) -> None:
    user = f"alice:{_PASSWORD}"
    basic = base64.b64encode(user.encode()).decode()
    with Proxy(om2_server.url) as proxy:
        proxy.fault(kind="answer", times=99, status=401, body=_echo)
        said = doctor(
            {
                "OPENMETADATA_URL": proxy.url,
                "OPENMETADATA_TOKEN": _TOKEN,
                "NMP_BASE_URL": proxy.url,
                "NEMO_TOKEN": _TOKEN,
                "MLFLOW_TRACKING_URI": proxy.url.replace("//", f"//{user}@"),
            },
            *shown,
        )
    assert said.code == 1
    text = said.out + said.err
    for canary in (_TOKEN, *_TOKEN.split(".")[:2], _PASSWORD, basic):
        assert canary not in text


def test_the_wrong_address_is_not_shown_the_password_that_stands_in_it(doctor: Doctor) -> None:
    said = doctor({"MLFLOW_TRACKING_URI": f"htp://alice:{_PASSWORD}@registry"})
    assert said.code == 1
    assert _PASSWORD not in said.out + said.err


def test_who_is_suspected_to_be_another_product_is_asked_without_credentials(
    doctor: Doctor, nemobox_server: Registry
) -> None:
    with Proxy(nemobox_server.url) as proxy:
        doctor({"MLFLOW_TRACKING_URI": proxy.url, "MLFLOW_TRACKING_TOKEN": _TOKEN})
        probes = [
            r for r in proxy.requests if r.path in ("/cluster-info", "/api/v1/system/version")
        ]
    assert len(probes) == 2
    assert all("authorization" not in request.headers for request in probes)
