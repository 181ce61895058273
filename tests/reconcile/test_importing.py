"""Imports: what was read is this program's once, and as long as, the program declares it."""

from __future__ import annotations

from typing import Any

from pulumi_mlregistry.reconcile.ledger import Ledger
from reconcile.program import Program, applied, values

THERE = {"size": 5, "tags": {"a": "1", "b": "2"}, "storage": {"host": "h", "at": {"port": 1}}}


def imported() -> Program:
    """A program that has taken over a model of others."""
    other = applied(**THERE)
    program = Program(other.server, owner="p/dev/toy/imported")
    program.take("main/m")
    return program


def test_an_import_reads_all_and_owns_nothing() -> None:
    program = imported()
    assert {k: program.inputs[k] for k in THERE} == THERE
    assert program.inputs["__import"] is True
    assert program.outputs["__applied"] == {"*": "+", "score": "-"}
    assert program.planned(name="m") == []
    assert program.planned(name="m", size=5, storage={"host": "h"}) == []


def test_what_an_imported_program_changes_is_shown_and_the_rest_stays() -> None:
    program = imported()
    ours: dict[str, Any] = {"name": "m", "tags": {"a": "9"}, "storage": {"host": "g"}}
    assert program.planned(**ours) == ["storage.host: 'h' => 'g'", "tags.a: '1' => '9'"]
    program.up(**ours)
    assert values(program)["tags"] == {"a": "9", "b": "2"}
    assert values(program)["storage"] == {"host": "g", "at": {"port": 1}}
    assert program.outputs["__applied"] == {"*": "", "format": "-", "score": "-"}
    assert "size" not in program.outputs


def test_what_an_imported_program_has_declared_and_drops_is_cleared() -> None:
    program = imported()
    program.up(name="m", description="", tags={"a": "1"}, storage={"host": "h"})
    assert program.planned(name="m") == [
        "storage: [secret] => (not set)", "tags.a: '1' => (not set)",
    ]  # fmt: skip
    program.up(name="m")
    assert values(program)["tags"] == {"b": "2"}
    assert values(program)["storage"] == {"at": {"port": 1}}


def test_a_read_with_inputs_takes_what_was_declared_for_the_programs() -> None:
    program = imported()
    program.up(name="m", size=5, tags={"a": "1"})
    values(program)["size"] = 6
    values(program)["tags"] = {"a": "1", "b": "theirs"}
    found = program.core.read(program.id, program.outputs, program.inputs)
    assert found.inputs["size"] == 6
    assert found.inputs["tags"] == {"a": "1"}
    assert "storage" not in found.inputs
    assert "__import" not in found.inputs
    assert program.log == [
        "model main/m was changed outside: size (last changed at 100 by program)"
    ]
    assert found.outputs["__applied"]["size"] == "!"
    again = program.core.read(program.id, found.outputs, found.inputs)
    assert again.inputs == found.inputs


def test_a_read_with_the_inputs_of_an_import_stays_an_import() -> None:
    program = imported()
    found = program.core.read(program.id, program.outputs, program.inputs)
    assert found.inputs == program.inputs
    assert found.outputs == program.outputs


def test_a_read_without_inputs_tells_drift_of_all_that_was_imported() -> None:
    program = imported()
    values(program)["size"] = 6
    program.refresh()
    assert program.log == [
        "model main/m was changed outside: size (last changed at 100 by program)"
    ]
    assert program.outputs["__applied"] == {"*": "+", "score": "-", "size": "+!"}
    program.refresh()
    assert program.log == []
    program.ledger = Ledger()
    assert program.planned(name="m", size=5) == [
        "size: 6 => 5 (changed outside since the last update)"
    ]


def test_what_cannot_be_cleared_need_not_be_declared_of_an_import() -> None:
    program = imported()
    assert program.check({"name": "m"}).failures == []
    program.up(name="m", size=5)
    assert [f.path for f in program.check({"name": "m"}).failures] == ["size"]


def test_a_refresh_with_all_declared_leaves_nothing_of_an_import() -> None:
    program = imported()
    program.up(name="m", format=program.outputs["format"], **THERE)
    found = program.core.read(program.id, program.outputs, program.inputs)
    assert found.outputs["__applied"] == {"*": "", "score": "-"}


def test_a_read_keeps_the_last_inputs_where_they_still_hold() -> None:
    program = applied(description="", tags={}, labels=["a", "b"], summary="Big")
    assert program.outputs["summary"] == "Big"
    values(program)["labels"] = ["b", "a"]
    found = program.core.read(program.id, program.outputs, program.inputs)
    assert found.inputs == program.inputs
    values(program)["description"] = "theirs"
    found = program.core.read(program.id, program.outputs, program.inputs)
    assert found.inputs == {**program.inputs, "description": "theirs"}
    program.server.objects.clear()
    assert program.core.read(program.id, program.outputs, program.inputs).id == ""
