"""Delete: only what is still ours, as its policy says, and never others' objects along with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from pulumi_mlregistry.reconcile.errors import Conflict, HasChildren, RegistryError
from pulumi_mlregistry.reconcile.ledger import Ledger
from pulumi_mlregistry.reconcile.planning import remote_name
from pulumi_mlregistry.reconcile.protocol import Api, Child, Mark
from pulumi_mlregistry.reconcile.state import PARENT, State, identity_text, is_same_object
from pulumi_mlregistry.reconcile.table import Table

_NAMED = 5
"""How many objects a message names at most."""


@dataclass
class Deletion:
    """One delete of an object that left the program, was replaced or is to be made anew."""

    table: type[Table]
    connect: Callable[[], Api]
    ledger: Ledger
    log: Callable[[str], None]
    stacks: tuple[str, ...] = ()
    """The identities under which this stack made the object and what is in it."""
    declared_by: Callable[[State], str] = lambda _state: ""
    """Which other resource, left out of this run, declares the object; empty where none does."""

    def run(self, id_: str, key: str, state: State, policy: str) -> None:
        """Delete ``id_``, or tell why it stays; ``key`` names it in the ledger."""
        name = self.table.called(id_, state.outputs)
        recreate = self._recreates(key, state)
        replaced = self.ledger.replaced_by(state.owner, key)
        if recreate is None:
            if kept := self.ledger.why_kept(state.owner, key):
                hint = "" if self.table.named or not self._is_its_own(key, state) else _SAME_AGAIN
                self.log(f"{name} stays in the registry: {kept}{hint}")
                return
            if stays := self._why_replaced(key, state, replaced):
                self.log(f"{name} stays in the registry: {stays}")
                if policy != "retain":
                    self._mark_replaced(id_, name, state)
                return
            if policy == "retain":
                why = ", as it was adopted" if state.adopted else ""
                self.log(f"{name} stays in the registry: its delete policy is retain{why}")
                return
            self._refuse_what_others_declare(state)
        else:
            policy = "hard"
        api = self.connect()
        if (parent := self._parent_to_go(state)) and (others := api.siblings(id_, self.stacks)):
            raise _blocked(parent, others)
        live = api.read(id_)
        if live is None:
            return
        if not is_same_object(state, live):
            now = identity_text(self.table, live)
            self.log(f"{name} stays: it is another object now: {now}")
            return
        hard = policy == "hard"
        recursive = recreate if recreate is not None else state.outputs.get("recursive") is True
        if not recursive:
            found = list(api.children(live, hard=hard, stacks=self.stacks))
            others = [child.name for child in found if not child.goes]
            if others and replaced:
                self.log(
                    f"{name} stays in the registry: it was replaced by {replaced}, and it has "
                    f"{_named(others)}"
                )
                return
            if others:
                raise _has_children(others, first_up=recreate is None)
            if found:
                self.log(f"{name} takes along {_names(found)}, which this stack made")
        api.delete(live, hard=hard, recursive=recursive)

    def _recreates(self, key: str, state: State) -> bool | None:
        """Whether it is to be made anew under its name with all in it; None where it is not.

        Raises `Conflict` where it is, and the program does not allow it.
        """
        recreate = self.ledger.recreated(key)
        wanted = self.ledger.wanted(state.owner, key)
        same_name = wanted is not None and wanted.names == remote_name(self.table, state.outputs)
        if recreate is not None or not (self.table.named and wanted and same_name):
            return recreate
        if self.ledger.why_kept(state.owner, key):
            return None
        if not wanted.recreate:
            raise Conflict(recreation(self.table), remedy=RECREATION_REMEDY)
        return wanted.recursive

    def _is_its_own(self, key: str, state: State) -> bool:
        """Whether a replacement has come to the very object that it was to replace."""
        return self.ledger.has(state.owner, key)

    def _why_replaced(self, key: str, state: State, replaced: str) -> str:
        """Why a numbered object is left in the registry; those with a name are not."""
        if self.table.named:
            return ""
        if replaced:
            return f"it was replaced by {replaced}"
        return "it is being replaced" if self.ledger.is_replaced(state.owner, key) else ""

    def _mark_replaced(self, id_: str, name: str, state: State) -> None:
        """Let the object go with its parent; where that fails, the delete of that names it."""
        if not self.stacks:
            return
        try:
            self.connect().mark(id_, Mark(state.owner, self.stacks, replaced=True))
        except RegistryError as error:
            self.log(
                f"{name} could not be marked as replaced, and will not be deleted with its parent: "
                f"{error}"
            )

    def _refuse_what_others_declare(self, state: State) -> None:
        if other := self.declared_by(state):
            raise Conflict(
                f"{other}, which this run leaves out, declares an object of this name",
                remedy="Nothing was deleted. Run pulumi up without --target and --exclude: that "
                "run sees which resource has the object",
            )

    def _parent_to_go(self, state: State) -> str:
        """The owner of the parent, where that is this stack's and not part of the program."""
        owner = str(state.outputs.get(PARENT) or "")
        return "" if self.ledger.declares(owner) else owner


_SAME_AGAIN = (
    "; nothing has changed that would make a new version: to register the same once more, add "
    "delete_before_replace=True, which deletes no version"
)
RECREATION_REMEDY = (
    "Set allow_recreate=True to allow that, or undo what asks for it: --replace, a taint, "
    "replace_on_changes, replacement_trigger or replace_with"
)


def recreation(table: type[Table]) -> str:
    """Why Pulumi must not replace an object under its own name."""
    return (
        f"Pulumi is to replace the {table.title} under its own name: that would delete it, "
        f"with {table.loses or 'what others attached to it'}, and create it anew"
    )


def _blocked(parent: str, others: Iterable[str]) -> HasChildren:
    return HasChildren(
        f"{parent}, which this stack made, is to be deleted next, and that would be refused: "
        f"it has {_named(list(others))}, which this stack did not make",
        remedy="Nothing was deleted. Delete those first, or set recursive=True on "
        f"{parent} and run up. To delete only this object, take it out of the program and run up",
    )


def _has_children(others: list[str], *, first_up: bool) -> HasChildren:
    return HasChildren(
        f"it has {_named(others)}, which would be deleted with it",
        remedy="Delete those first, or set recursive=True"
        + (" and run up before the delete" if first_up else ""),
    )


def _names(children: Iterable[Child]) -> str:
    return _named([child.name for child in children])


def _named(names: list[str]) -> str:
    return ", ".join(islice(names, _NAMED)) + (", ..." if len(names) > _NAMED else "")
