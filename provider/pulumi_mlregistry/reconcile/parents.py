"""Objects that lie in one another: whether a stack's delete of the outer one would be refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_mlregistry.reconcile.checks import Checked
from pulumi_mlregistry.reconcile.ledger import Ledger
from pulumi_mlregistry.reconcile.planning import policies_changed, remote_name
from pulumi_mlregistry.reconcile.protocol import Mark
from pulumi_mlregistry.reconcile.state import DELETED_WITH, OWNER, PARENT, STACK, State, stacks
from pulumi_mlregistry.reconcile.table import Table


def whose_changed(state: State, news: Mapping[str, Any]) -> bool:
    """Whether the program says anew if an object is its own, or goes with the outer one."""
    if state.table.named:
        return False
    changed = policies_changed(state.table, state.outputs, news)
    return DELETED_WITH in changed or bool(state.adopted and "deletePolicy" in changed)


@dataclass(frozen=True)
class Parents:
    """What this run knows of the objects in which others of one table lie.

    A delete of a registered model is refused while others have versions in it. By then the stack's
    own versions would be deleted already: so each of them remembers whether its model is the
    stack's, and looks for others' versions before it is deleted itself.
    """

    table: type[Table]
    ledger: Ledger
    registry: Callable[[], str]

    def note(self, owner: str, declared: Mapping[str, Any], policy: str) -> None:
        """Note whether the delete of an outer object of `owner` is refused for what is in it."""
        if not (self.table.identified and self.table.named):
            return
        stays = policy == "retain"
        refuses = not stays and declared.get("recursive") is not True
        key = self._key(self.table.kind, remote_name(self.table, declared))
        self.ledger.note_parent(key, owner if refuses else "", stays=stays)

    def of(self, declared: Mapping[str, Any]) -> dict[str, str]:
        """The hidden output about the outer object, where this run knows something of that."""
        owner = self.ledger.parent(self._key_of_parent(declared))
        return {} if owner is None else {PARENT: owner}

    def check(self, checked: Checked, policy: str) -> None:
        """Refuse that Pulumi forgets with the outer object what stays in the registry with it.

        What is retained by its own policy is not deleted with the outer object.
        """
        inputs = checked.inputs
        if policy == "retain":  # a preview creates nothing that could say so
            self.note("", inputs, policy)
        if inputs.get(DELETED_WITH) is not True:
            return
        if policy == "retain":
            del inputs[DELETED_WITH]
        elif self.ledger.parent_stays(self._key_of_parent(inputs)):
            checked.fail(
                self.table.parent[1],
                "names an object that its delete policy keeps in the registry: with deleted_with "
                f"Pulumi would forget this {self.table.title}, which stays in that object. Leave "
                "deleted_with out",
            )

    def identify(self, values: Mapping[str, Any]) -> None:
        """Note under which identities of the stack an object was made, or is to be made."""
        if key := self._key_of_family(values):
            self.ledger.identify(key, stacks(values))

    def identities(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The identities under which this stack made the outer object and what is in it."""
        key = self._key_of_family(values)
        return self.ledger.identities(key) if key else ()

    def identified(self, values: Mapping[str, Any]) -> dict[str, str]:
        """The hidden output about the stack: the present identity first."""
        known = (*stacks(values), *self.identities(values))
        return {STACK: " ".join(dict.fromkeys(known))} if known else {}

    def mark(self, news: Mapping[str, Any], *, adopted: bool | str) -> Mark:
        """What the registry is to remember of an object that is in the state already."""
        retained = news.get("deletePolicy", "retain" if adopted else "") == "retain"
        goes = news.get(DELETED_WITH) is True and not retained
        owner = str(news.get(OWNER) or "")
        return Mark(owner, self.identities(news), goes=goes, takes=not retained)

    def changed(self, state: State) -> tuple[str, ...]:
        """The hidden output, if the state says in it what is true no more."""
        known = self.ledger.current(str(state.outputs.get(PARENT) or ""))
        now = self.of(state.outputs).get(PARENT, known)
        return (PARENT,) if known and now != known else ()

    def _key_of_family(self, values: Mapping[str, Any]) -> str:
        """The key of the outer object; empty where the table's objects have nothing in them."""
        if not self.table.identified:
            return ""
        if self.table.named:
            return self._key(self.table.kind, remote_name(self.table, values))
        return self._key_of_parent(values)

    def _key_of_parent(self, declared: Mapping[str, Any]) -> str:
        kind, field = self.table.parent
        return self._key(kind, (str(declared.get(field)),)) if kind else ""

    def _key(self, kind: str, names: tuple[str, ...]) -> str:
        return f"{self.registry()} {kind} {names}"
