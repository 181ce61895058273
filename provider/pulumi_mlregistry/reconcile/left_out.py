"""What the running program declares and the engine leaves out of the run, by `--target`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_mlregistry.reconcile import checks
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.ledger import Ledger
from pulumi_mlregistry.reconcile.planning import remote_name
from pulumi_mlregistry.reconcile.state import State
from pulumi_mlregistry.reconcile.table import Table

Program = Callable[[str, str], Iterable[tuple[str, Sequence[str | None]]]]
"""The resources of a kind that the running program of an owner declares, also those that the run
leaves out: owner and remote name of each, with None for what the configuration says."""


def no_program(_kind: str, _owner: str) -> Iterable[tuple[str, Sequence[str | None]]]:
    """A program that declares nothing."""
    return ()


@dataclass(frozen=True)
class LeftOut:
    """The resources of one table that this run leaves out."""

    table: type[Table]
    ledger: Ledger
    setting: checks.Setting
    program: Program

    def declaring(self, state: State) -> str:
        """The one that declares an object of this name; empty where none does."""
        if not self.table.named:
            return ""
        names = remote_name(self.table, state.outputs)
        for other, declared in self.program(self.table.kind, state.owner):
            if remote_name(self.table, self._filled_in(declared)) != names:
                continue
            if other != state.owner and not self.ledger.declares(other):
                return other
        return ""

    def _filled_in(self, names: Sequence[str | None]) -> dict[str, Any]:
        """The parts of a remote name by property, with what the configuration says."""
        columns = [c for c in tables.inputs(self.table) if c.behaviour.key]
        filled: dict[str, Any] = {}
        for column, name in zip(columns, names, strict=True):
            setting = column.behaviour.setting
            configured = self.setting(setting) if setting else None
            filled[column.name] = name or configured or column.info.get_default()
        return filled
