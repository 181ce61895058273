"""The ledger: what keeps a delete from taking an object that is still wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_mlregistry.reconcile.ledger import Ledger, Wanted

KEY = "https://r mlflow:ModelVersion m/1"


def test_what_another_process_of_the_run_took_over_is_not_deleted(tmp_path: Path) -> None:
    journal = tmp_path / "run.jsonl"
    Ledger(journal).note("p/s/k/a", KEY, made=True)
    assert Ledger(journal).why_kept("p/s/k/a", KEY)
    assert journal.stat().st_mode & 0o777 == 0o600


def test_what_another_process_replaced_is_known(tmp_path: Path) -> None:
    journal = tmp_path / "run.jsonl"
    here = Ledger(journal)
    here.note("p/s/k/a", KEY)
    Ledger(journal).note("p/s/k/a", KEY.replace("m/1", "m/2"), made=True)
    assert here.replaced_by("p/s/k/a", KEY) == "m/2"


def test_a_renamed_owner_may_still_delete_what_is_its_own() -> None:
    ledger = Ledger()
    ledger.renamed("p/dev/k/a", "p/prod/k/a", KEY)
    ledger.note("p/prod/k/a", KEY)
    assert ledger.why_kept("p/dev/k/a", KEY) == ""
    assert ledger.why_kept("p/dev/k/b", KEY)


def test_what_another_owner_has_by_now_is_kept_for_it() -> None:
    ledger = Ledger()
    ledger.note("p/s/k/a", KEY)
    assert ledger.why_kept("p/s/k/b", KEY) == "it is now p/s/k/a's"
    assert ledger.why_kept("p/s/k/a", KEY) == ""


def test_what_this_run_made_is_kept() -> None:
    ledger = Ledger()
    ledger.note("p/s/k/a", KEY, made=True)
    assert ledger.why_kept("p/s/k/a", KEY) == "it was created or taken over in this very run"


def test_without_an_owner_nothing_is_noted() -> None:
    ledger = Ledger()
    ledger.note("", KEY, made=True)
    assert ledger.why_kept("", KEY) == ""


def test_a_replaced_object_is_told_by_the_id_of_the_new_one() -> None:
    ledger = Ledger()
    assert ledger.replaced_by("p/s/k/a", KEY) == ""
    ledger.note("p/s/k/a", KEY)
    assert ledger.replaced_by("p/s/k/a", KEY) == ""
    ledger.note("p/s/k/a", KEY.replace("m/1", "m/2"))
    assert ledger.replaced_by("p/s/k/a", KEY) == "m/2"
    ledger.renamed("p/old/k/a", "p/s/k/a", KEY)
    assert ledger.replaced_by("p/old/k/a", KEY) == "m/2"


def test_a_replacement_at_another_registry_is_told_with_its_place() -> None:
    ledger = Ledger()
    ledger.note("p/s/k/a", "https://other mlflow:ModelVersion m/1")
    assert ledger.replaced_by("p/s/k/a", KEY) == "https://other mlflow:ModelVersion m/1"


def test_that_an_object_is_to_be_made_anew_is_remembered_with_what_may_go_along() -> None:
    ledger = Ledger()
    assert ledger.recreated(KEY) is None
    ledger.recreate(KEY, recursive=False)
    assert ledger.recreated(KEY) is False
    ledger.recreate(KEY, recursive=True)
    assert ledger.recreated(KEY) is True


def test_a_journal_is_read_on_from_where_it_was_left(tmp_path: Path) -> None:
    journal = tmp_path / "run.jsonl"
    here, there = Ledger(journal), Ledger(journal)
    there.note("p/s/k/é", KEY)
    assert here.why_kept("p/s/k/a", KEY) == "it is now p/s/k/é's"
    there.note("p/s/k/b", KEY)
    assert here.why_kept("p/s/k/a", KEY) == "it is now p/s/k/b's"
    here.note("p/s/k/c", KEY, made=True)
    assert there.why_kept("p/s/k/c", KEY) == "it was created or taken over in this very run"
    assert here.why_kept("p/s/k/a", KEY) == "it is now p/s/k/c's"
    assert len(journal.read_text(encoding="utf-8").splitlines()) == 3


def test_what_nobody_declared_is_not_noted() -> None:
    ledger = Ledger()
    ledger.declared("", {"name": "m"})
    assert ledger.declared_before("") is None
    ledger.declared("a", {"name": "m"})
    assert ledger.declared_before("a") == {"name": "m"}


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_an_object_of_two_owners_is_kept_for_the_other_in_any_order(order: tuple[str, str]) -> None:
    ledger = Ledger()
    for name in order:
        ledger.note(f"p/s/k/{name}", KEY)
    ledger.note("p/s/k/a", "another", made=True)
    assert ledger.why_kept("p/s/k/a", KEY) == "it is now p/s/k/b's"
    ledger.note("p/s/k/b", "a third", made=True)
    assert ledger.why_kept("p/s/k/a", KEY) == ""


def test_a_former_name_that_another_resource_has_taken_is_not_the_renamed_ones() -> None:
    ledger, other = Ledger(), KEY.replace("m/1", "m/2")
    ledger.renamed("p/s/k/a", "p/s/k/b", KEY)
    ledger.note("p/s/k/b", KEY)
    assert ledger.replaced_by("p/s/k/a", other) == ""
    assert ledger.why_kept("p/s/k/a", other) == ""
    ledger.want("p/s/k/b", Wanted(("m",)))
    assert ledger.wanted("p/s/k/a", KEY) == Wanted(("m",))
    assert ledger.wanted("p/s/k/a", other) is None
