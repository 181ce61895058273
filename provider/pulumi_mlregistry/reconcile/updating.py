"""Update: read, compare, write only what differs and read back, until nothing is left to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_mlregistry.reconcile import writing
from pulumi_mlregistry.reconcile.conflicts import refuse_conflicts
from pulumi_mlregistry.reconcile.errors import Gone, Lost, RegistryError, Stale
from pulumi_mlregistry.reconcile.ignored import accepted
from pulumi_mlregistry.reconcile.paths import Path
from pulumi_mlregistry.reconcile.planning import Change, plan
from pulumi_mlregistry.reconcile.protocol import Api, Live
from pulumi_mlregistry.reconcile.spelling import spelled
from pulumi_mlregistry.reconcile.state import (
    State,
    identity_text,
    ignored_paths,
    is_same_object,
    respell,
)

_ANEW = "Run pulumi refresh: the next up then creates it anew"
_SOFT = (
    "Run pulumi refresh; where it was deleted softly it keeps its name: restore it at the server, "
    'or set on_conflict="adopt" for the next up'
)
_ATTEMPTS = 4
"""How often an update whose replies are lost reads and writes."""


@dataclass(frozen=True)
class Updated:
    """The object after an update, its values as the program says them, and how each is echoed."""

    live: Live
    values: dict[str, Any]
    echoes: dict[Path, str]


@dataclass
class Update:
    """One update of an object that is in the state."""

    api: Api
    state: State
    news: Mapping[str, Any]
    adopt: bool
    """Whether values that others have where the program newly declares some are overwritten."""
    not_taken: Callable[[Sequence[Change]], list[Change]]
    """The changes without those that another resource of the program makes."""
    is_known: Callable[[str], bool]
    """Whether an id is another object of this program."""

    def run(self, id_: str) -> Updated:
        """Make the declaration true; raises `Conflict`, `Gone`, `NotApplied` and whatever fails."""
        failure: RegistryError = Stale("others keep writing to it")
        planned: list[str] = []
        left: list[str] = []
        attempts = 0
        for turn in range(writing.TURNS):
            found = writing.read_after(failure, lambda: self.api.read(id_))
            live, values = self._compared(self._ours(found))
            changes = self._changes(live, values)
            if not changes:
                return self._proved(live, values, ())
            left = [str(c.path) for c in changes]
            planned = planned or left
            try:
                written = self._written(live, values, changes)
            except Stale as error:
                failure = error
                writing.step_aside(turn)
                continue
            except (Lost, Gone) as error:  # what is gone, the next look says better
                failure = error
                attempts += 1
                if attempts == _ATTEMPTS:
                    break
                continue
            if written is None or not written.complete:
                written = writing.read_back(self.api, written or live)
            written = spelled(self.api.table, self._ours(written), self.news, self.news)
            return self._proved(written, respell(self.state, written.values), changes)
        raise writing.with_progress(failure, planned, left)

    def _ours(self, live: Live | None) -> Live:
        if live is None or not is_same_object(self.state, live):
            why = (
                "it was deleted"
                if live is None
                else f"another object has its name: {identity_text(self.api.table, live)}"
            )
            soft = self.api.table.default_delete == "soft"
            raise Gone(f"{why} since the last update", remedy=_SOFT if soft else _ANEW)
        return live

    def _compared(self, live: Live) -> tuple[Live, dict[str, Any]]:
        """The object in the words of state and program; raises `Conflict`."""
        table = self.api.table
        if not table.named:
            live = self.api.settle(live)  # nothing moves to a version that is not usable
        live = spelled(table, live, self.state.own, self.news)
        values = respell(self.state, live.values)
        known = self.state.accepting(values, ignored_paths(self.news))
        wanted = self._wanted(values)
        refuse_conflicts(table, known, wanted, live, values, adopt=self.adopt)
        return live, values

    def _wanted(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What is declared, and what is live where that is ignored."""
        return accepted(self.api.table, self.news, values, ignored_paths(self.news))

    def _changes(self, live: Live, values: Mapping[str, Any]) -> list[Change]:
        ownership = self.state.ownership(self.news)
        changes = self.not_taken(plan(self.api.table, self._wanted(values), values, ownership))
        writing.refuse_replacement(changes)
        return changes

    def _written(
        self, live: Live, values: Mapping[str, Any], changes: Sequence[Change]
    ) -> Live | None:
        patch = writing.make_patch(
            self.api.table,
            changes,
            live,
            self._wanted(values),
            take=self.adopt,
            ours=self.is_known,
            ignored=ignored_paths(self.news),
        )
        return self.api.patch(live, patch)

    def _proved(self, live: Live, values: dict[str, Any], done: Sequence[Change]) -> Updated:
        wanted = self._wanted(values)
        return Updated(live, values, writing.verify(self.api, live, values, wanted, done))
