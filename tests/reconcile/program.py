"""One resource of a program, run after run: what the engine does with it, in small."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_mlregistry.reconcile.checks import Checked
from pulumi_mlregistry.reconcile.ledger import Ledger
from pulumi_mlregistry.reconcile.listing import Listings
from pulumi_mlregistry.reconcile.planning import Diff
from pulumi_mlregistry.reconcile.protocol import Result
from pulumi_mlregistry.reconcile.reconciler import Reconciler
from pulumi_mlregistry.reconcile.state import marks_of
from pulumi_mlregistry.reconcile.table import Table
from reconcile.registry import HERE, Calls, ModelCalls, Registry
from reconcile.tables import Model, Version


@dataclass
class Program:
    """A resource; `requests` are those of the last step, `log` what users were told in it."""

    server: Registry = field(default_factory=Registry)
    table: type[Table] = Model
    owner: str = "p/dev/toy/m"
    settings: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    place: str = HERE
    moved_from: frozenset[str] = frozenset()
    repeatable: bool = True
    why: str = ""
    id: str = ""
    outputs: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    listings: Listings | None = None
    """Those of one run of many resources; else each step begins without."""

    @property
    def core(self) -> Reconciler:
        """The core, for the calls of one step."""
        return Reconciler(
            table=self.table,
            connect=self._connect,
            registry=lambda: self.place,
            setting=self.settings.get,
            fallback=self.environment.get,
            ledger=self.ledger,
            log=self.log.append,
            walk=lambda _api, within: self.server.pages(within),
            listings=self.listings or Listings(),
            moved_from=lambda: self.moved_from,
        )

    @property
    def requests(self) -> list[str]:
        """What the registry was asked."""
        return self.server.requests

    @property
    def marks(self) -> dict[str, str]:
        """What the state remembers of each path."""
        return {p.pointer: mark for p, mark in marks_of(self.table, self.outputs).items()}

    def check(self, declared: Mapping[str, Any]) -> Checked:
        """The declaration with its owner, against that of the last run."""
        return self.core.check({**declared, "__owner": self.owner}, self.inputs)

    def up(self, **declared: Any) -> dict[str, Any]:
        """Create or update; answers the outputs."""
        inputs = self._begin(declared)
        if not self.id:
            result = self.core.create(inputs)
        elif self.core.diff(self.id, self.outputs, inputs).any:
            result = self.core.update(self.id, self.outputs, inputs)
        else:
            self.inputs = dict(inputs)  # as the engine does, whose outputs stay
            return self.outputs
        self._keep(result, inputs)
        return self.outputs

    def diff(self, **declared: Any) -> Diff:
        """What an up would do."""
        return self.core.diff(self.id, self.outputs, self._begin(declared))

    def planned(self, **declared: Any) -> list[str]:
        """The changes of an up, as they are shown."""
        return [str(change) for change in self.diff(**declared).changes]

    def refresh(self) -> dict[str, Any]:
        """Read it; answers the outputs."""
        self._clear()
        result = self.core.read(self.id, self.outputs)
        self._keep(result, result.inputs)
        return self.outputs

    def take(self, id_: str) -> Result:
        """Import it."""
        self.id = id_
        self.refresh()
        return Result(self.id, self.outputs, self.inputs)

    def destroy(self) -> None:
        """Delete it, in a run of its own."""
        self._clear()
        self.ledger = Ledger()
        self.core.delete(self.id, self.outputs)

    def _begin(self, declared: Mapping[str, Any]) -> dict[str, Any]:
        self._clear()
        checked = self.check(declared)
        assert checked.failures == []
        return checked.inputs

    def _clear(self) -> None:
        self.requests.clear()
        self.log.clear()

    def _keep(self, result: Result, inputs: Mapping[str, Any]) -> None:
        self.id, self.outputs, self.inputs = result.id, result.outputs, dict(inputs)

    def _connect(self) -> Calls:
        if self.table is Version:
            return Calls(self.server, self.table, self.place, self.repeatable)
        return ModelCalls(self.server, self.table, self.place, self.repeatable, self.why)


def applied(server: Registry | None = None, /, **declared: Any) -> Program:
    """A program whose model m was created."""
    program = Program(server or Registry())
    program.up(name="m", **declared)
    return program


def values(program: Program) -> dict[str, Any]:
    """What the registry has of model m."""
    return program.server.objects["main/m"].values
