"""What judging answers: whether a gate holds, and the line that says so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from pulumi_mlregistry.gates.marks import GATE_FAILED, GATE_PASSED, GATE_WAITS


class Outcome(Enum):
    """How it ended; the value is what its line begins with."""

    PASSED = GATE_PASSED
    FAILED = GATE_FAILED
    WAITS = GATE_WAITS


@dataclass(frozen=True)
class Verdict:
    """One gate on one subject."""

    outcome: Outcome
    text: str

    @property
    def failed(self) -> bool:
        """Whether it stops the preview."""
        return self.outcome is Outcome.FAILED

    @property
    def line(self) -> str:
        """What is told, always one line."""
        return " ".join(f"{self.outcome.value}{self.text}".split())


def passed(text: str) -> Verdict:
    """It holds."""
    return Verdict(Outcome.PASSED, text)


def failed(why: str, remedy: str) -> Verdict:
    """It does not hold: what, where and why, and what to do."""
    return Verdict(Outcome.FAILED, f"{why}. {remedy}")


def waits(aim: str) -> Verdict:
    """What it looks at will only be known during apply."""
    return Verdict(Outcome.WAITS, f"{aim} is not known before apply, which judges it first")
