"""What must hold after each command, whatever the program and its options say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from lifecycle.commands import Command, Shown
from lifecycle.programs import Program
from lifecycle.registries import OTHERS_KEY, Key, Seen
from programs.stacks import Outcome

_KINDS: Final = {
    "ModelEntity": "entity",
    "RegisteredModel": "model",
    "ModelVersion": "version",
    "MlModel": "mlmodel",
    "MlModelService": "mlservice",
}


@dataclass(frozen=True)
class Managed:
    """A resource of this package in the state."""

    logical: str
    urn: str
    key: Key
    outputs: Mapping[str, Any]
    protected: bool
    retained: bool
    """Whether the engine forgets it without asking."""

    @property
    def stays(self) -> bool:
        """Whether its object stays in the registry when the resource goes."""
        policy = self.outputs.get("deletePolicy")
        adopted = policy is None and self.outputs.get("__adopted") is True  # not "restored"
        return bool(policy == "retain" or adopted or self.protected or self.retained)


def managed(state: Sequence[Mapping[str, Any]]) -> Iterator[Managed]:
    """The resources in a state."""
    for found in state:
        kind = _KINDS.get(found["type"].rpartition(":")[2])
        if kind and found.get("id") and "mlregistry" in found["type"]:
            yield Managed(
                found["urn"].rpartition("::")[2],
                found["urn"],
                (kind, found["id"]),
                found.get("outputs") or {},
                bool(found.get("protect")),
                bool(found.get("retainOnDelete")),
            )


@dataclass(frozen=True)
class Turn:
    """One command: what there was before and after it, and what was said."""

    command: Command
    program: Program
    shown: Shown
    outcome: Outcome
    before: Mapping[Key, Seen]
    after: Mapping[Key, Seen]
    had: Sequence[Managed]
    has: Sequence[Managed]


@dataclass
class Judge:
    """The laws, as far as they can be seen from outside; remembers what was left on purpose."""

    theirs: set[tuple[Key, str]]
    secret: str
    left: set[tuple[Key, str]] = field(default_factory=set)
    """Objects that a program let go of on purpose, and when they were made."""

    def judge(self, turn: Turn) -> None:
        """Raise AssertionError for what must not be."""
        self._note_what_was_let_go(turn)
        text = turn.shown.text + turn.outcome.text
        # Pulumi interrupts its program after an error, which then prints where it was.
        assert "Traceback" not in text or "KeyboardInterrupt" in text, "an error is a traceback"
        assert self.secret not in text, "a secret is printed"
        if not turn.command.writes:
            assert turn.after == turn.before, "a command that only reads has written"
        for key in {*turn.before, *turn.after}:
            self._judge(turn, key)
        for each in turn.has:
            gone = each.key in turn.before and each.key not in turn.after
            assert not gone, f"the state holds {each.key}, which was deleted"

    def _judge(self, turn: Turn, key: Key) -> None:
        before, after = turn.before.get(key), turn.after.get(key)
        if before is not None and (after is None or after.made != before.made):
            self._may_vanish(turn, key, before)
        if after is not None and (before is None or after.made != before.made):
            self._may_appear(turn, key, after)
        elif before is not None and after is not None:
            self._may_change(turn, key, before, after)
        if after is not None and (key, after.made) not in self.theirs | self.left:
            assert any(m.key == key for m in turn.has), f"{key} is left, and no state holds it"

    def _may_vanish(self, turn: Turn, key: Key, before: Seen) -> None:
        """An object goes only as a preview showed, and not where it is to stay."""
        owners = [m for m in turn.had if m.key == key]
        if not owners and key[0] == "version" and (key, before.made) not in self.theirs:
            model = ("model", key[1].rpartition("/")[0])  # it goes with its model
            owners = [m for m in turn.had if m.key == model]
            assert model not in turn.after, f"{key} went without its model"
        assert owners, f"{key} was deleted, which no resource of the stack had"
        assert not all(m.stays for m in owners), f"{key} was deleted, and is to stay"
        shown = any(turn.shown.has(m.logical, "delete", "replace") for m in owners)
        assert shown, f"{key} was deleted, and no preview showed it"

    def _may_appear(self, turn: Turn, key: Key, after: Seen) -> None:
        """An object is made for a resource for which a preview showed it."""
        owners = [m for m in turn.has if m.key == key]
        assert owners, f"{key} was made, and no state holds it"
        shown = any(turn.shown.has(m.logical, "create", "replace") for m in owners)
        assert shown, f"{key} was made, and no preview showed it"

    def _may_change(self, turn: Turn, key: Key, before: Seen, after: Seen) -> None:
        """A change was shown, leaves others' keys, and is not one of an ignored property."""
        theirs = before.keys.get(OTHERS_KEY)
        assert after.keys.get(OTHERS_KEY) == theirs, f"others' key of {key} was touched"
        if after == before:
            return
        owners = [m for m in turn.has if m.key == key]
        assert owners, f"{key} was changed, which no resource of the stack has"
        shown = any(turn.shown.has(m.logical, "create", "update", "replace") for m in owners)
        assert shown, f"{key} was changed, and no preview showed it"
        held = {m.logical for m in turn.had if m.key == key} & {m.logical for m in owners}
        ignoring = [
            r for r in map(turn.program.__getitem__, held) if r and r.ignores("description")
        ]
        if ignoring and len(owners) == 1:
            assert after.description == before.description, f"what {key} ignores was written"

    def _note_what_was_let_go(self, turn: Turn) -> None:
        """Objects that stay in the registry by a policy, an option, or as a replaced version."""
        held = {m.key for m in turn.has}
        for each in turn.had:
            there = turn.after.get(each.key)
            if each.key in held or there is None:
                continue
            replaced = each.key[0] == "version" and turn.shown.has(each.logical, "replace")
            if each.stays or replaced or turn.command.forgets == each.logical:
                self.left.add((each.key, there.made))
