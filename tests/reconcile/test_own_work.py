"""Stacks beyond their names, what lies in one another, and runs that see a part of a program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pytest

from pulumi_mlregistry.reconcile.behaviour import Behaviour
from pulumi_mlregistry.reconcile.errors import AlreadyExists, Conflict, HasChildren, Unreachable
from pulumi_mlregistry.reconcile.ledger import Ledger, Wanted
from pulumi_mlregistry.reconcile.protocol import Child, Claim, Live
from pulumi_mlregistry.reconcile.reconciler import Reconciler
from pulumi_mlregistry.reconcile.table import POLICY, Table
from pulumi_mlregistry.reconcile.unknown import UNKNOWN
from reconcile.program import Program, applied
from reconcile.registry import Calls, Registry
from reconcile.tables import Model, Version


class Series(Table):
    """What issues lie in."""

    kind: ClassVar[str] = "toy:Series"
    system: ClassVar[str] = "the toy registry"
    title: ClassVar[str] = "series"
    identified: ClassVar[bool] = True

    name: Annotated[str, Behaviour(key=True, create_only=True)]
    """Its name."""

    note: Annotated[str | None, Behaviour(clear=None)] = None
    """What is said of it."""

    recursive: Annotated[bool | None, POLICY] = None
    """Whether its issues go along."""

    serial: Annotated[int | None, Behaviour(server=True, identity=True)] = None
    """Its number."""


class Issue(Version):
    """A version that says who made it."""

    kind: ClassVar[str] = "toy:Issue"
    title: ClassVar[str] = "issue"
    identified: ClassVar[bool] = True
    parent: ClassVar[tuple[str, str]] = ("toy:Series", "name")


@dataclass
class Issues(Calls):
    """A registry in which others have things as well."""

    others: list[str] = field(default_factory=list)
    doubt: str = ""

    def _place(self, declared: Any) -> str:
        return str(declared["name"])

    def find(self, declared: Any, claim: Claim) -> Live | None:
        """What may be another checkout's."""
        live = super().find(declared, Claim(claim.owner, claim.fingerprint))
        if live is not None:
            live.unproven = self.doubt
        return live

    def children(self, live: Live, *, hard: bool, stack: str) -> Iterator[Child]:
        """Those of others, and what the stack has replaced."""
        del live, hard
        if self.table is not Series:
            return
        made = self.server.objects.values()
        yield from (Child(s.id, goes=True) for s in made if s.values.get("stage") == stack)
        yield from map(Child, self.others)

    def siblings(self, id_: str, stack: str) -> list[str]:
        """Those of others."""
        del id_, stack
        return self.others

    def mark_replaced(self, id_: str, stack: str) -> None:
        """In the stage."""
        with self.server.request(f"mark {id_}"):
            self.server.objects[id_].values["stage"] = stack

    def mark_goes(self, id_: str, stack: str, *, goes: bool) -> None:
        """Whether it goes."""
        with self.server.request(f"mark {id_} {stack} {goes}"):
            pass


@dataclass
class Of(Program):
    """A program of one stack, in a run of many resources."""

    others: list[str] = field(default_factory=list)
    doubt: str = ""
    also: list[tuple[str, tuple[str | None, ...]]] = field(default_factory=list)
    """What the program declares beside it."""

    @property
    def core(self) -> Reconciler:
        """The core, beside a program that says what it declares."""
        core = super().core
        core.program = lambda _kind, _owner: self.also
        return core

    def _connect(self) -> Calls:
        return Issues(self.server, self.table, others=self.others, doubt=self.doubt)


OF = {"__stack": "S", "__instance": "I"}


def a_series(**declared: Any) -> tuple[Of, Of]:
    """A series and an issue of it, made in one run."""
    ledger, server = Ledger(), Registry()
    series = Of(server, Series, owner="p/dev/toy/series", ledger=ledger)
    series.up(name="m", __stack="S", **declared)
    issue = Of(server, Issue, owner="p/dev/toy/issue", ledger=ledger)
    issue.up(name="m", source="a", **OF)
    return series, issue


def test_an_issue_remembers_that_its_series_is_the_stacks() -> None:
    _, issue = a_series()
    assert issue.outputs["__parent"] == "p/dev/toy/series"
    assert issue.outputs["__stack"] == "S"
    assert issue.inputs["__instance"] == "I"


