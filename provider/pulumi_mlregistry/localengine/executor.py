"""Carries plans out: the provider calls, each recorded before and after."""

from __future__ import annotations

import time

from pulumi_mlregistry.localengine.changes import Change, property_changes, visible
from pulumi_mlregistry.localengine.context import Context, mark_secrets
from pulumi_mlregistry.localengine.errors import EngineError
from pulumi_mlregistry.localengine.host import Host, PartialFailure, ProviderError, Result
from pulumi_mlregistry.localengine.planner import Plan
from pulumi_mlregistry.localengine.report import CREATE, REPLACE, SAME, UPDATE, Step
from pulumi_mlregistry.localengine.state import Operation, State, now
from pulumi_mlregistry.localengine.urns import PROVIDER_PREFIX


class Executor:
    """Runs steps from any number of threads."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def run(self, plan: Plan, deleted: set[str]) -> None:
        """Carry a plan out and report it; raises `EngineError` and `ProviderError`."""
        start = time.monotonic()
        failed = True
        try:
            self._apply(plan, deleted)
            failed = False
        finally:
            self._context.recorder.step(_step(plan, failed, time.monotonic() - start))

    def _apply(self, plan: Plan, deleted: set[str]) -> None:
        for state in plan.condemned:
            self.delete(state, deleted)
            state.pending_replacement = True
            self._context.journal.end()
        if plan.op == SAME:
            self._same(plan)
        elif plan.op == UPDATE:
            self._update(plan)
        else:
            self._create(plan)

    def _same(self, plan: Plan) -> None:
        old, new = plan.old, plan.new
        assert old is not None
        new.id, new.outputs = old.id, old.outputs
        new.created, new.modified = old.created, old.modified
        mark_secrets(new)
        self._context.journal.end(add=new, drop=old, save=False)

    def _create(self, plan: Plan) -> None:
        new, old = plan.new, plan.old
        new.created = new.modified = now()
        keeps_old = plan.op == REPLACE and not plan.delete_first
        drop = None if keeps_old else old
        if not _calls_provider(new):
            self._context.journal.end(add=new, drop=drop)
            return
        if self._context.dry_run:
            new.outputs = dict(new.inputs)
            mark_secrets(new)
            _condemn(old, keeps_old)
            self._context.journal.end(add=new, drop=drop)
            return
        host = self._host(new)
        operation = self._context.journal.begin("creating", new)
        try:
            result = host.create(new.urn, new.inputs, new.custom_timeouts.get("create", 0.0))
            if not result.id:
                raise ProviderError("the provider's create returned no id")
        except PartialFailure as failure:
            _take_partial(new, failure)
            _condemn(old, keeps_old)
            self._context.journal.end(operation, add=new, drop=drop)
            raise
        except ProviderError:
            self._context.journal.end(operation)
            raise
        _take(new, result)
        _condemn(old, keeps_old)
        self._context.journal.end(operation, add=new, drop=drop)

    def _update(self, plan: Plan) -> None:
        old, new = plan.old, plan.new
        assert old is not None
        new.id = old.id
        new.created, new.modified = old.created, now()
        if not _calls_provider(new):
            self._context.journal.end(add=new, drop=old)
            return
        if self._context.dry_run:
            new.outputs = dict(new.inputs)
            mark_secrets(new)
            self._context.journal.end(add=new, drop=old)
            return
        host = self._host(new)
        operation = self._context.journal.begin("updating", new)
        self._call_update(host, operation, old, new)

    def _call_update(self, host: Host, operation: Operation, old: State, new: State) -> None:
        try:
            result = host.update(
                new.urn,
                old.id,
                (old.inputs, old.outputs),
                new.inputs,
                new.custom_timeouts.get("update", 0.0),
                new.ignore_changes,
            )
        except PartialFailure as failure:
            _take_partial(new, failure)
            # The old inputs stay, so that the next run finds the difference again.
            new.inputs = old.inputs
            self._context.journal.end(operation, add=new, drop=old)
            raise
        except ProviderError:
            self._context.journal.end(operation)
            raise
        _take(new, result)
        self._context.journal.end(operation, add=new, drop=old)

    def delete(self, state: State, deleted: set[str]) -> None:
        """Delete an object, unless it is kept or goes with another; state is left to the caller."""
        skip = state.external or state.retain_on_delete or state.deleted_with in deleted
        if self._context.dry_run or skip or not _calls_provider(state):
            return
        host = self._host(state)
        operation = self._context.journal.begin("deleting", state)
        try:
            host.delete(
                state.urn,
                state.id,
                (state.inputs, state.outputs),
                state.custom_timeouts.get("delete", 0.0),
            )
        finally:
            # The caller's own record follows at once and is what reaches the disk.
            self._context.journal.end(operation, save=False)

    def _host(self, state: State) -> Host:
        host = self._context.host_of(state)
        if host is None:
            raise EngineError(f"the configuration of provider {state.provider} is not known")
        return host


def _condemn(old: State | None, keeps_old: bool) -> None:
    # The old object of a replacement goes at the end of the run, after all that used it.
    if keeps_old and old is not None:
        old.delete = True


def _calls_provider(state: State) -> bool:
    return state.custom and not state.type.startswith(PROVIDER_PREFIX)


def _take(new: State, result: Result) -> None:
    new.id = result.id
    new.outputs = result.outputs
    new.refresh_before_update = result.refresh_before_update
    mark_secrets(new)


def _take_partial(new: State, failure: PartialFailure) -> None:
    new.id = failure.identity
    new.outputs = failure.outputs
    new.init_errors = failure.reasons
    mark_secrets(new)


def _step(plan: Plan, failed: bool, seconds: float) -> Step:
    old, new = plan.old, plan.new
    changes: tuple[Change, ...] = ()
    if plan.op in (UPDATE, REPLACE) and old is not None:
        changes = property_changes(old.inputs, new.inputs, plan.replaces, plan.hide)
    return Step(
        plan.op,
        new.urn,
        changes,
        plan.delete_first,
        visible(new.inputs) if plan.op == CREATE else {},
        failed,
        seconds,
        old,
        new,
    )
