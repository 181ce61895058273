"""The scripts preview, apply what was reviewed and find drift, on either engine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from pulumi_mlregistry.sandbox import Registry, start

EXAMPLES = Path(__file__).parents[2] / "examples"
SECONDS = 120
PROGRAM = """
import pulumi
from pulumi_mlregistry import mlflow

text = pulumi.Config().get("text")
token = pulumi.Config().get_secret("token")
mlflow.RegisteredModel("fraud", description=text, tags={"team": "risk", "token": token})
"""
needs_pulumi = pytest.mark.skipif(shutil.which("pulumi") is None, reason="no pulumi on PATH")


@dataclass
class Deployment:
    """A checkout with the scripts in ``ci/``, as a CI job has it."""

    engine: str
    root: Path
    environment: dict[str, str]

    def script(self, name: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return self.run(str(self.root / "ci" / name), *arguments, **more)

    def run(self, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.root,
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def set(self, key: str, value: str) -> None:
        """One configuration value of the stack, which has a secret."""
        path = self.root / "deploy" / "Pulumi.prod.yaml"
        data = yaml.safe_load(path.read_text())
        data["config"][f"fraud:{key}"] = value
        path.write_text(yaml.safe_dump(data))

    @property
    def plan(self) -> Path:
        return self.root / "plan"


def commands(folder: Path, engine: str) -> str:
    """A PATH with this Python, this package and, where it is the engine, pulumi."""
    folder.mkdir()
    shims = {"python3": [], "python": [], "mlregistry": ["-m", "pulumi_mlregistry.cli"]}
    for name, words in shims.items():
        shim = folder / name
        shim.write_text(f'#!/bin/sh\nexec {" ".join([sys.executable, *words])} "$@"\n')
        shim.chmod(0o755)
    pulumi = Path(shutil.which("pulumi") or "/none").parent
    own = [str(pulumi)] if engine == "pulumi" else []
    return os.pathsep.join([str(folder), *own, "/usr/bin", "/bin"])


def deployment(engine: str, root: Path, registry: Registry) -> Deployment:
    for folder in ("ci-scripts", "github-actions"):
        shutil.copytree(EXAMPLES / folder, root / "ci", dirs_exist_ok=True)
    (root / "deploy").mkdir()
    (root / "deploy" / "Pulumi.yaml").write_text("name: fraud\nruntime: python\n")
    (root / "deploy" / "__main__.py").write_text(PROGRAM)
    (root / "state").mkdir()
    environment = {
        "HOME": str(root),
        "PATH": commands(root / "bin", engine),
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "PULUMI_HOME": str(root / "home"),
        "PULUMI_BACKEND_URL": f"file://{root / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "tests",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PROJECT": "deploy",
        "STACK": "prod",
        **registry.environment,
    }
    made = Deployment(engine, root, environment)
    if engine == "pulumi":
        assert made.run("pulumi", "-C", "deploy", "stack", "init", "prod").returncode == 0
    secret = ["--secret", "token", "canary-of-a-secret"]
    place = ["--cwd", "deploy", "--stack", "prod"]
    done = made.run(engine, "config", "set", *place, *secret)
    assert done.returncode == 0, done.stderr
    made.set("text", "as reviewed")
    return made


@pytest.mark.parametrize("engine", ["mlregistry", pytest.param("pulumi", marks=needs_pulumi)])
def test_what_is_applied_is_what_was_reviewed_and_drift_is_found(engine: str, tmp_path: Path):
    with start(registries=("mlflow",)) as sandbox:
        _play(engine, tmp_path, sandbox.servers["mlflow"])


def _play(engine: str, tmp_path: Path, registry: Registry) -> None:
    stack = deployment(engine, tmp_path / "checkout", registry)
    _is_previewed_and_kept(stack)

    stack.set("text", "changed after the review")
    refused = stack.script("apply.sh")
    assert refused.returncode == 1
    assert {e["method"] for e in registry.log()} <= {"GET"}
    assert _refusal(engine) in refused.stdout + refused.stderr

    stack.set("text", "as reviewed")
    applied = stack.script("apply.sh")
    assert applied.returncode == 0, applied.stdout + applied.stderr

    edit = {"name": "fraud", "key": "team", "value": "sales"}
    path = "/api/2.0/mlflow/registered-models/set-tag"
    httpx.post(f"{registry.url}{path}", json=edit).raise_for_status()
    drifted = stack.script("drift.sh")
    assert drifted.returncode == 2, drifted.stderr
    assert "fraud" in (stack.plan / "review.md").read_text()


def _is_previewed_and_kept(stack: Deployment) -> None:
    previewed = stack.script("preview.sh")
    assert previewed.returncode == 0, previewed.stderr
    kept = {path.name: path.read_text() for path in stack.plan.iterdir()}
    expected = {"preview.json", "review.md", "engine"}
    assert set(kept) == expected | ({"plan.json"} if stack.engine == "pulumi" else set())
    assert "fraud" in kept["review.md"]
    assert "canary-of-a-secret" not in str(kept) + previewed.stdout + previewed.stderr
    assert stack.plan.stat().st_mode & 0o77 == 0


def _refusal(engine: str) -> str:
    return "violates plan" if engine == "pulumi" else "is not any more what was reviewed"


def test_a_failed_preview_is_neither_a_plan_nor_drift(tmp_path: Path):
    with start(registries=("mlflow",)) as sandbox:
        stack = deployment("mlregistry", tmp_path / "checkout", sandbox.servers["mlflow"])
    (stack.root / "deploy" / "__main__.py").write_text('raise ValueError("broken here")\n')
    failed = stack.script("preview.sh")
    assert failed.returncode == 1
    assert "error: the preview of" in failed.stderr
    assert "broken here" in (stack.plan / "review.md").read_text(), "the reviewer reads why"
    refused = stack.script("apply.sh")
    assert refused.returncode == 1
    failed = stack.script("drift.sh")
    assert failed.returncode == 1
    assert "error:" in failed.stderr
    assert not (stack.plan / "review.md").exists()
    nothing = stack.script("apply.sh", PLAN="elsewhere")
    assert nothing.returncode == 1
    assert "no reviewed preview in elsewhere" in nothing.stderr


def test_same_and_changes_look_at_what_is_planned_alone(tmp_path: Path):
    script = [sys.executable, str(EXAMPLES / "ci-scripts" / "preview_json.py")]
    step = {"op": "update", "urn": "urn:a", "diff": [1]}
    told: dict[str, dict[str, Any]] = {
        "one": {"steps": [step, {"op": "same", "urn": "urn:b"}], "duration": 1},
        "again": {"steps": [{"op": "same", "urn": "urn:b"}, step], "duration": 2},
        "other": {"steps": [{**step, "diff": [2]}]},
        "quiet": {"steps": [{"op": "same", "urn": "urn:b"}, {"op": "refresh", "urn": "urn:a"}]},
    }
    told["failed"] = {"steps": [step], "diagnostics": [{"severity": "error", "message": "no"}]}
    for name, document in told.items():
        (tmp_path / name).write_text(json.dumps(document))
    (tmp_path / "none").write_text("error: the program failed")

    def code(command: str, *names: str) -> int:
        files = [str(tmp_path / name) for name in names]
        return subprocess.run([*script, command, *files], check=False).returncode

    assert [code("changes", name) for name in ("one", "quiet", "none", "failed")] == [0, 1, 2, 2]
    assert [code("same", "one", name) for name in ("again", "other", "none")] == [0, 1, 2]
