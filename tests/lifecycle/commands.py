"""Random commands of the engines, each with a preview of what it would do."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from hypothesis import strategies as st

from lifecycle.programs import LOGICAL
from programs.stacks import Outcome, Stack

_STEP: Final = re.compile(
    r"^\s*[-+~<>=]*\s+\S*mlregistry\S*:\S+ (\w+) +((?:create|delete|replace|update|import)\b.*)$",
    re.M,
)


@dataclass(frozen=True)
class Command:
    """Words of a command line; ``{a}`` stands for the URN of the resource of that name."""

    words: tuple[str, ...]
    writes: bool = True
    """Whether it may write to a registry."""
    forgets: str = ""
    """The resource that the state forgets by it."""

    @property
    def verb(self) -> str:
        """Its first word."""
        return self.words[0]


@dataclass(frozen=True)
class Shown:
    """The kinds of steps in a preview, by logical name; None where there is no whole preview."""

    steps: dict[str, set[str]] | None
    text: str = field(default="", repr=False)

    def has(self, logical: str, *kinds: str) -> bool:
        """Whether it showed one of these steps for a resource."""
        return self.steps is None or bool(self.steps.get(logical, set()) & set(kinds))


UNSEEN: Final = Shown(None)
UP: Final = Command(("up",))
PREVIEW: Final = Command(("preview",), writes=False)
UP_TO_DATE: Final = Command(("up", "--refresh"))
DESTROY: Final = Command(("destroy",))
_LOCAL: Final = (UP, UP, PREVIEW, DESTROY, UP_TO_DATE, Command(("refresh",), writes=False))


def _of_pulumi(logical: str) -> tuple[Command, ...]:
    urn = f"{{{logical}}}"
    return (
        Command(("up", "--target", urn)),
        Command(("up", "--target", urn, "--target-dependents")),
        Command(("up", "--exclude", urn)),
        Command(("up", "--replace", urn)),
        Command(("up", "--continue-on-error")),
        Command(("destroy", "--target", urn)),
        Command(("destroy", "--target", urn, "--target-dependents")),
        Command(("destroy", "--exclude", urn)),
        Command(("destroy", "--run-program")),
        Command(("destroy", "--continue-on-error")),
        Command(("refresh", "--run-program"), writes=False),
        Command(("refresh", "--target", urn), writes=False),
        Command(("state", "rename", urn, "d"), writes=False),
        Command(("state", "delete", urn), writes=False, forgets=logical),
        Command(("state", "unprotect", urn), writes=False),
        Command(("state", "taint", urn), writes=False),
        Command(("cancel",), writes=False),
        Command(("up", "--plan", "plan.json")),
    )


def commands(engine: str) -> st.SearchStrategy[Command]:
    """One random command."""
    local = st.sampled_from(_LOCAL)
    if engine == "local":
        return local
    return st.one_of(
        local, st.sampled_from(LOGICAL).flatmap(lambda n: st.sampled_from(_of_pulumi(n)))
    )


def arguments(command: Command, urns: dict[str, str]) -> list[str] | None:
    """The command line; None where it names a resource that is not there."""
    try:
        return [word.format(**urns) for word in command.words]
    except KeyError:
        return None


def preview(stack: Stack, command: Command, line: list[str]) -> Shown:
    """What the engine says that the command would do."""
    if command.verb == "up":
        planned = [word for word in line[1:] if word != "--continue-on-error"]
        if "--plan" in planned:
            planned = ["--save-plan", "plan.json"]
        return _shown(stack.run("preview", *planned))
    if command.verb == "destroy" and stack.engine == "pulumi":
        return _shown(stack.run("destroy", "--preview-only", *line[1:]))
    return UNSEEN if command.writes else Shown({})


def execute(stack: Stack, command: Command, line: list[str]) -> Outcome:
    """Run the command, asking nothing."""
    if command.verb in ("state", "cancel"):
        return stack.run(*line, "--yes")
    if command.verb == "preview":
        return stack.run(*line)
    return stack.carry_out(*line, check=False)


def _shown(outcome: Outcome) -> Shown:
    if outcome.code != 0:  # it ends at the first error, with the rest unseen
        return Shown(None, outcome.text)
    steps: dict[str, set[str]] = defaultdict(set)
    for logical, rest in _STEP.findall(outcome.text):
        words = rest.split()
        steps[logical].add(words[0])
        steps[logical] |= {"replace"} & set(words[:2])
    return Shown(dict(steps), outcome.text)
