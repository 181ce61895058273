"""What a walk through a collection finds, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from pulumi_mlregistry.reconcile.protocol import Live

Within = Mapping[str, Sequence[str]]
"""Where to look: the names of services, workspaces or models; a kind left out means all."""


class Apart(Enum):
    """Why an object is set apart from those that a program would declare."""

    DELETED = "deleted"
    MACHINE_OWNED = "machine-owned"
    MANAGED = "managed"
    """A stack of this provider has made it."""


@dataclass(frozen=True)
class Found:
    """One object; ``why`` says in words what ``apart`` is about."""

    live: Live
    apart: Apart | None = None
    why: str = ""


@dataclass(frozen=True)
class Page:
    """Some objects, and how many there are in all where the registry says so."""

    found: Sequence[Found]
    total: int | None = None
