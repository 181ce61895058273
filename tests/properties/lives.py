"""The life of one declared object, and what has to hold at each step of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from laws.stacks import CheckFailed, Stack, as_carried
from laws.worlds import World
from pulumi_mlregistry.reconcile.errors import (
    AlreadyExists,
    Conflict,
    NotAllowed,
    RegistryError,
    Rejected,
)

Declared = Mapping[str, Any]

REFUSALS: Final[Mapping[str, str]] = {
    "tool_call_plugin is disabled": "a switch of the platform's administrators",
    "Invalid model version source": "which sources a server takes is its administrators' to say",
    "Unknown custom field": "the server's administrators define them",
    r"dashboard(\.id)?: .*cannot be changed once set": "which id a name has, only the server knows",
    "instance for .*not found": "what is referred to has to be there",
    "Invalid Model Version stage": "which stages Oracle knows, only the server says",
    "Logged model with ID": "which logged models there are, only the server knows",
    "cannot be adopted: .*cannot be changed after creation": "others made it otherwise",
    "twice, by id and by name": "which id a name has, only the server knows",
    "target (size must be between 1 and 128|must match ..\\(.U)": "OpenMetadata 1.2 takes less",
}
"""What a registry may refuse although check lets it pass, and why check cannot know it."""


@dataclass
class Tally:
    """How many declarations were accepted, refused by check and refused by the registry."""

    counts: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)

    def example(self) -> None:
        """One more example begins."""
        self.counts["examples"] += 1


def is_one_line(text: str) -> None:
    """What a user is told in one line."""
    assert len(text.splitlines()) == 1, text


@dataclass
class Life:
    """One resource ``m`` in a stack of its own, under a name that nobody else has."""

    world: World
    tally: Tally

    def __post_init__(self) -> None:
        self.stack = Stack(self.world)
        self.key = {"name": self.world.name()}
        self.world.server.clear()

    @property
    def id(self) -> str:
        """Its id, empty where it is not in the state."""
        return self.stack["m"].id if "m" in self.stack.resources else ""

    def declare(self, declared: Declared) -> bool:
        """Make a declaration true; False where check or the registry does not take it."""
        program = {"m": {**self.key, **declared}}
        before, state = self.seen(), dict(self.stack.resources)
        self.world.server.clear()
        try:
            self.stack.up(program)
        except CheckFailed as refused:
            self._refused_by_check(refused)
            return False
        except RegistryError as error:
            self._refused_by_registry(error)
            assert self.stack.resources == state
            stays = "was created and stays" in str(error)  # and so a user is told
            assert stays or self.seen() == before, "what was refused left something behind"
            return False
        self.tally.counts["accepted"] += 1
        self.is_settled(declared)
        return True

    def is_settled(self, declared: Declared) -> None:
        """Check is idempotent, and the same program plans nothing and sends nothing."""
        inputs = self.stack["m"].inputs
        core = self.world.run().core
        again = core.check(inputs, {})
        assert not again.failures
        assert as_carried(again.inputs) == inputs, "check(check(x)) is not check(x)"
        self.world.server.clear()
        assert self.stack.up({"m": {**self.key, **declared}}) == ["same m"], self.plan(declared)
        assert self.world.server.log() == []

    def plan(self, declared: Declared) -> str:
        """What the program would change, for a message."""
        diff = self.stack.preview("m", {**self.key, **declared})
        return "; ".join(map(str, diff.changes)) or f"policies {diff.policies}"

    def refresh(self, declared: Declared) -> None:
        """A refresh keeps the state, and the program plans nothing after it."""
        before = self.stack["m"]
        self.stack.refresh()
        assert self.stack["m"].inputs == before.inputs, (self.stack["m"].inputs, before.inputs)
        self.is_settled(declared)

    def take(self, declared: Declared) -> None:
        """Imported by its id, the program replaces nothing, and after one update plans nothing."""
        self.stack.take("m", self.id)
        diff = self.stack.preview("m", {**self.key, **declared})
        assert not diff.replaces, "; ".join(map(str, diff.changes))
        self.stack.up({"m": {**self.key, **declared}})
        self.is_settled(declared)

    def end(self) -> None:
        """Destroyed: nothing of it is left, unless it was imported and nothing else is said."""
        id_ = self.id
        if id_:
            outputs = self.stack["m"].outputs
            stays = "__adopted" in outputs and outputs.get("deletePolicy") is None
            self.stack.destroy()
            assert (self.world.look(id_) is not None) == stays

    def seen(self) -> Any:
        """The object as others see it, where there is one."""
        return self.world.look(self.id) if self.id else self.world.count(self.key["name"])

    def _refused_by_check(self, refused: CheckFailed) -> None:
        self.tally.counts["refused by check"] += 1
        assert self.world.server.log() == [], "check refused after a request"
        for failure in refused.failures:
            self.tally.failures[failure.path.split(".")[0].split("[")[0]] += 1
            assert failure.path
            assert failure.reason
            is_one_line(failure.reason)

    def _refused_by_registry(self, error: RegistryError) -> None:
        text = str(error)
        is_one_line(text)
        reason = next((why for why in REFUSALS if re.search(why, text)), None)
        if reason is None or not isinstance(
            error, Rejected | NotAllowed | Conflict | AlreadyExists
        ):
            raise error
        self.tally.counts["refused by the registry"] += 1
        self.tally.refusals[reason] += 1