@pytest.mark.parametrize("policy", [{"recursive": True}, {"deletePolicy": "retain"}])
def test_a_series_whose_delete_is_not_refused_is_not_remembered(policy: dict[str, Any]) -> None:
    _, issue = a_series(**policy)
    assert "__parent" not in issue.outputs


def test_what_others_have_in_the_series_is_named_before_the_first_delete() -> None:
    _, issue = a_series()
    issue.others = ["issue 7"]
    with pytest.raises(HasChildren) as raised:
        issue.destroy()
    assert raised.value.why == (
        "p/dev/toy/series, which this stack made, is to be deleted after it, and could not be: it "
        "has issue 7, which this stack did not make"
    )
    assert issue.requests == []
    issue.others = []
    issue.destroy()
    assert issue.requests == ["read", "delete hard"]


def test_what_others_have_is_no_matter_where_the_series_stays_in_the_program() -> None:
    series, issue = a_series()
    issue.others = ["issue 7"]
    issue.ledger = Ledger()
    series.ledger = issue.ledger
    series.diff(name="m", __stack="S")
    issue.requests.clear()
    issue.core.delete(issue.id, issue.outputs)
    assert issue.requests[-1] == "delete hard"


def test_an_issue_forgets_a_series_that_is_no_longer_deleted() -> None:
    series, issue = a_series()
    series.ledger = issue.ledger = Ledger()
    series.diff(name="m", recursive=True, __stack="S")
    diff = issue.diff(name="m", source="a", **OF)
    assert (diff.changes, diff.policies) == ((), ("__parent",))
    issue.up(name="m", source="a", **OF)
    assert "__parent" not in issue.outputs
    assert issue.requests == []


@pytest.mark.parametrize(
    ("series", "issue", "goes"),
    [
        ({}, {}, True),
        ({"deletePolicy": "retain"}, {}, None),
        ({}, {"deletePolicy": "retain"}, False),
    ],
)
def test_an_issue_goes_with_a_series_that_goes(
    series: dict[str, Any], issue: dict[str, Any], goes: bool | None
) -> None:
    _, made = a_series(**series)
    declared = {"name": "m", "source": "b", "__deletedWith": True, **OF, **issue}
    checked = made.core.check(declared, {})
    if goes is None:
        assert [f.path for f in checked.failures] == ["name"]
        assert "Leave deleted_with out" in checked.failures[0].reason
    else:
        assert checked.failures == []
        assert checked.inputs.get("__deletedWith", False) is goes


def test_an_issue_knows_its_series_after_a_move_to_another_project() -> None:
    series, issue = a_series()
    series.ledger = issue.ledger = Ledger()
    series.owner, issue.owner = "q/dev/toy/series", "q/dev/toy/issue"
    assert not series.diff(name="m", __stack="S").any
    assert not issue.diff(name="m", source="a", **OF).any


def test_a_series_takes_along_what_its_stack_has_replaced() -> None:
    series, issue = a_series()
    series.server.objects["m/2"].values["stage"] = "S"
    series.destroy()
    assert series.log == ["series m takes along m/2, which this stack made"]
    series.outputs["__stack"] = "another"
    assert issue.id == "m/2"


def test_a_series_with_something_of_others_stays() -> None:
    series, _ = a_series()
    series.server.objects["m/2"].values["stage"] = "S"
    series.others = ["issue 7"]
    with pytest.raises(HasChildren, match=r"^delete series m at .*: it has issue 7, which would"):
        series.destroy()


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
        "issue m/1 was not marked as replaced, and will not go with its parent: no connection"
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
    assert issue.requests == ["mark m/1 S True"]
    assert issue.outputs["__deletedWith"] is True
    issue.up(name="m", source="a", **OF)
    assert issue.requests == ["mark m/1 S False"]


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
        "stays: Pulumi is to replace the model, which keeps its name: that would delete it, with "
        "its reviews, and create it anew. Set allow_recreate=True to do that, or take back what "
        "asks for it: --replace, a taint, replace_on_changes, replacement_trigger or replace_with"
    )
    assert program.check({"name": "m", "allowRecreate": True}).failures == []
    assert program.check({"name": "n"}).failures == []


def test_a_delete_of_what_is_declared_under_the_same_name_is_refused() -> None:
    program = in_a_new_run(applied())
    program.check({"name": "m"})
    with pytest.raises(Conflict, match=r"Pulumi is to replace the model, which keeps its name"):
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
    assert here.wanted("p/s/k/a") == Wanted(("m",), recreate=True)
    assert here.has_program
    here.want("", Wanted(("n",)))
    assert here.wanted("") is None


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
