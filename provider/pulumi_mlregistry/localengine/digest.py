"""A preview for machines, in the shape of ``pulumi preview --json``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from pulumi_mlregistry.localengine.changes import Change
from pulumi_mlregistry.localengine.report import REFRESH, SAME, Result, Step
from pulumi_mlregistry.localengine.state import State
from pulumi_mlregistry.localengine.values import UNKNOWN_SENTINEL, Unknown, Value, redacted

_SUFFIX = "-replace"


def as_json(result: Result) -> dict[str, object]:
    """Steps with the states before and after, diagnostics and counts, as Pulumi names them.

    Beside Pulumi's keys: ``engine``, ``exitCode``, ``outputs``, and in a step ``failed``.
    """
    return {
        "engine": "mlregistry-localengine",
        "steps": [_step(step) for step in result.steps],
        "diagnostics": [
            {"urn": d.urn, "message": d.message, "severity": d.severity} for d in result.diagnostics
        ],
        "duration": int(result.seconds * 1e9),
        "changeSummary": _counts(result.steps),
        "outputs": result.outputs,
        "exitCode": result.exit_code,
    }


def _counts(steps: list[Step]) -> dict[str, int]:
    """Each resource once, by what happens to it beside being read."""
    planned = sorted(steps, key=lambda step: step.op not in (SAME, REFRESH))
    return dict(Counter({step.urn: step.op for step in planned}.values()))


def _step(step: Step) -> dict[str, object]:
    found: dict[str, object] = {"op": step.op, "urn": step.urn}
    if step.old is not None:
        found["oldState"] = _state(step.old)
    if step.new is not None:
        found["newState"] = _state(step.new)
    found["detailedDiff"] = {c.path: _difference(c) for c in step.changes} or None
    forcing = list(dict.fromkeys(c.top for c in step.changes if c.replaces))
    if forcing:
        found["replaceReasons"] = forcing
    if step.failed:
        found["failed"] = True
    return found


def _difference(change: Change) -> dict[str, object]:
    return {"kind": change.kind + (_SUFFIX if change.replaces else ""), "inputDiff": True}


def _state(state: State) -> dict[str, object]:
    """What is known of a resource; secrets read ``[secret]``."""
    found = {
        "urn": state.urn,
        "custom": state.custom,
        "id": state.id,
        "type": state.type,
        "inputs": _properties(state.inputs),
        "outputs": _properties(state.outputs),
        "parent": state.parent,
        "dependencies": state.dependencies,
        "ignoreChanges": state.ignore_changes,
        "protect": state.protect,
    }
    kept = ("urn", "custom", "type")
    return {key: value for key, value in found.items() if value or key in kept}


def _properties(properties: Mapping[str, Value]) -> dict[str, object]:
    return {key: redacted(_told(value)) for key, value in properties.items()}


def _told(value: Value) -> Value:
    """Unknowns as Pulumi's own JSON has them."""
    if isinstance(value, Unknown):
        return UNKNOWN_SENTINEL
    if isinstance(value, dict):
        return {key: _told(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_told(item) for item in value]
    return value
