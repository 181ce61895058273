"""A registry is adopted: files, import, and a preview with nothing to say."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable

import httpx
import pytest

from programs.stacks import has_pulumi
from pulumi_mlregistry.sandbox import Registry

from . import registries
from .conftest import ALL, Adopting, Scene

NewStack = Callable[..., Adopting]
needs_pulumi = pytest.mark.skipif(
    not has_pulumi(), reason="no pulumi on PATH: import files were taken over locally alone"
)
long = pytest.mark.skipif(not ALL, reason="short form: MLREGISTRY_IMPORTS=all adopts thousands")


def _adopt(adopting: Adopting, scene: Scene, *flags: str) -> int:
    """Survey, set secrets, import, preview; how many resources there are."""
    scene.clear()
    begun = time.monotonic()
    found = adopting.survey(*flags)
    assert found.code == 0, found.text
    surveyed, requests = time.monotonic() - begun, scene.requests()
    adopting.set_secrets(found)
    assert adopting.take().code == 0
    taken = time.monotonic() - begun - surveyed
    expected = adopting.stack.run("preview", "--expect-no-changes")
    assert expected.code == 0, expected.text
    previewed = time.monotonic() - begun - surveyed - taken
    assert scene.writes() == []
    count = len(json.loads(adopting.text("import.json"))["resources"])
    print(
        f"{count} resources: survey {surveyed:.1f} s, {requests} requests; "
        f"import {taken:.1f} s; preview {previewed:.1f} s"
    )
    return count


def test_what_is_live_is_adopted_and_then_nothing_is_planned(
    adopting: Adopting, scene: Scene
) -> None:
    assert _adopt(adopting, scene) == 4 + 14 + 9 + 6 + 6
    assert adopting.stack.up().counts == {"unchanged": 40}
    assert adopting.stack.refresh().counts == {"unchanged": 39}
    assert scene.writes() == []


@needs_pulumi
@pytest.mark.parametrize("door", ["dynamic", "plugin"])
def test_pulumi_imports_the_file_and_then_plans_nothing(
    scene: Scene, new_stack: NewStack, door: str
) -> None:
    plugin = door == "plugin"
    more = {"MLREGISTRY_PLUGIN": "true"} if plugin else {}
    stack = new_stack(scene, engine="pulumi", **more)
    assert _adopt(stack, scene, *(["--plugin"] if plugin else [])) == 39


def test_no_secret_stands_in_a_file_or_on_the_screen_and_each_is_told(adopting: Adopting) -> None:
    found = adopting.survey()
    for text in (found.text, adopting.text(), adopting.text("import.json")):
        assert not [secret for secret in registries.SECRETS if secret in text]
        assert "*****" not in text
    told = re.findall(r"pulumi config set --secret (\S+)", found.text)
    assert told == [
        "database-registryUri",
        "sagemaker-awsConfig-awsSecretAccessKey",
        "apart-entity-8-apiKey",
        "entity-1-apiKey",
    ]
    assert all(f'"{key}"' in adopting.text() for key in told)


def test_what_is_deleted_or_a_machines_or_another_stacks_is_left_out_with_the_reason(
    adopting: Adopting,
) -> None:
    told = adopting.survey().text
    assert "left out (5):" in told
    assert re.search(r"service gone: it is deleted softly, last changed \S+ by admin", told)
    assert re.search(r"with.dot\"\.by-bot: .* by ingestion-bot, a bot", told)
    assert "model-0/2: other/dev/mlflow:ModelVersion/v has made it" in told
    assert "by-bot" not in adopting.text()
    told = adopting.survey("--force", "--include", "machine-owned").text
    assert "left out (3):" in told
    assert "by-bot" in adopting.text()


def test_the_program_is_formatted_and_typed(adopting: Adopting) -> None:
    adopting.survey()
    file = str(adopting.stack.folder / "__main__.py")
    for check in (["format", "--check", "--line-length", "100"], ["check", "--line-length", "100"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *check, "--isolated", file], capture_output=True
        )
        assert done.returncode == 0, done.stdout


def test_references_are_made_and_defaults_left_out(adopting: Adopting) -> None:
    adopting.survey()
    text = adopting.text()
    assert "service=risk_mlflow_service.fully_qualified_name" in text
    assert 'mlflow.ModelVersion(\n    "model-0/1",\n    name=model_0_model.name,' in text
    assert text.count('aliases=["a"]') == 2
    assert "trust_remote_code" not in text
    assert 'workspace="apart"' in text
    assert 'workspace="default"' not in text
    assert '"supportsMetadataExtraction"' not in text


def test_adopted_objects_stay_when_they_leave_the_program(adopting: Adopting, scene: Scene) -> None:
    adopting.survey("mlflow", "--model", "model-0", "--model", "model-1")
    adopting.take()
    adopting.stack.program("")
    told = adopting.stack.up().text
    assert told.count("its delete policy is retain, as it was adopted") == 4
    assert scene.writes() == []


def test_a_secret_that_is_handed_over_is_compared_and_only_a_masked_one_is_asked_about(
    adopting: Adopting, scene: Scene
) -> None:
    found = adopting.survey("openmetadata", "--service", "sagemaker", "--service", "database")
    adopting.set_secrets(found)
    adopting.take()
    program = adopting.stack.folder / "__main__.py"
    program.write_text(re.sub(r"\n.*ignore_changes=.*", "", program.read_text()))
    failed = adopting.stack.up(check=False)
    hidden = "awsConfig.awsSecretAccessKey is hidden by the server (*********), which others wrote"
    assert hidden in " ".join(failed.problems)
    assert scene.writes() == []
    program.write_text(
        program.read_text().replace('_type="SageMaker",', '_type="SageMaker", on_conflict="adopt",')
    )
    assert adopting.stack.up().counts["updated"] == 1
    assert len(scene.writes()) == 1
    assert adopting.stack.plans_nothing()


def test_a_name_does_not_depend_on_what_else_there_is(
    adopting: Adopting, scene: Scene, new_stack: NewStack
) -> None:
    adopting.survey("openmetadata")
    other = new_stack(scene, "other")
    other.survey("openmetadata", "--service", "risk-mlflow")
    names = re.compile(r'^ *(?:\w+ = )?openmetadata\.\w+\(\s*("[^"]+")', re.M)
    few = names.findall(other.text())
    assert len(few) == 6
    assert set(few) < set(names.findall(adopting.text()))


@pytest.mark.parametrize("version", ["1.2.0"])
def test_an_older_openmetadata_is_adopted_too(
    make_scene: Callable[..., Scene], new_stack: NewStack, version: str
) -> None:
    old = make_scene(0, 0, 1, version)
    assert old.openmetadata is not None
    old.openmetadata.model("risk-mlflow", "m", algorithm="Forest", dashboard="looker.churn")
    stack = new_stack(old)
    assert _adopt(stack, old) >= 5
    assert 'dashboard="looker.churn"' in stack.text()


@long
def test_a_thousand_objects_are_adopted(
    make_scene: Callable[..., Scene],
    new_stack: NewStack,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("programs.stacks.SECONDS", 1200)
    many = make_scene(400, 300, 150)
    with capsys.disabled():
        assert _adopt(new_stack(many), many) >= 1000
    if has_pulumi():
        for door in ("dynamic", "plugin"):
            plugin = door == "plugin"
            more = {"MLREGISTRY_PLUGIN": "true"} if plugin else {}
            stack = new_stack(many, door, engine="pulumi", **more)
            with capsys.disabled():
                assert _adopt(stack, many, *(["--plugin"] if plugin else [])) >= 1000


@long
@pytest.mark.parametrize("engine", ["local", "pulumi"])
def test_real_servers_are_adopted(
    request: pytest.FixtureRequest, new_stack: NewStack, engine: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    if engine == "pulumi" and not has_pulumi():
        pytest.skip("no pulumi on PATH: import files were taken over locally alone")
    nemo: Registry = request.getfixturevalue("nemo_server")
    mlflow: Registry = request.getfixturevalue("mlflow_server")
    there = httpx.get(
        f"{mlflow.url}/api/2.0/mlflow/registered-models/get", params={"name": "model-0"}
    )
    if there.status_code == 404:
        registries.fill_nemo(nemo.url, 100)
        registries.fill_mlflow(mlflow.url, 100)
    from support.proxy import Proxy

    with Proxy(nemo.url) as one, Proxy(mlflow.url) as two, capsys.disabled():
        urls = {"NMP_BASE_URL": one.url, "MLFLOW_TRACKING_URI": two.url}
        real = Scene({"nemo": one, "mlflow": two}, urls)
        assert _adopt(new_stack(real, engine=engine), real) >= 200
