"""What the doctor says of registries that are well."""

from __future__ import annotations

import re
import time

import pytest

from pulumi_mlregistry.devserver import Server, unsigned_token
from pulumi_mlregistry.sandbox import Registry, Sandbox
from support.proxy import Proxy

from .conftest import Doctor


def test_all_registries_are_examined_in_one_run(doctor: Doctor, sandbox: Sandbox) -> None:
    said = doctor(sandbox.environment)
    assert said.code == 0
    assert said.lines()[-1] == "ok usable: openmetadata, nemo, mlflow, oracle"
    assert {line.split()[0] for line in said.lines()} == {"ok", "warn"}
    for registry in ("openmetadata", "nemo", "mlflow", "oracle"):
        assert any(line.startswith(f"ok {registry} server ") for line in said.lines())
    words = [list(re.finditer(r"\S+", line)) for line in said.out.splitlines()[:-1]]
    assert len({tuple(word.start() for word in line[1:3]) for line in words}) == 1  # aligned


def test_an_administrator_of_openmetadata_is_told_as_that(
    doctor: Doctor, om2_server: Registry
) -> None:
    said = doctor({**om2_server.environment, "OPENMETADATA_TOKEN": om2_server.tokens["admin"]})
    lines = said.lines("openmetadata")
    assert f"ok openmetadata address {om2_server.url}, from OPENMETADATA_URL" in lines
    assert "ok openmetadata login from OPENMETADATA_TOKEN" in lines
    assert "ok openmetadata server OpenMetadata 2.0.7" in lines
    assert "ok openmetadata who admin, an administrator" in lines
    assert "ok openmetadata may: models read, create, update, delete" in lines
    assert not [line for line in lines if " bot " in line]


def test_a_bot_is_told_which_fields_its_policies_keep_from_it(
    doctor: Doctor, om2_server: Registry, om12_server: Registry
) -> None:
    def bot(server: Registry) -> str:
        token = server.tokens["ingestion-bot"]
        said = doctor({**server.environment, "OPENMETADATA_TOKEN": token})
        assert said.code == 0
        return next(line for line in said.lines("openmetadata") if " bot " in line)

    assert bot(om2_server).startswith(
        "warn openmetadata bot yes: its policies keep display_name (rule DisplayName-Deny) from it"
    )
    assert bot(om12_server).startswith(
        "warn openmetadata bot yes; its policies keep no field from it"
    )


def test_who_may_only_read_is_warned_and_can_preview(doctor: Doctor, om2_server: Registry) -> None:
    said = doctor({**om2_server.environment, "OPENMETADATA_TOKEN": om2_server.tokens["carol"]})
    assert said.code == 0
    (line,) = [line for line in said.lines("openmetadata") if "may: models" in line]
    assert line.startswith("warn openmetadata may: models read; may not create, update, delete.")


def test_rights_that_a_server_does_not_tell_are_not_guessed(
    doctor: Doctor, om2_server: Registry
) -> None:
    with Proxy(om2_server.url) as proxy:
        proxy.fault(kind="answer", path="/permissions/", times=9, status=404, body={"code": 404})
        said = doctor({**om2_server.environment, "OPENMETADATA_URL": proxy.url})
    assert said.code == 0
    assert "warn openmetadata may: models not known: this server does not tell permissions" in (
        said.lines("openmetadata")
    )


def test_real_nemo_says_who_asks_and_that_scopes_only_read(
    doctor: Doctor, nemo_auth_server: Server
) -> None:
    said = doctor(nemo_auth_server.environment)
    assert said.code == 0
    lines = said.lines("nemo")
    assert "ok nemo server NeMo Platform 0.6.0" in lines
    assert "ok nemo who admin@example.com" in lines
    assert any(line.startswith("ok nemo token it ends on 20") for line in lines)
    assert any("create, update, delete: not known" in line for line in lines)
    reader = unsigned_token("user@example.com", scope="models:read")
    said = doctor({**nemo_auth_server.environment, "NEMO_TOKEN": reader})
    assert "warn nemo scopes the token is limited to models:read." in " ".join(said.lines("nemo"))


