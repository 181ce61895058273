"""Objects that lie in one another: whether a stack's delete of the outer one would be refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_mlregistry.reconcile.checks import Checked
from pulumi_mlregistry.reconcile.ledger import Ledger
from pulumi_mlregistry.reconcile.planning import remote_name
from pulumi_mlregistry.reconcile.state import DELETED_WITH, PARENT, State
from pulumi_mlregistry.reconcile.table import Table


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

    def changed(self, state: State) -> tuple[str, ...]:
        """The hidden output, if the state says in it what is true no more."""
        known = self.ledger.current(str(state.outputs.get(PARENT) or ""))
        now = self.of(state.outputs).get(PARENT, known)
        return (PARENT,) if known and now != known else ()

    def _key_of_parent(self, declared: Mapping[str, Any]) -> str:
        kind, field = self.table.parent
        return self._key(kind, (str(declared.get(field)),)) if kind else ""

    def _key(self, kind: str, names: tuple[str, ...]) -> str:
        return f"{self.registry()} {kind} {names}"
