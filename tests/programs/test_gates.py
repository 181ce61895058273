"""Gates in whole programs: what a failed one prevents, and what is left of them in the state."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pulumi_mlregistry.devserver.environments import cache_folder, locked
from support.proxy import Proxy

from .stacks import Stack, has_pulumi

NewStack = Callable[..., Stack]
PACK = Path(__file__).parents[2] / "examples" / "policy-pack"
PROGRAM = """
    from pulumi_mlregistry import gates
    gates.enforce(gates.Described())
    judged = {{"name": "{name}", "version": "3", "metrics": {{"auc": {auc}}}}}
    nemo.ModelEntity("e", name="{name}", description="{text}",
        gates=[gates.Metric("auc", at_least=0.9, of=pulumi.Output.from_input(judged))])
"""
PLAIN = 'nemo.ModelEntity("e", name="{name}", description="{text}")'


def test_a_failed_gate_stops_the_preview_without_a_request_and_a_passed_one_leaves_no_trace(
    new_stack: NewStack, nemobox_server, unique: str
) -> None:
    with Proxy(nemobox_server.url) as nemo:
        stack = new_stack(NMP_BASE_URL=nemo.url)
        stack.program(PROGRAM.format(name=unique, auc=0.87, text=" "))
        seen = stack.preview(check=False)
        assert seen.code != 0
        assert "gate failed: metric auc of candidate" in seen.text
        assert "is 0.87, at least 0.9 is required" in seen.text
        assert f"gate failed: description of model entity default/{unique}" in seen.text
        assert nemo.requests == []

        stack.program(PROGRAM.format(name=unique, auc=0.95, text="ours"))
        told = stack.up().text
        assert f"gate passed: description of model entity default/{unique} is there" in told
        (kept,) = [r for r in stack.state() if r["type"].endswith("ModelEntity")]
        assert "gate" not in json.dumps([kept["inputs"], kept["outputs"]])
        assert not any(kept["propertyDependencies"].values()), "it depends on nothing"
        stack.program(PLAIN.format(name=unique, text="ours"))
        assert stack.plans_nothing()


@pytest.mark.parametrize("engine", ["local engine"], indirect=True)
def test_gates_that_come_and_go_plan_nothing_and_a_failed_one_stops_an_up(
    new_stack: NewStack, nemobox_server, unique: str
) -> None:
    with Proxy(nemobox_server.url) as nemo:
        stack = new_stack(NMP_BASE_URL=nemo.url)
        stack.program(PLAIN.format(name=unique, text="ours")).up()
        nemo.clear()
        stack.program(PROGRAM.format(name=unique, auc=0.87, text="other"))
        assert "gate failed: metric auc" in stack.up(check=False).text
        stack.program(PROGRAM.format(name=unique, auc=0.95, text="ours"))
        assert stack.plans_nothing()
        stack.up()
        stack.program(PLAIN.format(name=unique, text="ours"))
        assert stack.plans_nothing()
        stack.up()
        assert "__gates" not in json.dumps(stack.state())
        assert nemo.requests == []
        stack.destroy()


@pytest.mark.parametrize("engine", ["local engine"], indirect=True)
def test_a_gate_that_waits_in_the_preview_is_judged_before_anything_is_written(
    new_stack: NewStack, mlflowbox_server, unique: str
) -> None:
    text = """
        from pulumi_mlregistry import gates
        m = mlflow.RegisteredModel("m", name="{name}")
        v = mlflow.ModelVersion("v", name=m.name, source="s3://b/1", tags={{"digest": "1"}})
        judged = gates.candidate(v, metrics={{"auc": 0.95}})
        mlflow.ModelVersion("w", name=m.name, source="s3://b/1", tags={{"digest": "{digest}"}},
            gates=[gates.SameDigest(as_in=judged), gates.Ready(of=judged),
                   gates.Metric("auc", at_least=0.9, of=judged)])
    """
    with Proxy(mlflowbox_server.url) as mlflow:
        stack = new_stack(MLFLOW_TRACKING_URI=mlflow.url)
        stack.program(text.format(name=unique, digest="2"))
        assert (
            "gate waits: status of the candidate is not known before apply" in stack.preview().text
        )
        failed = stack.up(check=False)
        assert "gate failed: tag digest of model version" in failed.text
        made = [r for r in mlflow.writes() if r.path.endswith("model-versions/create")]
        assert len(made) == 1, "the candidate's alone"
        stack.program(text.format(name=unique, digest="1"))
        done = stack.up().text
        assert f"gate passed: tag digest of model version {unique} is 1, as in candidate" in done
        assert f"gate passed: status of candidate {unique}/1 is READY" in done


@pytest.fixture
def policy_sdk() -> Path:
    """A folder with Pulumi's policy SDK alone: with what it asks for comes an older protobuf."""
    folder = cache_folder() / "pulumi-policy-1.21.0"
    with locked(folder.with_suffix(".lock")):
        if not (folder / "pulumi_policy").is_dir():
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
            ran = subprocess.run([*pip, str(folder), "pulumi-policy==1.21.0"], check=False)
            if ran.returncode:
                pytest.skip("pulumi-policy could not be installed: no policy pack was run")
    return folder


