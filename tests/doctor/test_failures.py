"""Each way in which a registry is not usable: the line names the cause and the way out."""

from __future__ import annotations

import email.utils
import time
from pathlib import Path

import pytest

from pulumi_mlregistry.devserver import Server, unsigned_token
from pulumi_mlregistry.sandbox import Registry
from support.closed_port import ClosedPort
from support.proxy import Proxy
from support.tls import secure_server

from .conftest import Doctor

_PAGE = "<html><head><title>Log in</title></head></html>"


def test_nothing_configured_says_what_to_set(doctor: Doctor) -> None:
    said = doctor({})
    assert (said.code, said.out) == (2, "")
    for variable in (
        "OPENMETADATA_URL",
        "NMP_BASE_URL",
        "MLFLOW_TRACKING_URI",
        "MLREGISTRY_ORACLE",
    ):
        assert variable in said.err
    assert "pulumi config set mlregistry:openmetadataUrl" in said.err


def test_a_closed_port_and_an_unknown_name_are_told_apart(doctor: Doctor) -> None:
    closed = ClosedPort(0)
    port = closed._sockets[0].getsockname()[1]
    try:
        said = doctor(
            {
                "OPENMETADATA_URL": "http://registry.invalid",
                "MLFLOW_TRACKING_URI": f"http://127.0.0.1:{port}",
            }
        )
    finally:
        closed.close()
    assert said.code == 1
    (name,), (refused,) = said.failures("openmetadata"), said.failures("mlflow")
    assert name.startswith("fail openmetadata reach no connection:")
    assert "Is the host in mlregistry:openmetadataUrl right" in name
    assert "Connection refused" in refused
    assert "Is the server up, and the port in mlregistry:mlflowUrl right?" in refused


def test_silence_ends_in_time_and_does_not_hold_up_the_others(
    doctor: Doctor, mlflowbox_server: Registry, om2_server: Registry
) -> None:
    with Proxy(om2_server.url) as proxy:
        proxy.fault(kind="stall", times=99)
        started = time.monotonic()
        said = doctor(
            {"OPENMETADATA_URL": proxy.url, **mlflowbox_server.environment}, "--seconds", "1"
        )
        assert time.monotonic() - started < 5
    assert said.code == 1
    (line,) = said.failures("openmetadata")
    assert "no reply: timed out" in line
    assert "fail not usable: openmetadata; usable: mlflow" in said.lines()


@pytest.mark.parametrize("registry", ["openmetadata", "nemo", "mlflow"])
def test_a_login_page_is_told_as_a_page(
    doctor: Doctor, registry: str, om2_server: Registry
) -> None:
    variable = {
        "openmetadata": "OPENMETADATA_URL",
        "nemo": "NMP_BASE_URL",
        "mlflow": "MLFLOW_TRACKING_URI",
    }[registry]
    with Proxy(om2_server.url) as proxy:
        page = {"content-type": "text/html"}
        proxy.fault(kind="answer", times=99, status=200, headers=page, body=_PAGE)
        said = doctor({variable: proxy.url})
    assert said.code == 1
    (line,) = said.failures(registry)
    assert "status 200 with an HTML page" in line
    assert f"mlregistry:{registry}Url" in line
    assert any("A login page or a proxy may answer" in line for line in said.lines(registry))


def test_a_certificate_that_nobody_vouches_for_is_told_with_the_key_that_helps(
    doctor: Doctor, tmp_path: Path
) -> None:
    with secure_server(tmp_path) as (url, public):
        said = doctor({"OPENMETADATA_URL": url})
        (line,) = said.failures("openmetadata")
        assert "certificate verify failed" in line
        assert "Set mlregistry:caBundle to a PEM file" in line
        assert any("system's authorities and certifi's" in line for line in said.lines())
        (tmp_path / "Pulumi.yaml").write_text("name: tls\nruntime: yaml\n")
        (tmp_path / "Pulumi.dev.yaml").write_text(
            f"config:\n  mlregistry:caBundle: {public}\n  mlregistry:openmetadataUrl: {url}\n"
        )
        said = doctor({}, "-C", str(tmp_path))
        assert any(f"by the authorities in {public}" in line for line in said.lines())
        assert "certificate verify failed" not in said.out  # it is another product, by now


def test_an_unknown_token_a_missing_one_and_an_ended_one(
    doctor: Doctor, om2_server: Registry, nemo_auth_server: Server
) -> None:
    (line,) = doctor({"OPENMETADATA_URL": om2_server.url}).failures("openmetadata")
    assert "who not authenticated (Not Authorized! Token not present). Set" in line
    (line,) = doctor({**om2_server.environment, "OPENMETADATA_TOKEN": "no"}).failures(
        "openmetadata"
    )
    assert "who not authenticated (Invalid token). Renew mlregistry:openmetadataToken" in line
    ended = unsigned_token("user@example.com", seconds=-7200)
    refused, end = doctor({**nemo_auth_server.environment, "NEMO_TOKEN": ended}).failures("nemo")
    assert "not authenticated" in refused
    assert "fail nemo token it ended on 20" in end


