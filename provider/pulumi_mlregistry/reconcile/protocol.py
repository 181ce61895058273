"""What an API must offer: five calls without decisions; all decisions stand in `reconciler`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pulumi_mlregistry.reconcile.planning import Change
from pulumi_mlregistry.reconcile.table import Table


@dataclass
class Live:
    """One object as the registry answers it.

    ``id`` is Pulumi's id of the object; ``values`` holds every argument the registry knows, by
    Pulumi name; ``server`` its own values; ``complete`` is false where the answer leaves out or
    does not show what was stored, so that it has to be read back.
    """

    id: str
    values: dict[str, Any]
    server: dict[str, Any] = field(default_factory=dict)
    complete: bool = True
    changed_at: str = ""
    changed_by: str = ""
    age: float | None = None
    """Seconds from creation to this answer, both by the server's clock; None where unknown."""
    trashed: bool = False
    """Whether it is deleted softly: its name is taken, and it can be restored."""
    answered: dict[str, Any] = field(default_factory=dict)
    """``values`` as the registry answered them, where `spelling` has said them otherwise."""
    untold: frozenset[str] = frozenset()
    """The fields that this answer leaves out and a read of the object alone shows."""
    made_by: str = ""
    """The owner that the registry keeps with the object, where it keeps one."""
    newest: Sequence[Mapping[str, Any]] | None = None
    """The newest objects in it, as answered; None where the answer does not tell."""
    unproven: str = ""
    """Why it is not known who made it: an earlier attempt at this very create, or another create
    for the same name; empty where that is known."""

    @property
    def last_change(self) -> str:
        """Who changed the object last and when, as far as the registry records it."""
        by = f" by {self.changed_by}" if self.changed_by else ""
        return f"last changed {self.changed_at}{by}" if self.changed_at else ""


@dataclass(frozen=True)
class Result:
    """What create, update and read answer; an empty id means that the object is gone."""

    id: str
    outputs: dict[str, Any]
    inputs: dict[str, Any]


@dataclass(frozen=True)
class Page:
    """Some objects of a list, and how many there are in all where the registry says so."""

    lives: Sequence[Live]
    total: int | None = None


Within = Mapping[str, Sequence[str]]
"""Where to list: the names of services, workspaces or models; a kind left out means all."""


@dataclass(frozen=True)
class Claim:
    """Who creates: the owner's name, and a fingerprint of what is to be created.

    ``stack`` and ``instance`` identify the stack and the resource beyond their names, as far as
    that is known: two checkouts with states of their own differ in them. ``goes``: whether the
    object may be deleted with its parent.
    """

    owner: str
    fingerprint: str
    stack: str = ""
    instance: str = ""
    goes: bool = False


@dataclass(frozen=True)
class Mark:
    """What the registry is to remember of an object that is in the stack's state already."""

    owner: str
    stacks: tuple[str, ...]
    """The identities of the stack; the first is written where the object has none of them."""
    goes: bool = False
    """Whether the delete of its parent may take it along."""
    replaced: bool = False
    """Whether the stack has made another object in its place, so that no state has it."""
    takes: bool = True
    """Whether an object that somebody else made is marked as the stack's from now on."""


@dataclass(frozen=True)
class Child:
    """An object that a delete would take along; ``goes`` if the deleting stack made it, and has
    replaced it since or lets it go with its parent."""

    name: str
    goes: bool = False


@dataclass(frozen=True)
class Patch:
    """A planned write: the changes by path, and each changed field's new whole value.

    ``whole`` maps Pulumi names to the value to write; a field to be cleared has the value that
    its table gives for that.
    """

    changes: tuple[Change, ...]
    whole: Mapping[str, Any]
    declared: Mapping[str, Any]
    take: bool = False
    """Whether the program takes over what others have set in place of its own."""
    ours: Callable[[str], bool] = lambda _id: False
    """Whether an id is known to be another object of this program."""


class Api(Protocol):
    """One resource's calls to its registry. Every method raises `errors.RegistryError` only."""

    table: type[Table]
    registry: str
    """Origin and platform or base path: what a state is bound to."""

    @property
    def repeatable(self) -> bool:
        """Whether a second create makes no second object: it is refused or recognised."""

    def settle(self, live: Live) -> Live:
        """Wait until a created object is usable; raises `errors.Failed` where it never will be."""
        return live

    def locate(self, declared: Mapping[str, Any]) -> str:
        """The id that an object with these arguments has; empty where the server gives names."""

    def address(self, keys: Mapping[str, Any]) -> str:
        """An id that `read` takes, from the keys by which the table says it is looked up."""
        return self.locate(keys)

    def address_of(self, live: Live) -> str:
        """What `address` makes of the object's keys."""
        return live.id

    def members(self, keys: Mapping[str, Any]) -> list[Live]:
        """The objects that belong together, newest first; only where the table says by what."""
        del keys
        return []

    def find(self, declared: Mapping[str, Any], claim: Claim) -> Live | None:
        """The object that a create with these arguments would collide with or has already made."""

    def read(self, id_: str) -> Live | None:
        """The object, or None where it is certainly gone: an unsure answer is an error."""

    def reread(self, echo: Live) -> Live | None:
        """The stored state after a write that answered `echo`, nothing older."""
        return self.read(echo.id)

    def create(self, declared: Mapping[str, Any], claim: Claim) -> Live:
        """Create, never upsert. Raises `AlreadyExists`, or `Lost` where the outcome is unknown."""

    def patch(self, live: Live, patch: Patch) -> Live | None:
        """The smallest write; returns the stored state, or what must be read back: see `Live`."""

    def delete(self, live: Live, *, hard: bool, recursive: bool) -> None:
        """Delete; already gone is done."""

    def restore(self, live: Live) -> Live:
        """Undo a soft delete; only called where `find` answers what is `trashed`."""
        return live

    def children(self, live: Live, *, hard: bool, stacks: Collection[str]) -> Iterable[Child]:
        """Objects that a delete would take along; ``stacks`` identify the stack that deletes."""
        del live, hard, stacks
        return []

    def siblings(self, id_: str, stacks: Collection[str]) -> list[str]:
        """What else is in the parent of an object, and was not made by the stack of ``stacks``."""
        del id_, stacks
        return []

    def mark(self, id_: str, mark: Mark) -> None:
        """Note at the registry that an object is the stack's, and whether its parent's delete may
        take it along."""
        del id_, mark

    def suspicion(self) -> str:
        """Why this registry may not keep what it accepted; empty where nothing is known of it."""
        return ""
