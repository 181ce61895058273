"""Objects that a survey sets apart from those that a program would declare, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Apart(Enum):
    """Why an object is set apart."""

    DELETED = "deleted"
    MACHINE_OWNED = "machine-owned"
    MANAGED = "managed"
    """A stack of this provider has made it."""


@dataclass(frozen=True)
class SetApart:
    """One object is set apart; ``text`` says in words what it is about."""

    why: Apart
    text: str
