"""Any order of events: programs, others, crashes; the registry always holds the truth."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from faults.strikes import Killed, killed
from laws.stacks import Stack
from laws.worlds import World
from properties.lives import Tally, is_one_line
from properties.truth import PATHS, THEIRS, Bench, Truth, Values
from pulumi_mlregistry.reconcile.errors import AlreadyExists, Conflict, Gone, RegistryError

VALUES = st.sampled_from(["x", "y", "größe 'n\" %2F"])
PROGRAMS = st.fixed_dictionaries({}, optional=dict.fromkeys(PATHS, VALUES))


class Machine(RuleBasedStateMachine):
    """One object of a world under the name of one program, others, and an object beside it."""

    world: ClassVar[World]
    tally: ClassVar[Tally]

    @initialize(program=PROGRAMS)
    def begin(self, program: Values) -> None:
        """A name that nobody has; a program; an object beside."""
        self.tally.example()
        self.decoy = self.world.make(self.world.name())
        self.beside = self.world.look(self.decoy)
        self.bench = Bench(self.world, self.world.name())
        self.stack, self.logical, self.truth, self.id = Stack(self.world), "m", Truth(), ""
        self.policies: dict[str, Any] = {}
        self.program: Values = {}
        self.change(program)

    @rule(program=PROGRAMS)
    def change(self, program: Values) -> None:
        """Another program."""
        self.program = {k: v for k, v in program.items() if k in self.bench.paths}
        self.up()

    @rule()
    def up(self) -> None:
        """The program is made true, or refused for a reason that the truth knows."""
        self.tally.counts["ups"] += 1
        there, before = self.world.count(self.bench.name), self.seen()
        self.world.server.clear()
        try:
            self.run(self.stack)
        except RegistryError as error:
            self.refused(error, there, before)
        else:
            self.took()

    def run(self, stack: Stack) -> list[str]:
        """The engine's part."""
        return stack.up({self.logical: self.bench.declare(self.program, self.policies)})

    def refused(self, error: RegistryError, there: int, before: Values | None) -> None:
        """Whether an error is due, and has left everything as it was."""
        self.tally.counts[type(error).__name__] += 1
        is_one_line(str(error))
        assert self.seen() == before, f"refused, and changed: {error}"
        due = {
            AlreadyExists: not self.truth.in_state and there > 0,
            Conflict: self.truth.in_state and self.drifted,
            Gone: self.truth.in_state and self.truth.values is None,
        }
        assert due.get(type(error)), f"{type(error).__name__} is not due: {error}"

    @property
    def drifted(self) -> bool:
        """Whether an up has to be refused as long as nobody has looked."""
        adopt = self.policies.get("onConflict") == "adopt"
        return self.truth.drifted(self.program, adopt=adopt)

    def took(self) -> None:
        """What an up that succeeded must have done."""
        wrote = any(r["method"] != "GET" for r in self.world.server.log())
        now, truth = self.stack[self.logical], self.truth
        if not truth.in_state:
            truth.adopted = self.world.table.named and truth.values is not None
            assert bool(now.outputs.get("__adopted")) == truth.adopted
            truth.applied(self.program, anew=truth.values is None)
        elif wrote:
            assert not self.drifted, "what others changed was overwritten unasked"
            truth.applied(self.program, anew=False)
        elif truth.values is not None:
            for path in truth.known:
                if path not in self.program and truth.values.get(path) == truth.known[path]:
                    raise AssertionError(f"{path} was not cleared")
            truth.stored(self.program)
        self.id = now.id

    @rule(path=st.sampled_from([*PATHS, THEIRS]), value=st.one_of(VALUES, st.none()))
    def others_write(self, path: str, value: str | None) -> None:
        """A value of the program's, or one of their own."""
        if self.truth.values is None or path not in (*self.bench.paths, THEIRS):
            return
        self.bench.edit(self.id, path, value)
        self.truth.values = {k: v for k, v in {**self.truth.values, path: value or ""}.items() if v}

    @rule(path=st.sampled_from(PATHS), value=VALUES, program=PROGRAMS)
    def race(self, path: str, value: str, program: Values) -> None:
        """Others write, and the next up comes before anybody has looked."""
        self.others_write(path=path, value=value)
        self.change(program=program)

    @precondition(lambda self: self.truth.values is not None)
    @rule()
    def others_delete(self) -> None:
        """The object goes behind our back."""
        self.world.remove(self.id)
        self.truth.values = None

    @rule()
    def others_make(self) -> None:
        """An object of the name, where there is none."""
        if self.world.table.named and not self.world.count(self.bench.name):
            self.id = self.world.make(self.bench.name, "theirs")
            self.truth.values = {"description": "theirs"}
            if self.truth.in_state:
                self.stack.refresh()  # another object than the one that the state knows
                assert self.stack.resources == {}
                self.truth.known, self.truth.in_state = {}, False

    @rule()
    def refresh(self) -> None:
        """The state learns the truth of what it owns; nothing is written."""
        self.world.server.clear()
        self.stack.refresh()
        assert all(r["method"] == "GET" for r in self.world.server.log())
        if self.truth.values is None:
            assert self.stack.resources == {}
            self.truth.gone()
            self.id = ""
        elif self.truth.in_state:
            there = self.truth.values
            self.truth.known = {path: there.get(path, "") for path in self.truth.known}

    @rule(policy=st.sampled_from(["fail", "adopt"]), delete=st.sampled_from(["hard", "retain"]))
    def policy(self, policy: str, delete: str) -> None:
        """Other policies from the next up on."""
        self.policies = {"onConflict": policy, "deletePolicy": delete}

    @rule(how=st.sampled_from(["alias", "adopt", "fail"]))
    def rename(self, how: str) -> None:
        """The same object under another logical name."""
        alias = how == "alias"
        if not alias:
            self.policies = {**self.policies, "onConflict": how}
        former, self.logical = self.logical, "n" if self.logical == "m" else "m"
        if not self.truth.in_state:
            return
        if alias:
            self.stack.resources[self.logical] = self.stack.resources.pop(former)
            self.up()
        elif self.world.table.named:
            self._rename_named(former)
        else:
            self.logical = former

    def _rename_named(self, former: str) -> None:
        """Without an alias it is an existing object of another resource: adopted, never deleted."""
        before, there = self.seen(), self.world.count(self.bench.name)
        if there and self.policies.get("onConflict") != "adopt":
            with suppress(AlreadyExists):
                self.run(self.stack)
                raise AssertionError("an existing object was taken over unasked")
            assert self.seen() == before
            self.logical = former
            return
        self.run(self.stack)
        self.truth.known = {}  # a new resource owns what it declares, and clears nothing
        self.truth.applied(self.program, anew=not there)
        self.id = self.stack[self.logical].id
        self.truth.adopted = bool(there)

    @rule(
        nth=st.sampled_from([1, 2, 3, 4, 9]),
        after=st.booleans(),
        program=st.one_of(st.none(), PROGRAMS),
    )
    def crash(self, nth: int, after: bool, program: Values | None) -> None:
        """Killed at a request, or once all is done and before the state is stored."""
        program = self.program if program is None else program
        self.program = {k: v for k, v in program.items() if k in self.bench.paths}
        dying = copy.deepcopy(self.stack.resources)
        with suppress(RegistryError, Killed), killed(nth, after=after):
            self.run(self.stack)
        self.stack.resources = dying
        self._look_again()
        assert self.world.count(self.bench.name) <= 1, "a crash made a second one"

    def _look_again(self) -> None:
        """What a crash may have left: nothing, the former values, or new ones; theirs untouched."""
        former, now = self.truth.values or {}, self.found()
        assert now is not None or self.truth.values is None, "a crash deleted it"
        for path in {*former, *(now or {})}:
            allowed = {former.get(path, "")}
            allowed |= {self.program.get(path, "")} if path != THEIRS else set()
            assert (now or {}).get(path, "") in allowed, path
        self.truth.values = now

    def found(self) -> Values | None:
        """The object by its id, or by its name where a crash kept the id from us."""
        if self.seen() is None and self.world.count(self.bench.name):
            self.id = self.id_there()
        return self.seen()

    def id_there(self) -> str:
        """The id of the object of our name."""
        if self.world.table.named:
            return self.world.id_of(self.bench.name)
        return f"{self.bench.name}/{self.world.versions(self.bench.name)[-1]}"

    @rule()
    def destroy(self) -> None:
        """The object goes, unless it was adopted or is to be retained."""
        self._settle()
        retained = self.stack[self.logical].outputs.get("deletePolicy")
        kept = retained == "retain" or (retained is None and self.truth.adopted)
        there = self.truth.values
        self.stack.destroy()
        self.truth.gone()
        if kept and self.world.table.named:
            self.truth.values = there
        elif kept:  # a retained version is nobody's from now on
            assert self.seen() == there
            self.world.remove(self.id)
        elif self.world.count(self.bench.name):  # deleted softly: its name is taken
            self.world.remove(self.id)

    def _settle(self) -> None:
        """The way out of every refusal that a message names: refresh, adopt, up."""
        self.truth.values = self.found()
        self.refresh()
        former = self.policies
        self.policies = {**former, "onConflict": "adopt"}
        self.up()
        assert self.run(self.stack) == [f"same {self.logical}"]
        for path, value in self.program.items():
            assert (self.seen() or {}).get(path) == value
        self.policies = former if "onConflict" in former else self.policies

    def seen(self) -> Values | None:
        """The object as it is."""
        return self.bench.seen(self.id) if self.id else None

    @invariant()
    def the_registry_holds_the_truth(self) -> None:
        """All values are as they must be, and there is no second object or version."""
        if not hasattr(self, "bench"):
            return
        assert self.seen() == self.truth.values
        assert self.world.count(self.bench.name) == (self.truth.values is not None)
        assert self.world.look(self.decoy) == self.beside, "the object beside it was touched"

    def teardown(self) -> None:
        """Whatever happened, one refresh and one up converge."""
        if hasattr(self, "bench"):
            self._settle()
            self.the_registry_holds_the_truth()


def machine(world: World, tally: Tally) -> Callable[[], Machine]:
    """The machine of a world."""
    return type("WorldMachine", (Machine,), {"world": world, "tally": tally})
