"""Stacks beyond their names, what lies in one another, and runs that see a part of a program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pulumi_mlregistry.reconcile.errors import AlreadyExists, Conflict, HasChildren, Unreachable
from pulumi_mlregistry.reconcile.ledger import Ledger, Wanted
from pulumi_mlregistry.reconcile.protocol import Claim, Mark
from pulumi_mlregistry.reconcile.unknown import UNKNOWN
from reconcile.program import Program, applied
from reconcile.series import OF, Issue, Of
from reconcile.tables import Model, Version


def replaced(policy: dict[str, Any] | None = None, **of: Any) -> tuple[Of, Of]:
    """An issue that was replaced, and the one in its place."""
    old = Of(table=Issue)
    old.up(name="m", source="a", **{**OF, **of}, **(policy or {}))
    former = Of(old.server, Issue, id=old.id, outputs=old.outputs)
    old.id, old.ledger = "", Ledger()
    old.up(name="m", source="b", **{**OF, **of})
    former.ledger = old.ledger
    former.requests.clear()
    return former, old


def test_a_replaced_issue_is_marked_so_that_it_goes_with_its_series() -> None:
    former, _ = replaced()
    former.core.delete(former.id, former.outputs)
    assert former.requests == ["mark m/1"]
    assert former.log == ["issue m/1 stays in the registry: it was replaced by m/2"]


def test_a_mark_that_fails_loses_nothing_and_is_told() -> None:
    former, _ = replaced()
    former.server.fault("mark m/1", Unreachable("no connection"))
    former.core.delete(former.id, former.outputs)
    assert former.log[1:] == [
        (
            "issue m/1 could not be marked as replaced, and will not be deleted with its parent: "
            "no connection"
        )
    ]


def test_without_an_identity_or_where_it_is_retained_nothing_is_marked() -> None:
    former, _ = replaced(__stack="", __instance="")
    former.core.delete(former.id, former.outputs)
    assert former.requests == []
    former, _ = replaced({"deletePolicy": "retain"})
    former.core.delete(former.id, former.outputs)
    assert former.requests == []


def test_an_issue_that_is_replaced_stays_though_it_is_deleted_first() -> None:
    issue = Of(table=Issue)
    issue.up(name="m", source="a", **OF)
    issue.ledger = Ledger()
    assert issue.diff(name="m", source="b", **OF).replaces == ["source"]
    issue.core.delete(issue.id, issue.outputs)
    assert issue.log == ["issue m/1 stays in the registry: it is being replaced"]
    assert "m/1" in issue.server.objects


def test_an_issue_whose_series_is_made_anew_is_deleted() -> None:
    issue = Of(table=Issue)
    issue.up(name="m", source="a", **OF)
    issue.ledger = Ledger()
    news = {"name": UNKNOWN, "source": "a", "__owner": issue.owner, **OF}
    assert issue.core.diff(issue.id, issue.outputs, news).replaces == ["name"]
    issue.core.delete(issue.id, issue.outputs)
    assert issue.server.objects == {}


def test_a_version_by_the_same_name_may_be_another_checkouts() -> None:
    issue = Of(table=Issue, doubt="it was made by an earlier run or another checkout")
    server = issue.server
    first = Of(server, Issue)
    first.up(name="m", source="a", **OF)
    server.objects["m/1"].claim = Claim(
        server.objects["m/1"].claim.owner, server.objects["m/1"].claim.fingerprint
    )
    with pytest.raises(AlreadyExists, match="an earlier run or another checkout; it was left"):
        issue.up(name="m", source="a", **OF)
    assert list(server.objects) == ["m/1"]
    issue.up(name="m", source="a", onConflict="adopt", **OF)
    assert issue.id == "m/1"
    assert issue.outputs["__adopted"] is True


def test_whether_an_issue_goes_with_its_series_is_noted_at_the_registry() -> None:
    issue = Of(table=Issue)
    issue.up(name="m", source="a", **OF)
    assert issue.diff(name="m", source="a", __deletedWith=True, **OF).policies == ("__deletedWith",)
    issue.up(name="m", source="a", __deletedWith=True, **OF)
    assert issue.requests == ["mark m/1"]
    assert issue.server.marks[-1] == Mark(issue.owner, ("S",), goes=True)
    assert issue.outputs["__deletedWith"] is True
    issue.up(name="m", source="a", **OF)
    assert issue.requests == ["mark m/1"]
    assert issue.server.marks[-1] == Mark(issue.owner, ("S",))


def in_a_new_run(program: Program) -> Program:
    """The same resource in the next run."""
    program.ledger = Ledger()
    return program


def test_a_replacement_that_keeps_the_name_is_refused_before_anything_is_asked() -> None:
    program = in_a_new_run(applied(size=5))
    assert program.check({"name": "m", "size": 5}).failures == []
    program.inputs = {}
    (failure,) = program.check({"name": "m", "size": 5}).failures
    assert failure.path == "name"
    assert failure.reason == (
        "stays: Pulumi is to replace the model under its own name: that would delete it, with "
        "its reviews, and create it anew. Set allow_recreate=True to allow that, or undo what asks "
        "for it: --replace, a taint, replace_on_changes, replacement_trigger or replace_with"
    )
    assert program.check({"name": "m", "allowRecreate": True}).failures == []
    assert program.check({"name": "n"}).failures == []


def test_a_delete_of_what_is_declared_under_the_same_name_is_refused() -> None:
    program = in_a_new_run(applied())
    program.check({"name": "m"})
    with pytest.raises(Conflict, match=r"Pulumi is to replace the model under its own name"):
        program.core.delete(program.id, program.outputs)
    assert "main/m" in program.server.objects


def test_it_is_carried_out_where_the_program_allows_it() -> None:
    program = in_a_new_run(applied())
    program.server.objects["main/m"].reviews = ["a"]
    program.check({"name": "m", "allowRecreate": True})
    with pytest.raises(HasChildren):
        program.core.delete(program.id, program.outputs)
    program.check({"name": "m", "allowRecreate": True, "recursive": True})
    program.core.delete(program.id, program.outputs)
    assert program.server.objects == {}


def test_what_a_part_of_the_program_declares_that_was_left_out_is_not_deleted() -> None:
    program = Of()
    program.up(name="m")
    in_a_new_run(program)
    program.also = [("p/dev/toy/x", ("x", None)), (program.owner, ("m", None))]
    program.settings = {"toyShelf": "main"}
    program.core.delete(program.id, program.outputs)
    assert program.server.objects == {}


@pytest.mark.parametrize("names", [("m", None), ("m", "main")])
def test_a_resource_left_out_that_declares_the_object_is_named(names: tuple[str, Any]) -> None:
    program = Of()
    program.up(name="m")
    in_a_new_run(program)
    program.also = [("p/dev/toy/b", names)]
    with pytest.raises(Conflict, match=r"p/dev/toy/b, which this run leaves out, declares an"):
        program.core.delete(program.id, program.outputs)
    assert "m" in program.server.objects
    # Where it takes part in the run, what it has is known.
    program.ledger.want("p/dev/toy/b", Wanted(("m", "main")))
    program.core.delete(program.id, program.outputs)
    assert program.server.objects == {}


def test_numbered_objects_have_no_name_that_another_resource_could_declare() -> None:
    issue = Of(table=Version)
    issue.up(name="m", source="a")
    in_a_new_run(issue)
    issue.also = [("p/dev/toy/b", ("m",))]
    issue.core.delete(issue.id, issue.outputs)
    assert issue.server.objects == {}


def test_what_another_process_of_the_run_checks_is_known(tmp_path: Path) -> None:
    journal = tmp_path / "run.jsonl"
    here = Ledger(journal)
    assert not here.has_program
    Ledger(journal).want("p/s/k/a", Wanted(("m",), recreate=True))
    assert here.wanted("p/s/k/a", "key") == Wanted(("m",), recreate=True)
    assert here.has_program
    here.want("", Wanted(("n",)))
    assert here.wanted("", "key") is None


def test_without_a_program_that_says_what_it_declares_nothing_is_known() -> None:
    assert list(applied().core.program(Model.kind, "p/dev/toy/m")) == []


def test_what_a_program_wants_replaced_on_a_change_is_replaced_where_the_engine_leaves_it() -> None:
    issue = Of(table=Issue)
    issue.up(name="m", source="a", tags={"a": "1", "b": "1"}, **OF)
    news = {"name": "m", "source": "a", "__replaceOnChanges": ["tags.a"], **OF}
    assert issue.diff(**news, tags={"a": "1", "b": "2"}).replaces == []
    diff = issue.diff(**news, tags={"a": "2", "b": "2"})
    assert diff.replaces == ["tags"]
    assert [c.reason for c in diff.changes] == ["replace_on_changes names it", ""]
    assert issue.diff(**{**news, "source": "b"}, tags={"a": "1", "b": "1"}).replaces == ["source"]


def test_a_replacement_that_comes_to_the_same_version_says_how_to_make_another() -> None:
    version = Program(table=Version)
    version.up(name="m", source="a", **OF)
    again = Program(version.server, Version)
    again.up(name="m", source="a", **OF)
    assert again.id == version.id
    again.core.delete(version.id, version.outputs)
    assert again.log[-1].endswith("delete_before_replace=True, which deletes no version")
