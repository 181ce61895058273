"""Gates on their way from a program to the provider: one hidden input, which may hold Outputs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pulumi

from pulumi_mlregistry.gates.gate import Gate
from pulumi_mlregistry.gates.judging import ARGUMENTS, GATE, GIVEN, PREVIEW, SECRET


def carried(gates: Iterable[Gate]) -> list[dict[str, Any]] | None:
    """The hidden input; None without gates. TypeError for what is no gate, or lacks a candidate."""
    if isinstance(gates, Gate):
        raise TypeError("gates takes a list: gates=[...]")
    return [_plain(gate) for gate in gates] or None


def _plain(gate: Gate) -> dict[str, Any]:
    if not isinstance(gate, Gate):
        raise TypeError(f"gates takes gates such as Metric(...), not {gate!r}")
    plain: dict[str, Any] = {
        GATE: type(gate).__name__,
        ARGUMENTS: {k: v for k, v in gate.arguments.items() if v is not None},
        PREVIEW: pulumi.runtime.is_dry_run(),
    }
    if gate.candidate is not None:
        given = pulumi.Output.from_input(gate.candidate)
        return plain | {GIVEN: _alone(given), SECRET: given.is_secret()}
    if gate.needs_candidate:
        raise TypeError(
            f"{type(gate).__name__} needs a candidate in a program: give a StackReference's output "
            f"that gates.candidate(version) made"
        )
    return plain


def _alone(given: pulumi.Output[Any]) -> pulumi.Output[Any]:
    """The value without what it depends on: judging leaves no dependency in the state."""
    return pulumi.Output(set(), given.future(), given.is_known(), given.is_secret())
