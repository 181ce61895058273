"""Deletes what is no longer declared, dependents before what they depend on."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from pulumi_mlregistry.localengine.context import Context
from pulumi_mlregistry.localengine.errors import EngineError
from pulumi_mlregistry.localengine.executor import Executor
from pulumi_mlregistry.localengine.host import ProviderError
from pulumi_mlregistry.localengine.report import DELETE, Step
from pulumi_mlregistry.localengine.state import State


class Sweeper:
    """Deletes the old resources that are left over."""

    def __init__(self, context: Context, deleted: set[str]) -> None:
        self._context = context
        self._executor = Executor(context)
        self._deleted = deleted

    def sweep(self) -> None:
        """Delete all old resources still in the journal; errors are recorded.

        Nothing is deleted while one of them is protected.
        """
        condemned = self._context.journal.olds()
        protected = [s for s in condemned if s.protect and not s.delete]
        for state in protected:
            self._context.fail(
                f"{state.urn} is to be deleted and is protected: take `protect` off it in the "
                "program and run `up` first",
                state.urn,
            )
        if protected and not self._context.dry_run:
            return
        self._deleted.update(state.urn for state in condemned)
        for level in levels(condemned):
            with ThreadPoolExecutor(max_workers=self._context.parallel) as pool:
                list(pool.map(self._delete, level))
            if self._context.stopping.is_set():
                return

    def _delete(self, state: State) -> None:
        if self._context.stopping.is_set():
            return
        start = time.monotonic()
        failed = True
        try:
            if not state.pending_replacement:
                self._executor.delete(state, self._deleted)
            failed = False
            self._context.journal.end(drop=state)
        except (EngineError, ProviderError) as error:
            self._context.fail(str(error), state.urn)
        finally:
            # An object that a new one replaced has its line already.
            if not state.delete or failed:
                seconds = time.monotonic() - start
                self._context.recorder.step(
                    Step(DELETE, state.urn, failed=failed, seconds=seconds, old=state)
                )


def levels(condemned: list[State]) -> list[list[State]]:
    """The resources in groups: each group may go at once, and after all groups before it."""
    users: dict[str, int] = {}
    for state in condemned:
        for urn in state.needs():
            users[urn] = users.get(urn, 0) + 1
    left = list(condemned)
    groups = []
    while left:
        group = [state for state in left if not users.get(state.urn)]
        # Only a damaged state has a cycle; its recorded order is then the best there is.
        group = group or [left[-1]]
        for state in group:
            left.remove(state)
            for urn in state.needs():
                users[urn] -= 1
        groups.append(group)
    return groups
