"""A stack's configuration counts before the environment, and a closed secret is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from programs.stacks import Stack
from pulumi_mlregistry.sandbox import Registry

from .conftest import Doctor


@pytest.fixture
def stack(tmp_path: Path, om2_server: Registry, mlflowbox_server: Registry) -> Stack:
    """A stack that names two registries, with a token as a secret."""
    made = Stack("local", tmp_path / "program", {})
    made.configure("mlregistry:openmetadataUrl", om2_server.url)
    made.configure("mlregistry:openmetadataToken", om2_server.tokens["alice"], secret=True)
    made.configure("mlregistry:mlflowUrl", mlflowbox_server.url)
    return made


def test_a_stacks_configuration_is_used_with_its_secrets(doctor: Doctor, stack: Stack) -> None:
    passphrase = {"PULUMI_CONFIG_PASSPHRASE": "tests"}
    said = doctor({**passphrase, "NMP_BASE_URL": "http://127.0.0.1:9"}, "-C", str(stack.folder))
    lines = said.lines()
    assert "ok openmetadata login from mlregistry:openmetadataToken" in lines
    assert "ok openmetadata who alice" in lines
    assert lines[-1] == "fail not usable: nemo; usable: openmetadata, mlflow"


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({}, "set PULUMI_CONFIG_PASSPHRASE"),
        ({"PULUMI_CONFIG_PASSPHRASE": "wrong"}, "the passphrase does not open Pulumi.dev.yaml"),
    ],
)
def test_a_secret_that_cannot_be_decrypted_is_told_for_its_registry_alone(
    doctor: Doctor,
    stack: Stack,
    om2_server: Registry,
    environment: dict[str, str],
    why: str,
) -> None:
    om2_server.clear()
    said = doctor(
        {**environment, "OPENMETADATA_TOKEN": om2_server.tokens["alice"]}, "-C", str(stack.folder)
    )
    (line,) = said.failures("openmetadata")
    assert "mlregistry:openmetadataToken is a secret that cannot be decrypted" in line
    assert why in line
    assert om2_server.log() == []
    assert said.lines()[-1] == "fail not usable: openmetadata; usable: mlflow"


def test_a_secret_of_a_cloud_key_is_told(doctor: Doctor, stack: Stack) -> None:
    file = stack.folder / "Pulumi.dev.yaml"
    file.write_text(f"secretsprovider: awskms://alias/stacks\n{file.read_text()}")
    said = doctor({"PULUMI_CONFIG_PASSPHRASE": "tests"}, "-C", str(stack.folder))
    (line,) = said.failures("openmetadata")
    assert "awskms://alias/stacks opens it" in line


def test_a_project_of_another_language_is_read_too(
    doctor: Doctor, tmp_path: Path, mlflowbox_server: Registry
) -> None:
    (tmp_path / "Pulumi.yaml").write_text(
        "name: shop\nruntime: nodejs\nstackConfigDir: stacks\n"
        f"config:\n  mlregistry:mlflowUrl: {{value: {mlflowbox_server.url}}}\n"
    )
    said = doctor({}, "-C", str(tmp_path), "-s", "prod")
    assert said.code == 0
    assert "from mlregistry:mlflowUrl" in said.out
    assert "there is no" in said.err


def test_a_folder_without_a_project_is_an_error(doctor: Doctor, tmp_path: Path) -> None:
    said = doctor({}, "-C", str(tmp_path))
    assert said.code == 2
    assert "no Pulumi.yaml" in said.err