def test_a_token_by_another_servers_key_is_told_as_that(
    doctor: Doctor, om2_server: Registry
) -> None:
    token = unsigned_token("alice", iss="other.example.com")
    head = "eyJhbGciOiJSUzI1NiIsImtpZCI6InRoZWlycyJ9"  # {"alg":"RS256","kid":"theirs"}
    token = ".".join([head, *token.split(".")[1:]])
    with Proxy(om2_server.url) as proxy:
        keys = {"keys": [{"kid": "ours", "kty": "RSA"}]}
        proxy.fault(kind="answer", path="config/jwks", status=200, body=keys)
        said = doctor({"OPENMETADATA_URL": proxy.url, "OPENMETADATA_TOKEN": token})
    line = said.failures("openmetadata")[1]
    assert (
        "login the token (issuer other.example.com) was signed with a key that this server" in line
    )


def test_one_token_under_two_keys_is_noticed(
    doctor: Doctor, om2_server: Registry, nemobox_server: Registry
) -> None:
    said = doctor(
        {
            "OPENMETADATA_URL": om2_server.url,
            "OPENMETADATA_TOKEN": "same-for-both",
            "NMP_BASE_URL": nemobox_server.url,
            "NEMO_TOKEN": "same-for-both",
        }
    )
    assert any("the same token is set as mlregistry:nemoToken" in line for line in said.lines())


def test_a_credential_meant_for_another_server_is_not_sent(
    doctor: Doctor, om2_server: Registry, tmp_path: Path
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: stray\nruntime: python\n")
    (tmp_path / "Pulumi.prod.yaml").write_text(
        f"config:\n  mlregistry:openmetadataUrl: {om2_server.url}\n"
    )
    om2_server.clear()
    said = doctor(
        {"OPENMETADATA_URL": "https://other.example.com", "OPENMETADATA_TOKEN": "canary"},
        "-C", str(tmp_path), "-s", "prod",
    )  # fmt: skip
    (line,) = said.failures("openmetadata")
    assert "the credential was not sent there" in line
    assert om2_server.log() == []


def test_who_may_not_even_read_is_told(doctor: Doctor, nemo_auth_server: Server) -> None:
    stranger = unsigned_token("user@example.com")
    said = doctor(
        {
            **nemo_auth_server.environment,
            "NEMO_TOKEN": stranger,
            "NEMO_WORKSPACE": "of-others",
        }
    )
    (line,) = said.failures("nemo")
    assert "fail nemo may not allowed (Forbidden). Ask for the right" in line


@pytest.mark.parametrize(
    ("variable", "key", "behind", "tail", "to_set"),
    [
        ("NMP_BASE_URL", "nemoUrl", "nemobox_server", "/apis", "set"),
        ("MLFLOW_TRACKING_URI", "mlflowUrl", "mlflowbox_server", "/api/2.0", "set"),
        ("OPENMETADATA_URL", "openmetadataUrl", "om2_server", "/api/v1", "taken"),
    ],
)
def test_too_long_an_address_is_told_with_the_right_one(
    doctor: Doctor,
    request: pytest.FixtureRequest,
    variable: str,
    key: str,
    behind: str,
    tail: str,
    to_set: str,
) -> None:
    server: Registry = request.getfixturevalue(behind)
    said = doctor({**server.environment, variable: server.url + tail})
    if to_set == "taken":
        assert said.code == 0
        assert f"address {server.url}, from {variable}" in " ".join(said.lines())
        return
    assert said.code == 1
    line = " ".join(said.failures(server.kind))
    assert f"Set mlregistry:{key} to {server.url}" in line


@pytest.mark.parametrize(
    ("variable", "registry", "behind", "named"),
    [
        ("MLFLOW_TRACKING_URI", "mlflow", "nemobox_server", "NeMo Platform 0.6.0"),
        ("MLFLOW_TRACKING_URI", "mlflow", "nemo_auth_server", "NeMo Platform 0.6.0"),
        ("MLFLOW_TRACKING_URI", "mlflow", "om2_server", "OpenMetadata 2.0.7"),
        ("OPENMETADATA_URL", "openmetadata", "mlflow_server", "MLflow 3.17.2"),
        ("NMP_BASE_URL", "nemo", "om12_server", "OpenMetadata 1.2.0"),
        ("NMP_BASE_URL", "nemo", "mlflowbox_server", "MLflow 3.17.2"),
    ],
)
def test_another_product_behind_the_address_is_named(
    doctor: Doctor,
    request: pytest.FixtureRequest,
    variable: str,
    registry: str,
    behind: str,
    named: str,
) -> None:
    server = request.getfixturevalue(behind)
    said = doctor({variable: server.url})
    assert said.code == 1
    line = said.failures(registry)[-1]
    assert f"{registry} product {named}" in line
    assert "this one is for mlregistry:" in line


def test_a_clock_that_is_off_is_told_from_a_minute_on(doctor: Doctor, om2_server: Registry) -> None:
    def clock(seconds: float) -> list[str]:
        with Proxy(om2_server.url) as proxy:
            date = email.utils.formatdate(time.time() + seconds, usegmt=True)
            refused = {"code": 401, "message": "Invalid token"}
            proxy.fault(kind="answer", times=99, status=401, headers={"date": date}, body=refused)
            said = doctor({**om2_server.environment, "OPENMETADATA_URL": proxy.url})
        return [line for line in said.lines("openmetadata") if " clock " in line]

    assert clock(30) == []
    (line,) = clock(600)
    assert line.startswith("warn openmetadata clock the server's clock is 10 minutes ahead of")
