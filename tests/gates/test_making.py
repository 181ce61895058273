"""Gates that cannot be meant are errors where they are written."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

import pytest

from pulumi_mlregistry import gates
from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.gates import carrying

MAKE = cast(Any, gates)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: MAKE.Metric("auc"), "no bound: give at_least= or at_most="),
        (lambda: MAKE.Metric("auc", at_least="0.9"), "is a number, not '0.9'"),
        (lambda: MAKE.Metric("auc", at_least=True), "is a number, not True"),
        (lambda: MAKE.Metric("auc", at_most=math.nan), "nothing could meet it"),
        (lambda: MAKE.Metric("auc", at_least=2, at_most=1), "cannot be at least 2 and at most 1"),
        (lambda: MAKE.Metric(" ", at_least=1), "the name of a metric"),
        (lambda: MAKE.Metric("auc", at_leest=1), "at_leest"),
        (lambda: MAKE.RequiredTags(), "give at least one"),
        (lambda: MAKE.RequiredTags("a", 3), "names of tags, not 3"),
        (lambda: MAKE.TrustedCode(allow="prod/*"), "a list of names"),
        (lambda: MAKE.TrustedCode(allow=[7]), "not 7"),
        (lambda: MAKE.Ready(of="fraud/3"), "not a str"),
        (lambda: MAKE.SameDigest(as_in=object()), "gates.candidate(version)"),
    ],
)
def test_a_wrong_gate_is_an_error_that_says_why(make: Callable[[], object], why: str) -> None:
    with pytest.raises((TypeError, ValueError)) as raised:
        make()
    assert why in str(raised.value)


def test_what_is_no_gate_is_refused_by_a_program() -> None:
    for wrong, why in (
        (gates.Described(), "a list"),
        ([gates.Described], "not <class"),
        ([gates.Ready()], "Ready needs a candidate in a program"),
    ):
        with pytest.raises(TypeError, match=why):
            carrying.carried(cast(Any, wrong))


def test_enforced_gates_go_where_they_can_be_met() -> None:
    tables = [kind.table for kind in KINDS.values()]
    gate: gates.Gate
    everywhere = (gates.Described(), gates.Owned(), gates.NoHardDelete())
    for gate in everywhere:
        assert all(gate.applies(table) for table in tables)
    for gate in (gates.Metric("m", at_least=0), gates.SameDigest(), gates.RequiredTags("x")):
        assert [t.kind for t in tables if gate.applies(t)] == ["mlflow:ModelVersion"]
    trusted = [t.kind for t in tables if gates.TrustedCode().applies(t)]
    assert trusted == ["nemo:ModelEntity"]


def test_every_public_name_is_there() -> None:
    made = {name: getattr(gates, name) for name in gates.__all__}
    assert all(value.__doc__ for value in made.values())
    with pytest.raises(AttributeError):
        _ = MAKE.nothing
