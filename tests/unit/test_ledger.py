"""The ledger: what keeps a delete from taking an object that is still wanted."""

from __future__ import annotations

from pathlib import Path

from pulumi_mlregistry.reconcile.ledger import Ledger

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
    ledger.renamed("p/dev/k/a", "p/prod/k/a")
    ledger.note("p/prod/k/a", KEY)
    assert ledger.why_kept("p/dev/k/a", KEY) == ""
    assert ledger.why_kept("p/dev/k/b", KEY)
