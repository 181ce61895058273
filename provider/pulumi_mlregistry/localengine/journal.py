"""What a run has done so far: the state that is on disk after every step."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pulumi_mlregistry.localengine.state import Deployment, Operation, State, renamed

Save = Callable[[], None]


class Journal:
    """The stack between its old and its new state.

    ``save`` is called after each change that must not be lost, outside the lock; in a preview
    it does nothing.
    """

    def __init__(self, base: Deployment) -> None:
        self._lock = threading.Lock()
        self._olds = list(base.resources)
        self._news: dict[str, State] = {}
        self._pending = list(base.pending)
        self.aliases: dict[str, str] = {}
        """Old URN to the new one that a registration claimed it under."""
        self.save: Save = lambda: None

    def olds(self) -> list[State]:
        """Old resources that no step has dealt with yet, in their recorded order."""
        with self._lock:
            return list(self._olds)

    def new(self, urn: str) -> State | None:
        """The resource as this run registered it."""
        with self._lock:
            return self._news.get(urn)

    def snapshot(self) -> Deployment:
        """The deployment as it stands: new resources, then old ones not dealt with yet."""
        with self._lock:
            news = list(self._news.values())
            resources = [*news, *renamed(self._olds, self.aliases)]
            return Deployment(resources, list(self._pending))

    def begin(self, kind: str, state: State) -> Operation:
        """Record that a provider call is about to be made."""
        operation = Operation(kind, state)
        with self._lock:
            self._forget(state.urn)
            self._pending.append(operation)
        self.save()
        return operation

    def end(
        self,
        operation: Operation | None = None,
        *,
        add: State | None = None,
        drop: State | None = None,
        save: bool = True,
    ) -> None:
        """Record a step's outcome: the call is over, ``add`` is new, ``drop`` is gone."""
        with self._lock:
            if operation is not None:
                self._pending = [op for op in self._pending if op is not operation]
            if drop is not None:
                self._olds = [state for state in self._olds if state is not drop]
            if add is not None:
                self._forget(add.urn)
                self._news[add.urn] = add
        if save:
            self.save()

    def replace_old(self, old: State, refreshed: State) -> None:
        """Put a refreshed state in the place of an old one."""
        with self._lock:
            self._olds = [refreshed if state is old else state for state in self._olds]
        self.save()

    def prune(self) -> None:
        """Take references to resources that no longer exist out of the old states."""
        with self._lock:
            urns = {state.urn for state in self._olds} | set(self._news)
            self._olds = [_pruned(state, urns) for state in self._olds]
        self.save()

    def drop_pending(self) -> None:
        """Forget interrupted operations of earlier runs."""
        with self._lock:
            self._pending = []
        self.save()

    def _forget(self, urn: str) -> None:
        self._pending = [op for op in self._pending if op.state.urn != urn]


def _pruned(state: State, urns: set[str]) -> State:
    if state.needs() <= urns:
        return state
    changed = state.copy()
    changed.dependencies = [urn for urn in state.dependencies if urn in urns]
    changed.property_dependencies = {
        key: [urn for urn in deps if urn in urns]
        for key, deps in state.property_dependencies.items()
    }
    if state.parent not in urns:
        changed.parent = ""
    if state.deleted_with not in urns:
        changed.deleted_with = ""
    return changed