@pytest.mark.skipif(not has_pulumi(), reason="no pulumi on PATH: no policy pack was run")
@pytest.mark.parametrize("engine", ["pulumi"], indirect=True)
def test_a_candidate_of_another_stack_is_judged_by_a_program_and_by_the_policy_pack(
    new_stack: NewStack, mlflowbox_server, unique: str, policy_sdk: Path, tmp_path: Path
) -> None:
    dev = new_stack("dev", MLFLOW_TRACKING_URI=mlflowbox_server.url)
    dev.program(f"""
        from pulumi_mlregistry import gates
        m = mlflow.RegisteredModel("m", name="{unique}")
        v = mlflow.ModelVersion("v", name=m.name, source="s3://b/1", tags={{"digest": "1"}})
        pulumi.export("candidate", gates.candidate(v, metrics={{"auc": 0.87}}))
    """).up()
    prod = Stack("pulumi", tmp_path / "prod", {**dev.environment}, project="prod")
    prod.environment["PULUMI_BACKEND_URL"] = dev.environment["PULUMI_BACKEND_URL"]
    known = [prod.environment["PYTHONPATH"]] if "PYTHONPATH" in prod.environment else []
    prod.environment["PYTHONPATH"] = os.pathsep.join([*known, str(policy_sdk)])
    prod.run("stack", "init", "dev")
    head = """
        from pulumi_mlregistry import gates
        ref = pulumi.StackReference("organization/tests/dev")
        candidate = ref.require_output("candidate")
        pulumi.export("candidate", candidate)
    """
    version = f"""
        mlflow.ModelVersion("v", name="{unique}", source=candidate["source"], description="d",
            tags={{"digest": "2", "owner": "risk", "validated_by": "alice"}}, delete_policy="retain"
    """.rstrip()
    unowned = 'm = mlflow.RegisteredModel("m", description="d", delete_policy="retain")'
    after = "opts=pulumi.ResourceOptions(depends_on=[m])"  # which the first error would cut off
    gated = f"gates=[gates.Metric('auc', at_least=0.9, of=candidate)], {after})"
    stopped = _lines(prod.program(f"{head}    {unowned}{version}, {gated}"))
    assert f"metric auc of candidate {unique}/1 is 0.87, at least 0.9 is required" in stopped
    assert "gate failed: owner of registered model m is missing" in stopped

    judged = _lines(prod.program(f"{head}{version})"))
    assert f"digest of model version {unique} is 2, and candidate {unique}/1 has 1." in judged
    assert judged.count("gate failed: ") == 1


def _lines(stack: Stack) -> str:
    """What a preview with the policy pack says, which it does not pass."""
    seen = stack.run("preview", "--policy-pack", str(PACK))
    assert seen.code != 0
    return seen.text
