"""What a preview knows of an answer before it is given, and what failed creates leave."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from pulumi_mlregistry.reconcile.errors import Failed, Lost, Misconfigured, Rejected
from pulumi_mlregistry.reconcile.planning import reasons
from pulumi_mlregistry.reconcile.unknown import UNKNOWN
from reconcile.program import Program, applied
from reconcile.registry import Registry
from reconcile.tables import Version


def test_before_a_create_what_the_registry_decides_is_unknown() -> None:
    program = Program()
    inputs = program.check({"name": "m", "size": 5}).inputs
    found = program.core.foretold({}, inputs)
    assert (found["name"], found["size"], found["reference"]) == ("m", 5, "main/m")
    unknown = {name for name, value in found.items() if value is UNKNOWN}
    assert unknown == {"format", "score", "serial", "revision"}
    assert found["registry"] == "https://toy/one"
    assert program.requests == []


def test_where_no_registry_is_configured_its_address_is_unknown_and_nothing_fails() -> None:
    program = Program()
    core = program.core
    core.registry = Mock(side_effect=Misconfigured("toyUrl is not set"))
    found = core.foretold({}, program.check({"name": "m"}).inputs)
    assert found["registry"] is UNKNOWN


def test_before_an_update_what_stays_is_known_and_what_may_change_is_not() -> None:
    program = applied(size=5, description="d")
    inputs = program.check({"name": "m", "size": 6}).inputs
    found = program.core.foretold(program.outputs, inputs)
    assert (found["size"], found["serial"], found["reference"]) == (6, 1, "main/m")
    assert found["score"] is UNKNOWN, "the registry may rate it anew"
    assert found["revision"] is UNKNOWN
    assert "description" not in found
    assert found["__applied"] == program.outputs["__applied"]


def test_before_an_update_of_a_policy_everything_is_known() -> None:
    program = applied(size=5)
    inputs = program.check({"name": "m", "size": 5, "deletePolicy": "retain"}).inputs
    found = program.core.foretold(program.outputs, inputs)
    assert found == {**program.outputs, "deletePolicy": "retain"}


def test_a_version_that_was_made_and_not_completed_can_be_kept_and_completed() -> None:
    program = Program(table=Version)
    program.server.fault("patch", Rejected("no"))
    inputs = program.check({"name": "m", "source": "s", "stage": "new"}).inputs
    with pytest.raises(Rejected) as raised:
        program.core.create(inputs)
    left = raised.value.left
    assert left is not None
    assert (left.id, left.outputs.get("stage"), left.outputs["source"]) == ("m/1", None, "s")
    done = program.core.update(left.id, left.outputs, inputs, again=True)
    assert done.outputs["stage"] == "new"


def test_an_update_again_looks_where_nothing_changed_and_waits_until_it_is_usable() -> None:
    program = applied(size=5)
    inputs = program.check({"name": "m", "size": 5}).inputs
    program.requests.clear()
    assert program.core.update(program.id, program.outputs, inputs).id == program.id
    assert program.requests == []
    program.core.update(program.id, program.outputs, inputs, again=True)
    assert program.requests == ["read", "settle"]
    program.server.fault("settle", Failed("it broke"))
    with pytest.raises(Failed, match="it broke"):
        program.core.update(program.id, program.outputs, inputs, again=True)


def test_a_policy_that_changes_again_sends_nothing() -> None:
    program = applied(size=5)
    inputs = program.check({"name": "m", "size": 5, "deletePolicy": "retain"}).inputs
    program.requests.clear()
    program.core.update(program.id, program.outputs, inputs, again=True)
    assert program.requests == []


def test_what_was_removed_again_leaves_nothing_to_keep() -> None:
    program = Program(Registry())
    program.server.fault("settle", Failed("it broke"))
    with pytest.raises(Failed) as raised:
        program.up(name="m")
    assert raised.value.left is None


def test_a_version_that_is_replaced_is_not_taken_for_what_the_create_has_made() -> None:
    program = Program(table=Version)
    program.up(name="m", source="s")
    program.diff(name="m", source="s")  # the engine replaces, whatever the answer is
    inputs = program.check({"name": "m", "source": "s"}).inputs
    program.server.fault("create", Lost("cut"), committed=True)
    assert program.core.create(inputs).id == "m/2", "the lost reply's own version"
    assert program.requests == ["find", "create", "find"]


def test_why_changes_are_what_they_are_is_told_once_at_each_path() -> None:
    program = applied(size=5, origin="here")
    changes = program.diff(name="m", size=6, origin="there", allowRecreate=True).changes
    assert reasons(changes) == {
        "origin: cannot be changed after creation: it was made there",
    }
