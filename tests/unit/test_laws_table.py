"""The table of laws is what the tests' marks say."""

from __future__ import annotations

from laws import table


def test_the_table_of_laws_is_up_to_date() -> None:
    written = (table.FOLDER / "README.md").read_text(encoding="utf-8")
    assert written == table.render(), "run scripts/generate"
