"""By which identities a stack knows its own work again, whatever became of its providers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pulumi_mlregistry.reconcile.ledger import Ledger
from pulumi_mlregistry.reconcile.protocol import Claim, Mark
from reconcile.registry import Registry
from reconcile.series import OF, Issue, Of, Series, a_series

LATER = {"__stack": "T", "__instance": "I"}


def in_one_run(*programs: Of, stack: str = "") -> None:
    """The next run, of one process."""
    ledger = Ledger(stack=stack)
    for program in programs:
        program.ledger = ledger


def destroyed(*programs: Of, stack: str = "") -> None:
    """A destroy of several resources by one process, in this order."""
    in_one_run(*programs, stack=stack)
    for program in programs:
        program.core.delete(program.id, program.outputs)


def test_a_series_from_before_identities_takes_along_what_its_stack_has_replaced() -> None:
    series, issue = a_series()
    del series.outputs["__stack"]
    issue.server.objects["m/2"].values["stage"] = "S"
    issue.id = ""  # as Pulumi replaces it
    issue.up(name="m", source="b", **OF)
    destroyed(issue, series)
    assert series.log[-1] == "series m takes along m/2, which this stack made"
    assert "m" not in series.server.objects


def test_a_stack_by_another_identity_knows_what_it_made_by_the_former_one() -> None:
    series, issue = a_series()
    in_one_run(series, issue)
    assert not series.diff(name="m", __stack="T").any
    assert not issue.diff(name="m", source="a", **LATER).any
    another = Of(series.server, Issue, owner="p/dev/toy/another", ledger=series.ledger)
    another.up(name="m", source="c", **LATER)
    assert another.outputs["__stack"] == "T S"
    destroyed(another)
    assert another.asked_for == ("T", "S")


def test_an_update_remembers_both_identities_and_declares_the_present_one() -> None:
    _, issue = a_series()
    in_one_run(issue)
    issue.up(name="m", source="a", tags={"a": "1"}, **LATER)
    assert issue.outputs["__stack"] == "T S"
    issue.refresh()
    assert (issue.outputs["__stack"], issue.inputs["__stack"]) == ("T S", "T")
    issue.id = ""  # as Pulumi replaces it
    issue.up(name="m", source="b", tags={"a": "1"}, **LATER)
    assert issue.server.objects[issue.id].claim.stack == "T"


def test_a_providers_own_identity_is_known_where_no_program_runs() -> None:
    series, issue = a_series()
    del series.outputs["__stack"], issue.outputs["__stack"]
    destroyed(issue, stack="P")
    assert issue.asked_for == ("P",)


def test_what_another_process_of_the_run_knows_counts(tmp_path: Path) -> None:
    journal = tmp_path / "run.jsonl"
    Ledger(journal).identify("key", ("S",))
    assert Ledger(journal, "P").identities("key") == ("S", "P")
    assert Ledger(journal).identities("other") == ()


def test_in_another_series_the_stacks_former_identity_proves_nothing() -> None:
    series, issue = a_series()
    other = Of(series.server, Series, owner="p/dev/toy/other", ledger=Ledger())
    other.up(name="n", __stack="T")
    there = Of(series.server, Issue, owner="p/dev/toy/there", ledger=other.ledger)
    there.up(name="n", source="a", **LATER)
    destroyed(issue, there)
    assert there.asked_for == ("T",)


def imported() -> Of:
    """An issue that somebody made and the stack has imported, after its first up."""
    server = Registry()
    server.put("m/1", {"name": "m", "source": "a"})
    issue = Of(server, Issue)
    issue.take("m/1")
    issue.up(name="m", source="a", **OF)
    return issue


@pytest.mark.parametrize(
    ("policies", "mark"),
    [
        ({"deletePolicy": "hard"}, Mark("p/dev/toy/m", ("S",))),
        ({"deletePolicy": "hard", "__deletedWith": True}, Mark("p/dev/toy/m", ("S",), goes=True)),
        # It is kept by its policy, and stays whose it was.
        ({"__deletedWith": True}, Mark("p/dev/toy/m", ("S",), takes=False)),
        ({"deletePolicy": "retain"}, Mark("p/dev/toy/m", ("S",), takes=False)),
    ],
)
def test_an_imported_issue_is_marked_as_the_stacks_once_its_delete_is_allowed(
    policies: dict[str, Any], mark: Mark
) -> None:
    issue = imported()
    in_one_run(issue)
    assert issue.server.marks == []
    issue.up(name="m", source="a", **OF, **policies)
    assert issue.server.marks == [mark]


def test_an_issue_of_our_own_is_not_marked_again_for_its_policy() -> None:
    _, issue = a_series()
    issue.up(name="m", source="a", deletePolicy="hard", **OF)
    assert issue.server.marks == []


def test_an_adopted_issue_is_marked_with_the_first_write() -> None:
    issue = Of(table=Issue, doubt="it was made by another checkout")
    Of(issue.server, Issue).up(name="m", source="a", **OF)
    made = issue.server.objects["m/1"]
    made.claim = Claim(made.claim.owner, made.claim.fingerprint)
    issue.up(name="m", source="a", onConflict="adopt", deletePolicy="hard", **LATER)
    assert issue.server.marks == [Mark("p/dev/toy/m", ("T",))]
