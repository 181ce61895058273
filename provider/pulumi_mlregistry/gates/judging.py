"""Judging at the door of a provider: the gates that came with the inputs of one resource.

Pure: it asks no registry, and what is unknown in a preview waits for apply, where it fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pulumi_mlregistry.gates import subject as subjects
from pulumi_mlregistry.gates.gate import Gate
from pulumi_mlregistry.gates.papers import Described, Owned, RequiredTags
from pulumi_mlregistry.gates.safety import NoHardDelete, TrustedCode
from pulumi_mlregistry.gates.subject import Setting, Subject
from pulumi_mlregistry.gates.verdict import Outcome, Verdict, failed, waits
from pulumi_mlregistry.gates.versions import Metric, Ready, SameDigest
from pulumi_mlregistry.reconcile.table import Table
from pulumi_mlregistry.reconcile.unknown import UNKNOWN

GATE, ARGUMENTS, GIVEN, SECRET, PREVIEW = "gate", "arguments", "candidate", "secret", "preview"
"""The keys of the plain object that a gate travels as."""

_KINDS: Final[Mapping[str, type[Gate]]] = {
    kind.__name__: kind
    for kind in (
        Described, Metric, NoHardDelete, Owned, Ready, RequiredTags, SameDigest, TrustedCode,
    )
}  # fmt: skip
_EXPORTED: Final = "Export gates.candidate(version) in the stack that registered it"


def judged(
    table: type[Table], inputs: Mapping[str, Any], carried: Any, setting: Setting
) -> list[Verdict]:
    """One verdict a gate, in their order, each line once.

    ``inputs`` are those that check answers, ``carried`` what was taken from `marks.GATES`.
    """
    if carried is None:
        return []
    if not isinstance(carried, list | tuple):
        return [_not_understood("they are no list")]
    own = subjects.declared(table, inputs)
    found = [_judged(own, plain, setting) for plain in carried]
    return list({verdict.line: verdict for verdict in found}.values())


def judge(gate: Gate, own: Subject, given: Any, setting: Setting, *, secret: bool) -> Verdict:
    """One gate, with its candidate as it has arrived."""
    if given is UNKNOWN:
        return waits(f"{gate.aim} of the candidate")
    if given is not None and not isinstance(given, Mapping):
        return failed(f"{gate.aim}: the candidate is no mapping", _EXPORTED)
    if given is None and gate.needs_candidate:
        return failed(f"{gate.aim}: there is no candidate", _EXPORTED)
    there = None if given is None else subjects.candidate(given, secret=secret)
    return gate.judge(own, there, setting)


def _judged(own: Subject, plain: Any, setting: Setting) -> Verdict:
    try:
        gate = _KINDS[plain[GATE]].restored(plain[ARGUMENTS])
    except (AttributeError, KeyError, TypeError) as error:
        return _not_understood(str(error))
    if GIVEN in plain and plain[GIVEN] is None:
        return failed(f"{gate.aim}: the candidate is null", _EXPORTED)
    secret = plain.get(SECRET) is not False
    verdict = judge(gate, own, plain.get(GIVEN), setting, secret=secret)
    if verdict.outcome is Outcome.WAITS and plain.get(PREVIEW) is not True:
        return failed(
            f"{gate.aim} of {own.called} is still not known at apply",
            "Run up without --target, so that what it comes from is there first",
        )
    return verdict


def _not_understood(why: str) -> Verdict:
    return failed(
        f"a gate is not understood: {why}", "Is the provider older than the program's package?"
    )


def lines(verdicts: Sequence[Verdict]) -> tuple[list[str], list[str]]:
    """What is told as information, and what stops the preview."""
    told = [v.line for v in verdicts if not v.failed]
    return told, [v.line for v in verdicts if v.failed]