def test_nemo_without_authorization_is_told_as_that(
    doctor: Doctor, nemobox_server: Registry
) -> None:
    lines = doctor(nemobox_server.environment).lines("nemo")
    assert "ok nemo who nobody in particular: this server's authorization is off" in lines


def test_real_mlflow_is_told_by_version_and_dialect(
    doctor: Doctor, mlflow_server: Server, mlflowbox_server: Registry
) -> None:
    for server in (mlflow_server, mlflowbox_server):
        said = doctor(server.environment)
        assert said.code == 0
        lines = said.lines("mlflow")
        assert "ok mlflow server MLflow 3.17.2" in lines
        assert "ok mlflow dialect mlflow: plain MLflow's verbs and paths" in lines
        assert any("not told: MLflow's own authentication is off" in line for line in lines)


def test_mlflow_with_its_own_authentication_tells_user_and_grants(
    doctor: Doctor, mlflowbox_server: Registry
) -> None:
    user = {"user": {"id": 2, "username": "alice", "is_admin": False}, "is_basic_auth": True}
    grant = {"resource_type": "registered_model", "resource_pattern": "fraud", "permission": "EDIT"}
    with Proxy(mlflowbox_server.url) as proxy:
        proxy.fault(kind="answer", path="users/current/permissions", status=200,
                    body={"is_admin": False, "permissions": [grant]})  # fmt: skip
        proxy.fault(kind="answer", path="/api/2.0/mlflow/users/current", status=200, body=user)
        lines = doctor({"MLFLOW_TRACKING_URI": proxy.url}).lines("mlflow")
    assert "ok mlflow who alice" in lines
    assert any(line.startswith("ok mlflow may read; granted: EDIT on fraud;") for line in lines)


def test_oracles_dialect_is_told_with_the_signer(
    doctor: Doctor, oraclebox_server: Registry
) -> None:
    said = doctor(oraclebox_server.environment)
    assert said.code == 0
    lines = said.lines("oracle")
    assert any(line.startswith("ok oracle dialect oracle: Oracle's verbs") for line in lines)
    assert any(line.startswith("ok oracle who ocid1.user.oc1") for line in lines)
    assert not said.lines("mlflow")


def test_mlflow_and_oracle_at_once_need_a_word_on_which_is_meant(
    doctor: Doctor, sandbox: Sandbox
) -> None:
    both = {**sandbox.servers["oracle"].environment, **sandbox.servers["mlflow"].environment}
    said = doctor(both)
    assert said.code == 1
    for registry in ("mlflow", "oracle"):
        (line,) = said.failures(registry)
        assert "dialect both an MLflow server and an Oracle platform are configured" in line
        assert "mlregistry:mlflowDialect" in line
    said = doctor({**both, "MLREGISTRY_MLFLOW_DIALECT": "oracle"})
    assert said.code == 0
    assert "warn mlflow dialect mlregistry:mlflowDialect is oracle" in " ".join(said.lines())


@pytest.mark.parametrize(("life", "left", "level"), [(90, 80, "ok"), (90, 3, "warn"), (1, 1, "ok")])
def test_the_end_of_a_token_is_told_before_it_comes(
    doctor: Doctor, nemobox_server: Registry, life: int, left: int, level: str
) -> None:
    day = 24 * 3600
    token = unsigned_token("a@example.com", seconds=left * day)
    if life != left:
        token = unsigned_token("a@example.com", seconds=left * day,
                               iat=int(time.time()) - (life - left) * day)  # fmt: skip
    lines = doctor({**nemobox_server.environment, "NEMO_TOKEN": token}).lines("nemo")
    assert any(line.startswith(f"{level} nemo token it ends on 20") for line in lines)


def test_json_says_the_same(doctor: Doctor, om2_server: Registry) -> None:
    said = doctor(om2_server.environment, "--json")
    assert said.code == 0
    (registry,) = said.document["registries"]
    assert (said.document["usable"], registry["registry"], registry["usable"]) == (
        True,
        "openmetadata",
        True,
    )
    told = {finding["about"]: finding["text"] for finding in registry["findings"]}
    assert told["server"] == "OpenMetadata 2.0.7"
