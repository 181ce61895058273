"""Delete: only what is still ours, as its policy says, and never others' objects along with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pulumi_mlregistry.reconcile.errors import HasChildren
from pulumi_mlregistry.reconcile.ledger import Ledger
from pulumi_mlregistry.reconcile.protocol import Api, Live
from pulumi_mlregistry.reconcile.state import State, identity_text, is_same_object
from pulumi_mlregistry.reconcile.table import Table


@dataclass
class Deletion:
    """One delete of an object that left the program, was replaced or is to be made anew."""

    table: type[Table]
    connect: Callable[[], Api]
    ledger: Ledger
    log: Callable[[str], None]

    def run(self, id_: str, key: str, state: State, policy: str) -> None:
        """Delete ``id_``, or tell why it stays; ``key`` names it in the ledger."""
        name = self.table.called(id_, state.outputs)
        recreate = self.ledger.recreated(key)
        recreated = recreate is not None
        replaced = self.ledger.replaced_by(state.owner, key)
        kept = self._why_kept(key, state, replaced)
        if kept and not recreated:
            self.log(f"{name} stays in the registry: {kept}")
            return
        policy = "hard" if recreated else policy
        if policy == "retain":
            why = ", as it was adopted" if state.adopted else ""
            self.log(f"{name} stays in the registry: its delete policy is retain{why}")
            return
        api = self.connect()
        live = api.read(id_)
        if live is None:
            return
        if not is_same_object(state, live):
            now = identity_text(self.table, live)
            self.log(f"{name} stays: it is another object now: {now}")
            return
        hard = policy == "hard"
        recursive = recreate if recreate is not None else state.outputs.get("recursive") is True
        if not recursive and (children := self._children(api, live, hard)):
            if replaced:
                self.log(
                    f"{name} stays in the registry: it was replaced by {replaced}, and it has "
                    f"{children}"
                )
                return
            raise HasChildren(
                f"it has {children}, which would be deleted with it",
                remedy="Delete those first, or set recursive=True"
                + ("" if recreated else " and run up before the delete"),
            )
        api.delete(live, hard=hard, recursive=recursive)

    def _why_kept(self, key: str, state: State, replaced: str) -> str:
        kept = self.ledger.why_kept(state.owner, key)
        if replaced and not self.table.named:
            kept = kept or f"it was replaced by {replaced}"
        return kept

    def _children(self, api: Api, live: Live, hard: bool) -> str:
        children = api.children(live, hard=hard)
        return ", ".join(children[:5]) + (", ..." if len(children) > 5 else "")
