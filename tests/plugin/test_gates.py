"""Gates at the plugin's door: what check takes out, answers and tells."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from plugin.engine import UNKNOWN, Stack, secret, struct

VERSION = "mlflow:ModelVersion"


def gate(candidate: Any, *, preview: bool = False, hidden: bool = False) -> list[dict[str, Any]]:
    """A metric's gate as a program sends it."""
    return [
        {
            "gate": "Metric",
            "arguments": {"name": "auc", "at_least": 0.9},
            "candidate": candidate,
            "secret": hidden,
            "preview": preview,
        }
    ]


def check(stack: Stack, carried: Any, **inputs: Any) -> provider_pb2.CheckResponse:
    news = {"name": "fraud", "source": "s3://b/1", **inputs, "__gates": carried}
    request = provider_pb2.CheckRequest(urn=stack.urn("v", VERSION), news=struct(news))
    answer: provider_pb2.CheckResponse = stack.plugin.call("Check", request)
    return answer


def candidate(auc: float) -> dict[str, Any]:
    return {"name": "fraud", "version": "3", "metrics": {"auc": auc}}


def test_a_failed_gate_is_a_failure_of_check_beside_the_others(stack: Stack) -> None:
    answer = check(stack, gate(candidate(0.87)), source=3.0)
    reasons = [failure.reason for failure in answer.failures]
    assert len(reasons) == 2, reasons
    assert reasons[1] == (
        "gate failed: metric auc of candidate fraud/3 is 0.87, at least 0.9 is required. "
        "Promote a version that meets it"
    )
    assert answer.failures[1].property == "", "or the engine would print a value"


def test_a_passed_gate_is_told_once_on_its_resource_and_kept_nowhere(stack: Stack) -> None:
    for _ in range(2):  # an engine that replaces checks twice
        answer = check(stack, gate(candidate(0.95)))
        assert not answer.failures
        assert "__gates" not in answer.inputs.fields
    about = [urn for urn, line in stack.plugin.log.lines if line.startswith("gate passed: ")]
    assert about == [stack.urn("v", VERSION)]


@pytest.mark.parametrize("unknown", [UNKNOWN, {"name": "fraud", "metrics": UNKNOWN}])
def test_an_unknown_candidate_waits_in_a_preview_alone(stack: Stack, unknown: Any) -> None:
    assert not check(stack, gate(unknown, preview=True)).failures
    assert [t for _, t in stack.plugin.log.lines if t.startswith("gate waits: metric auc of")]
    (failure,) = check(stack, gate(unknown)).failures
    assert failure.reason.startswith("gate failed: metric auc of model version fraud is still not")


def test_a_secret_candidate_is_judged_and_not_shown(stack: Stack) -> None:
    (failure,) = check(stack, gate(secret(candidate(0.123)), hidden=True)).failures
    assert failure.reason.startswith("gate failed: metric auc of candidate [secret] is [secret]")
    assert "0.123" not in str(stack.plugin.log.lines)


def test_a_failed_gate_leaves_the_registry_without_a_request(stack: Stack, unique: str) -> None:
    stack.config["mlflowUrl"] = "http://127.0.0.1:1"  # a request would be an error of its own
    declared = {"name": unique, "__gates": gate(candidate(0.1))}
    with pytest.raises(AssertionError, match="gate failed"):
        stack.up({"m": ("mlflow:RegisteredModel", declared)})
