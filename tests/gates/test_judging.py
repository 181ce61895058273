"""Each gate on each kind of value: the line that it answers."""

from __future__ import annotations

import math
from typing import Any

import pytest

from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.gates import (
    Described,
    Gate,
    Metric,
    NoHardDelete,
    Owned,
    Ready,
    RequiredTags,
    SameDigest,
    TrustedCode,
)
from pulumi_mlregistry.gates.judging import judged
from pulumi_mlregistry.reconcile.unknown import UNKNOWN

from .judge import ENTITY, ENTRY, MODEL, SERVICE, VERSION, line

P, F, W = "gate passed: ", "gate failed: ", "gate waits: "


def of(**parts: Any) -> dict[str, Any]:
    return {"name": "fraud", "version": "3", **parts}


def auc(value: Any, **bounds: float) -> Metric:
    return Metric("auc", **(bounds or {"at_least": 0.9}), of=of(metrics={"auc": value}))


def oracle(*entries: tuple[float, int]) -> Metric:
    listed = [{"key": "auc", "value": value, "step": step} for value, step in entries]
    return Metric("auc", at_least=0.9, of=of(metrics=[*listed, {"key": "f1", "value": 0.1}]))


Case = tuple[Gate, str, dict[str, Any], str]
CASES: dict[str, Case] = {
    "a metric at its bound is enough": (
        auc(0.9), VERSION, {}, f"{P}metric auc of candidate fraud/3 is 0.9, at least 0.9 is",
    ),
    "a metric below its bound fails": (
        auc(0.87), VERSION, {},
        f"{F}metric auc of candidate fraud/3 is 0.87, at least 0.9 is required. Promote a version",
    ),
    "a metric above its upper bound fails": (auc(2, at_most=1), VERSION, {}, f"{F}metric auc of"),
    "a metric between both bounds passes": (
        auc(0.5, at_least=0.4, at_most=0.6), VERSION, {}, f"{P}metric auc of candidate fraud/3",
    ),
    "a metric that is NaN fails": (auc(math.nan), VERSION, {}, f"{F}metric auc of candidate fraud"),
    "a metric that is infinite fails": (auc(math.inf), VERSION, {}, f"{F}metric auc of"),
    "a metric that is a boolean fails": (
        auc(True), VERSION, {}, f"{F}metric auc of candidate fraud/3 is True, which is no number",
    ),
    "a metric that is missing fails": (
        Metric("auc", at_least=0.9, of=of()), VERSION, {},
        f"{F}metric auc of candidate fraud/3 is not there, at least 0.9 is required. Export it",
    ),
    "a metric as a tag of the candidate counts": (
        Metric("auc", at_least=0.9, of=of(tags={"auc": "0.95"})), VERSION, {}, f"{P}metric auc",
    ),
    "a metric as the version's own tag counts": (
        Metric("auc", at_least=0.9), VERSION, {"tags": {"auc": "0.95"}},
        f"{P}metric auc of model version fraud is 0.95",
    ),
    "a metric among an entity's custom fields counts": (
        Metric("auc", at_least=0.9), ENTITY, {"customFields": {"auc": 0.8}},
        f"{F}metric auc of model entity prod/fraud is 0.8",
    ),
    "of a metric that was logged twice the newest step counts": (
        oracle((0.95, 2), (0.5, 1)), VERSION, {}, f"{P}metric auc of candidate fraud/3 is 0.95",
    ),
    "a metric that is not known yet waits": (auc(UNKNOWN), VERSION, {}, f"{W}metric auc of"),
    "required tags that are all there pass": (
        RequiredTags("by", "at"), VERSION, {"tags": {"by": "alice", "at": "1"}},
        f"{P}tag by, at of model version fraud is there",
    ),
    "a required tag that is missing is named": (
        RequiredTags("by", "at"), VERSION, {"tags": {"at": "1"}},
        f"{F}tag by of model version fraud is missing or blank. Set it in tags",
    ),
    "a required tag that is blank is missing": (
        RequiredTags("by"), VERSION, {"tags": {"by": " "}}, f"{F}tag by of model version fraud is",
    ),
    "no tags at all lack a required one": (RequiredTags("by"), MODEL, {}, f"{F}tag by of"),
    "a required tag with an unknown value waits": (
        RequiredTags("by"), VERSION, {"tags": {"by": UNKNOWN}}, f"{W}tag by of model version fraud",
    ),
    "OpenMetadata's tags are required by their names": (
        RequiredTags("Tier.Tier1"), ENTRY, {"tags": ["PII.None", {"tagFQN": "Tier.Tier1"}]},
        f"{P}tag Tier.Tier1 of ML model risk.fraud is there",
    ),
    "a tag of OpenMetadata that is not known yet waits": (
        RequiredTags("Tier.Tier1"), ENTRY, {"tags": [UNKNOWN]}, f"{W}tag Tier.Tier1 of ML model",
    ),
    "an entity's tags are its custom fields": (
        RequiredTags("by"), ENTITY, {"customFields": {}},
        f"{F}tag by of model entity prod/fraud is missing or blank. Set it in custom_fields",
    ),
    "the same digest passes": (
        SameDigest(as_in=of(tags={"digest": "sha256:1"})), VERSION,
        {"tags": {"digest": "sha256:1"}},
        f"{P}tag digest of model version fraud is sha256:1, as in candidate fraud/3",
    ),
    "another digest fails with both": (
        SameDigest(as_in=of(tags={"digest": "sha256:1"})), VERSION,
        {"tags": {"digest": "sha256:2"}},
        f"{F}tag digest of model version fraud is sha256:2, and candidate fraud/3 has sha256:1.",
    ),
    "no digest on either side is no equality": (
        SameDigest(as_in=of()), VERSION, {},
        f"{F}tag digest of model version fraud is not there. Set it where that version is declared",
    ),
    "a candidate without a digest fails": (
        SameDigest(as_in=of()), VERSION, {"tags": {"digest": "x"}},
        f"{F}tag digest of candidate fraud/3 is not there",
    ),
    "the digest may have another tag": (
        SameDigest("sha", as_in=of(tags={"sha": "1"})), VERSION, {"tags": {"sha": "1"}},
        f"{P}tag sha of model version fraud is 1",
    ),
    "a digest that is not known yet waits": (
        SameDigest(as_in=of(tags=UNKNOWN)), VERSION, {"tags": {"digest": "x"}},
        f"{W}tag digest of candidate fraud/3",
    ),
    "a candidate that is READY passes": (
        Ready(of=of(status="READY")), VERSION, {}, f"{P}status of candidate fraud/3 is READY",
    ),
    "a candidate that is pending fails": (
        Ready(of=of(status="PENDING_REGISTRATION")), VERSION, {},
        f"{F}status of candidate fraud/3 is PENDING_REGISTRATION, READY is required",
    ),
    "a candidate without a status fails": (
        Ready(of=of()), VERSION, {}, f"{F}status of candidate fraud/3 is not there",
    ),
    "a candidate that is not known yet waits": (
        Ready(of={"name": "fraud", "status": UNKNOWN}), VERSION, {}, f"{W}status of candidate",
    ),
    "trust_remote_code is free for names on the list": (
        TrustedCode(allow=["prod/*"]), ENTITY, {"trustRemoteCode": True}, f"{P}trust_remote_code",
    ),
    "trust_remote_code fails for other names": (
        TrustedCode(allow=["prod/f", "dev/*"]), ENTITY, {"trustRemoteCode": True},
        f"{F}trust_remote_code of model entity prod/fraud is set, and its name is not on the list",
    ),
    "an empty list trusts nobody": (TrustedCode(), ENTITY, {"trustRemoteCode": True}, F),
    "code that is not trusted needs no list": (TrustedCode(), ENTITY, {}, P),
    "a name that is not known yet waits where code is trusted": (
        TrustedCode(allow=["prod/*"]), ENTITY, {"trustRemoteCode": True, "reference": None}, W,
    ),
    "the registry's default of hard deletes fails": (
        NoHardDelete(), VERSION, {},
        f"{F}delete policy of model version fraud is not declared, and the registry's default is",
    ),
    "OpenMetadata's default is soft": (
        NoHardDelete(), ENTRY, {}, f"{P}delete policy of ML model risk.fraud",
    ),
    "a declared hard delete fails and names what else there is": (
        NoHardDelete(), SERVICE, {"deletePolicy": "hard"},
        f'{F}delete policy of ML model service risk is hard. Set delete_policy="retain" or "soft"',
    ),
    "a declared retain passes": (NoHardDelete(), ENTITY, {"deletePolicy": "retain"}, P),
    "allow_recreate deletes for good as well": (
        NoHardDelete(), ENTRY, {"allowRecreate": True},
        f"{F}allow_recreate of ML model risk.fraud is set: a change may delete it for good.",
    ),
    "allow_recreate of a version deletes nothing": (
        NoHardDelete(), VERSION, {"allowRecreate": True, "deletePolicy": "retain"}, P,
    ),
    "a policy that is not known yet waits": (NoHardDelete(), ENTRY, {"deletePolicy": UNKNOWN}, W),
    "a description passes": (Described(), ENTRY, {"description": "Scores payments"}, P),
    "a blank description fails": (
        Described(), SERVICE, {"description": " \n"},
        f"{F}description of ML model service risk is missing or blank. Declare description=",
    ),
    "the candidate's description is judged in place of the own": (
        Described(of=of(description="d")), VERSION, {}, f"{P}description of candidate fraud/3",
    ),
    "owners in OpenMetadata pass": (Owned(), ENTRY, {"owners": [{"type": "user"}]}, P),
    "no owners in OpenMetadata fail, whatever its properties say": (
        Owned(), ENTRY, {"owners": [], "extension": {"owner": "alice"}},
        f"{F}owner of ML model risk.fraud is missing. Declare owners",
    ),
    "an entity is owned by its ownership": (Owned(), ENTITY, {"ownership": {"team": "risk"}}, P),
    "an entity is owned by a custom field too": (
        Owned(), ENTITY, {"customFields": {"owner": "a"}}, P,
    ),
    "a version is owned by a tag": (Owned("team"), VERSION, {"tags": {"team": "risk"}}, P),
    "a version without that tag has no owner": (
        Owned("team"), VERSION, {"tags": {"owner": "risk"}},
        f'{F}owner of model version fraud is missing. Declare tags={{"team": ...}}',
    ),
    "owners that are not known yet wait": (Owned(), ENTRY, {"owners": UNKNOWN}, W),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_that(case: str) -> None:
    gate, kind, inputs, begins = CASES[case]
    told = line(gate, kind, **inputs)
    assert told.startswith(begins), told
    assert "\n" not in told


@pytest.mark.parametrize("case", CASES)
def test_what_waits_in_a_preview_fails_at_apply(case: str) -> None:
    gate, kind, inputs, _ = CASES[case]
    told = line(gate, kind, **inputs)
    applied = line(gate, kind, preview=False, **inputs)
    assert applied == told if not told.startswith(W) else applied.startswith(F)


def test_the_configured_delete_policy_counts_where_none_is_declared() -> None:
    assert line(NoHardDelete(), VERSION, {"deletePolicy": "retain"}).startswith(P)
    assert line(NoHardDelete(), ENTRY, {"deletePolicy": "hard"}).startswith(F)
    assert line(NoHardDelete(), VERSION, {"deletePolicy": "soft"}).startswith(F), "no such policy"


def test_values_of_secrets_are_never_told() -> None:
    own = {"tags": {"digest": "hidden-1"}, "__secrets": ["tags", "name"]}
    there = of(tags={"digest": "hidden-2"}, metrics={"auc": 0.123}, status="hidden-3")
    told = [
        line(SameDigest(as_in=there), secret=True, **own),
        line(Metric("auc", at_least=0.9, of=there), secret=True),
        line(Ready(of=there), secret=True),
        line(Metric("digest", at_least=0.9), **own),
    ]
    assert all(text.startswith(F) for text in told)
    assert not [text for text in told if "hidden" in text or "0.123" in text], told
    assert "model version [secret]" in told[0]


def test_a_long_value_is_cut() -> None:
    assert len(line(SameDigest(as_in=of(tags={"digest": "x"})), tags={"digest": "y" * 9999})) < 400


@pytest.mark.parametrize(
    ("carried", "why"),
    [
        ("text", "they are no list"),
        (["text"], "not understood"),
        ([{"gate": "Newer", "arguments": {}}], "Is the provider older"),
        ([{"gate": "Ready", "arguments": {}}], "there is no candidate"),
        ([{"gate": "Ready", "arguments": {}, "candidate": None}], "the candidate is null"),
        ([{"gate": "Ready", "arguments": {}, "candidate": "3"}], "the candidate is no mapping"),
    ],
)
def test_what_a_door_cannot_judge_fails(carried: Any, why: str) -> None:
    (verdict,) = judged(KINDS[VERSION].table, {}, carried, lambda name: None)
    assert verdict.line.startswith(F)
    assert why in verdict.line


@pytest.mark.parametrize("kind", [VERSION, MODEL, ENTRY, SERVICE, ENTITY])
def test_a_gate_survives_inputs_of_wrong_types(kind: str) -> None:
    wrong = dict.fromkeys(("tags", "owners", "customFields", "extension", "deletePolicy"), 7)
    for gate in (RequiredTags("x"), Owned(), NoHardDelete(), Metric("x", at_least=1), Described()):
        assert line(gate, kind, **wrong, description=7)
