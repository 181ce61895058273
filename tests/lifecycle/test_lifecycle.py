"""A random program is applied, others edit, another program and a random command follow."""

from __future__ import annotations

import itertools
import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from laws.worlds import World
from lifecycle import commands
from lifecycle.commands import UNSEEN, Command
from lifecycle.judging import Judge, Managed, Turn, managed
from lifecycle.programs import Program, changed, programs
from lifecycle.registries import EDITS, Edit, Registries
from options.cells import new_stack, stored
from programs.stacks import Outcome, Stack, has_pulumi
from support import proof

_LONG = "MLREGISTRY_LIFECYCLE" in os.environ
_DOORS = [("local", "dynamic"), *([("pulumi", "dynamic"), ("pulumi", "plugin")] if _LONG else [])]
_numbers = itertools.count()


class Life:
    """One example: a stack, its registries, and the judge of what its commands do."""

    def __init__(self, stack: Stack, registries: Registries, counted: Counter[str]) -> None:
        self.stack = stack
        self.registries = registries
        self.counted = counted
        self.judge = Judge(registries.theirs, stack.environment["OPENMETADATA_TOKEN"])
        self.program = Program(())

    def write(self, program: Program) -> None:
        """Make it the stack's program."""
        self.program = program
        text = program.text(self.registries.worlds, self.registries.called)
        note(text)
        self.stack.program(text)

    def edit(self, edits: list[Edit]) -> None:
        """What others do in between."""
        for edit in edits:
            note(f"others: {edit.how} {edit.kind} {edit.name}")
            self.registries.do(edit)

    def run(self, command: Command, *, previewed: bool = False) -> Outcome | None:
        """A command, judged; None where it names a resource that is not there."""
        had = self.managed()
        urns = {m.logical: m.urn for m in had}
        line = commands.arguments(command, urns)
        if line is None:
            return None
        note(f"$ {' '.join(line)}")
        before = self.registries.look()
        shown = commands.preview(self.stack, command, line) if previewed else UNSEEN
        assert self.registries.look() == before, "a preview has written"
        outcome = commands.execute(self.stack, command, line)
        note(outcome.text)
        after, has = self.registries.look(), self.managed()
        self.counted["commands"] += 1
        self.counted["refused" if outcome.code else "done"] += 1
        self.judge.judge(Turn(command, self.program, shown, outcome, before, after, had, has))
        return outcome

    def managed(self) -> list[Managed]:
        """This package's resources in the state."""
        return list(managed(stored(self.stack)))

    def settle(self) -> None:
        """A refresh and an `up` that succeeds leave nothing to do; then destroy."""
        done = self.run(commands.UP_TO_DATE)
        if done is not None and done.code == 0:
            counts = self.stack.preview().counts
            assert set(counts) <= {"unchanged"}, f"after an up there is something to do: {counts}"
        self.run(commands.DESTROY)


@pytest.mark.parametrize(("engine", "provider"), _DOORS, ids=["-".join(door) for door in _DOORS])
def test_whatever_the_engine_is_told_to_do_the_laws_hold(
    engine: str,
    provider: str,
    worlds: dict[str, World],
    environment: dict[str, str],
    examples: settings,
    tmp_path: Path,
) -> None:
    if engine == "pulumi" and not has_pulumi():
        pytest.skip("no pulumi on PATH: lives were tried on the local engine alone")
    counted: Counter[str] = Counter()

    @examples
    @given(st.data())
    def live(data: st.DataObject) -> None:
        number = next(_numbers)
        stack = new_stack(engine, tmp_path / str(number), provider, environment)
        registries = Registries(worlds, f"life-{os.getpid()}-{number}")
        registries.begin()
        life = Life(stack, registries, counted)
        counted["examples"] += 1
        first = data.draw(programs(engine), label="first program")
        second = data.draw(changed(engine, first), label="second program")
        edits = [data.draw(st.lists(EDITS, max_size=3), label="edits") for _ in range(2)]
        command = data.draw(commands.commands(engine), label="command")
        life.edit(edits[0])
        life.write(first)
        life.run(commands.UP)
        life.edit(edits[1])
        life.write(second)
        life.run(command, previewed=True)
        life.settle()

    live()
    proof.note("lifecycle.jsonl", door=f"{engine}-{provider}", **counted)
