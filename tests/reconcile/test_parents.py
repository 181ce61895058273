"""What lies in an object of the stack goes with it or keeps it."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_mlregistry.reconcile.errors import HasChildren
from pulumi_mlregistry.reconcile.ledger import Ledger
from reconcile.series import OF, a_series


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
        "p/dev/toy/series, which this stack made, is to be deleted next, and that would be "
        "refused: it has issue 7, which this stack did not make"
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
