"""What a state remembers of each path: only what does not go without saying."""

from __future__ import annotations

from typing import Any

from pulumi_mlregistry.reconcile.state import State
from reconcile.program import applied
from reconcile.tables import Model

DECLARED: dict[str, Any] = {"summary": "Small", "parts": [{"name": "p"}], "tags": {"a": "1"}}
LONG = {"name": "", "shelf": "", "parts/p": "", "tags/a": ""}


def test_what_is_kept_as_declared_goes_without_saying() -> None:
    program = applied(size=5, tags={"a": "1", "b": "2"}, labels=["x"])
    assert program.outputs["__applied"] == {"*": "", "format": "-", "score": "-"}


def test_what_the_registry_spells_otherwise_drifted_or_others_own_is_said() -> None:
    program = applied(**DECLARED, exclusive=["tags"])
    assert program.marks["summary"] != ""
    program.server.edit("main/m", tags={"a": "2", "theirs": "1"})()
    program.refresh()
    said = program.outputs["__applied"]
    assert {k: said[k] for k in said if k.startswith("tags")} == {"tags/a": "!", "tags/theirs": "?"}


def test_what_was_applied_and_others_cleared_is_said() -> None:
    program = applied(size=5)
    program.server.edit("main/m", size=None)()
    program.refresh()
    assert program.outputs["__applied"]["size"] == "!"


def test_a_state_of_the_first_form_says_the_same() -> None:
    program = applied(**DECLARED)
    now = State.load(Model, program.outputs)
    echo = program.outputs["__applied"]["summary"]
    before = State.load(Model, {**program.outputs, "__applied": {**LONG, "summary": echo}})
    assert (before.applied, before.drifted) == (now.applied, now.drifted)


def test_a_state_of_the_first_form_is_taken_over_with_nothing_planned() -> None:
    program = applied(**DECLARED)
    echo = program.outputs["__applied"]["summary"]
    short = program.outputs
    program.outputs = {**short, "__applied": {**LONG, "summary": echo}}
    assert program.planned(name="m", **DECLARED) == []
    program.refresh()
    assert program.outputs == short


def test_a_state_with_numbers_as_the_engine_hands_them_back_says_the_same() -> None:
    program = applied(size=5)
    again = {**program.outputs, "size": 5.0}
    assert State.load(Model, again).applied == State.load(Model, program.outputs).applied
