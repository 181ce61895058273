"""What others own survives whatever a program does, and so do the objects beside its own."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from laws.worlds import World
from properties.lives import Life, Tally
from properties.others import Others, edits
from properties.references import faithful, fit, hooks_of
from properties.tables import Strategy, declarations
from pulumi_mlregistry.reconcile import table as tables


def histories(world: World, hooks: Any) -> Strategy:
    """The fields that are the program's, its declarations, and others' edits before each."""
    core = world.run().core
    optional = [c.name for c in tables.inputs(core.table) if not c.required]
    declared = declarations(core.table, hooks, core.dialect(), wild=False)
    declared = declared.map(lambda drawn: fit(world, drawn))

    def of(mine: frozenset[str]) -> Strategy:
        mine |= {c.name for c in tables.inputs(core.table) if c.required} | {"service"}
        if world.target == "om12":
            mine |= {"algorithm"}
        only = declared.map(lambda whole: {k: v for k, v in whole.items() if k in mine})
        edit = st.lists(edits(world, mine, hooks), max_size=3)
        return st.tuples(st.just(mine), st.lists(st.tuples(edit, only), min_size=2, max_size=4))

    return st.frozensets(st.sampled_from(optional), min_size=len(optional) // 2).flatmap(of)


def test_what_others_own_survives_every_operation(
    inside: World, tally: Tally, examples: settings
) -> None:
    inside.name()
    hooks = hooks_of(inside)
    decoy = inside.make(inside.name())
    beside = inside.look(decoy)

    @examples
    @given(histories(inside, hooks), st.booleans(), st.booleans())
    def lives(history: Any, adopted: bool, ended: bool) -> None:
        tally.example()
        mine, steps = history
        life, others = Life(inside, tally), Others(inside, mine)
        for _, program in steps:
            others.learn(program)
        id_ = inside.make(life.key["name"]) if adopted and inside.table.named else ""
        policy = {"onConflict": "adopt"} if id_ else {}
        last: dict[str, Any] = {}
        for edits_made, drawn in steps:
            program = faithful(inside, last, drawn)
            for edit in edits_made:
                if id_:
                    others.write(id_, edit)
            before = others.theirs(id_) if id_ else None
            last = program if life.declare({**program, **policy}) else last
            id_ = id_ or life.id
            if life.id and before is not None:
                others.have(id_, before)
                life.stack.refresh()
                others.have(id_, before)
        if ended and not policy:  # what was adopted is retained
            life.end()
        assert inside.look(decoy) == beside, "the object beside it was touched"

    lives()
