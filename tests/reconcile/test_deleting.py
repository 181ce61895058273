"""Delete: only what is still ours, as its policy says, and never others' work along with it."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_mlregistry.reconcile.errors import HasChildren, Rejected
from pulumi_mlregistry.reconcile.ledger import Ledger
from reconcile.program import Program, applied
from reconcile.registry import Registry
from reconcile.tables import Archived, Model, Version

STAYS = "model main/m stays in the registry: "


def adopted(table: Any = Model, trashed: bool = False, **declared: Any) -> Program:
    """A program that took over a model m."""
    server = Registry()
    server.put("main/m", {"name": "m", "shelf": "main"}).trashed = trashed
    program = Program(server, table)
    program.up(name="m", onConflict="adopt", **declared)
    return program


def test_what_a_program_made_is_deleted_for_good() -> None:
    program = applied()
    program.destroy()
    assert program.requests == ["read", "children", "delete hard"]
    assert program.log == []


def test_where_deletes_are_soft_they_are_soft() -> None:
    program = Program(table=Archived)
    program.up(name="m")
    program.server.objects["main/m"].reviews = ["kept"]
    program.destroy()
    assert program.requests == ["read", "children", "delete softly"]


def test_what_is_gone_already_is_done() -> None:
    program = applied()
    program.server.objects.clear()
    program.destroy()
    assert program.requests == ["read"]


def test_another_object_under_the_name_stays() -> None:
    program = applied()
    program.server.put("main/m", {"name": "m"})
    program.destroy()
    assert program.requests == ["read"]
    assert program.log == ["model main/m stays: it is another object now: serial 2"]


def test_what_is_retained_stays_without_a_request() -> None:
    program = applied(deletePolicy="retain")
    program.destroy()
    assert program.requests == []
    assert program.log == [f"{STAYS}its delete policy is retain"]


def test_what_was_adopted_stays() -> None:
    program = adopted()
    program.destroy()
    assert program.requests == []
    assert program.log == [f"{STAYS}its delete policy is retain, as it was adopted"]


def test_what_was_adopted_is_deleted_where_the_program_says_so() -> None:
    program = adopted(deletePolicy="hard")
    program.destroy()
    assert program.requests == ["read", "children", "delete hard"]


def test_what_was_restored_is_deleted_softly_again() -> None:
    program = adopted(Archived, trashed=True)
    program.settings = {"deletePolicy": "hard"}
    program.destroy()
    assert program.requests == ["read", "children", "delete softly"]


@pytest.mark.parametrize(
    ("table", "configured", "expected"),
    [
        (Model, "retain", []),
        (Model, "hard", ["read", "children", "delete hard"]),
        (Model, "soft", ["read", "children", "delete hard"]),
        (Archived, "hard", ["read", "children", "delete hard"]),
        (Archived, "nonsense", ["read", "children", "delete softly"]),
    ],
)
def test_the_configured_policy_holds_where_the_table_has_it(
    table: Any, configured: str, expected: list[str]
) -> None:
    program = Program(table=table, settings={"deletePolicy": configured})
    program.up(name="m")
    program.destroy()
    assert program.requests == expected


@pytest.mark.parametrize(
    ("configured", "environment", "expected"),
    [
        ("hard", "retain", []),
        ("hard", "soft", ["read", "children", "delete softly"]),
        ("soft", "hard", ["read", "children", "delete softly"]),
        (None, "retain", []),
        ("hard", "nonsense", ["read", "children", "delete hard"]),
    ],
)
def test_a_milder_policy_of_the_environment_holds_where_the_configuration_may_be_old(
    configured: str | None, environment: str, expected: list[str]
) -> None:
    program = Program(table=Archived)
    program.up(name="m")
    program.settings = {"deletePolicy": configured} if configured else {}
    program.environment = {"deletePolicy": environment}
    program.destroy()
    assert program.requests == expected


def test_in_a_run_with_a_program_its_configuration_holds() -> None:
    program = applied()
    program.settings = {"deletePolicy": "hard"}
    program.environment = {"deletePolicy": "retain"}
    program.ledger = Ledger()
    program.check({"name": "n"})
    program.core.delete(program.id, program.outputs)
    assert program.requests[-1] == "delete hard"


def test_the_work_of_others_is_not_deleted_along() -> None:
    program = applied()
    program.server.objects["main/m"].reviews = ["a", "b", "c", "d", "e"]
    with pytest.raises(HasChildren) as raised:
        program.destroy()
    assert str(raised.value) == (
        "delete model main/m at https://toy/one: it has a, b, c, d, e, which would be deleted with "
        "it. Delete those first, or set recursive=True and run up before the delete"
    )
    assert program.requests == ["read", "children"]
    program.server.objects["main/m"].reviews.append("f")
    with pytest.raises(HasChildren, match=r"it has a, b, c, d, e, \.\.\., which"):
        program.destroy()


def test_the_work_of_others_is_deleted_along_where_the_program_says_so() -> None:
    program = applied(recursive=True)
    program.server.objects["main/m"].reviews = ["a"]
    program.destroy()
    assert program.requests == ["read", "delete hard with reviews"]


def test_a_refused_delete_is_told() -> None:
    program = applied()
    program.server.fault("delete hard", Rejected("it is protected"))
    with pytest.raises(Rejected, match=r"^delete model main/m at https://toy/one: it is protected"):
        program.destroy()


def delete_in(ledger: Ledger, program: Program) -> None:
    """Delete in a run that has noted what others have."""
    program.requests.clear()
    program.log.clear()
    program.ledger = ledger
    program.core.delete(program.id, program.outputs)


def test_what_another_resource_of_the_program_has_by_now_stays() -> None:
    program = applied()
    renamed = Program(program.server, owner="p/dev/toy/n")
    renamed.up(name="m", onConflict="adopt")
    delete_in(renamed.ledger, program)
    assert program.requests == []
    assert program.log == [f"{STAYS}it is now p/dev/toy/n's"]


def test_what_this_run_made_stays() -> None:
    program = applied()
    delete_in(program.ledger, program)
    assert program.log == [f"{STAYS}it was created or taken over in this very run"]


def test_a_resource_renamed_by_an_alias_may_delete_its_own() -> None:
    program = applied()
    program.owner, program.ledger = "p/prod/toy/m", Ledger()
    former = program.outputs
    program.diff(name="n")
    program.core.delete(program.id, former)
    assert program.requests == ["read", "children", "delete hard"]


def test_a_replaced_version_stays_and_its_successor_is_named() -> None:
    program = Program(table=Version)
    program.up(name="m", source="a")
    old = Program(program.server, Version, id=program.id, outputs=program.outputs)
    program.id, program.ledger = "", Ledger()
    program.up(name="m", source="b")
    delete_in(program.ledger, old)
    assert old.requests == []
    assert old.log == ["version m/1 stays in the registry: it was replaced by m/2"]


def test_a_replaced_named_object_is_deleted_unless_it_has_the_work_of_others() -> None:
    program = applied()
    old = Program(program.server, id=program.id, outputs=program.outputs)
    program.id, program.inputs, program.ledger = "", {}, Ledger()
    program.up(name="n")
    program.server.objects["main/m"].reviews = ["a"]
    delete_in(program.ledger, old)
    assert old.requests == ["read", "children"]
    assert old.log == [f"{STAYS}it was replaced by main/n, and it has a"]
    program.server.objects["main/m"].reviews = []
    delete_in(program.ledger, old)
    assert old.requests == ["read", "children", "delete hard"]


@pytest.mark.parametrize("policy", [{}, {"deletePolicy": "retain"}, {"deletePolicy": "soft"}])
def test_what_is_made_anew_under_its_name_is_deleted_for_good(policy: dict[str, Any]) -> None:
    program = Program(table=Archived)
    program.up(name="m", origin="here", **policy)
    diff = program.diff(name="m", origin="there", allowRecreate=True, **policy)
    assert (diff.replaces, diff.delete_before_replace) == (["origin"], True)
    delete_in(program.ledger, program)
    assert program.requests == ["read", "children", "delete hard"]


def test_what_is_made_anew_keeps_the_work_of_others_unless_the_new_program_says_so() -> None:
    program = applied(origin="here", recursive=True)
    program.server.objects["main/m"].reviews = ["a"]
    program.diff(name="m", origin="there", allowRecreate=True)
    with pytest.raises(HasChildren) as raised:
        delete_in(program.ledger, program)
    assert raised.value.remedy == "Delete those first, or set recursive=True"
    program.diff(name="m", origin="there", allowRecreate=True, recursive=True)
    delete_in(program.ledger, program)
    assert program.requests == ["read", "delete hard with reviews"]
