"""Whatever check accepts is made, changed, read and imported, and then nothing is planned."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from laws.worlds import World
from properties.lives import Life, Tally
from properties.references import faithful, fit, hooks_of
from properties.tables import declarations


def test_whatever_is_accepted_is_kept_as_it_was_declared(
    inside: World, tally: Tally, examples: settings
) -> None:
    core = inside.run().core
    inside.name()
    declared = declarations(core.table, hooks_of(inside), core.dialect()).map(
        lambda drawn: fit(inside, drawn)
    )

    @examples
    @given(st.lists(declared, min_size=1, max_size=3), st.booleans(), st.booleans())
    def lives(programs: list[dict[str, Any]], imported: bool, erratic: bool) -> None:
        tally.example()
        life = Life(inside, tally)
        last = None
        for drawn in programs:
            program = drawn if erratic or last is None else faithful(inside, last, drawn)
            if life.declare(program):
                last = program
        if last is not None:
            life.refresh(last)
            if imported:
                life.take(last)
        life.end()

    lives()
