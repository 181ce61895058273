"""The tables of laws and of options are what the tests' marks say."""

from __future__ import annotations

from laws import table
from options import table as options


def test_the_table_of_laws_is_up_to_date() -> None:
    written = (table.FOLDER / "README.md").read_text(encoding="utf-8")
    assert written == table.render(), "run scripts/generate"


def test_the_table_of_options_is_up_to_date() -> None:
    assert options.PAGE.read_text(encoding="utf-8") == options.render(), "run scripts/generate"
