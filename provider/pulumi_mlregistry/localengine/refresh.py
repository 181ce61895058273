"""Reads live objects and takes over what is found."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from pulumi_mlregistry.localengine.changes import property_changes
from pulumi_mlregistry.localengine.context import Context, mark_secrets
from pulumi_mlregistry.localengine.errors import EngineError
from pulumi_mlregistry.localengine.host import ProviderError
from pulumi_mlregistry.localengine.planner import Planner
from pulumi_mlregistry.localengine.report import GONE, REFRESH, SAME, Step
from pulumi_mlregistry.localengine.state import State, now
from pulumi_mlregistry.localengine.urns import PROVIDER_PREFIX
from pulumi_mlregistry.localengine.values import equal


class Refresher:
    """Refreshes resources from any number of threads."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._planner = Planner(context)

    def refresh(self, old: State, *, report_same: bool = False) -> State | None:
        """Read one resource; its state as it is now, or None if the object is gone.

        Raises `EngineError` and `ProviderError`.
        """
        if not old.custom or old.type.startswith(PROVIDER_PREFIX) or old.pending_replacement:
            return old
        host = self._context.host_of(old)
        if host is None:
            return old
        reading = host.read(old.urn, old.id, (old.inputs, old.outputs))
        if not reading.id:
            self._context.journal.end(drop=old)
            self._context.recorder.step(Step(GONE, old.urn, old=old))
            return None
        new = old.copy()
        new.id, new.outputs = reading.id, reading.outputs
        new.init_errors = []
        if reading.inputs is not None:
            new.inputs = reading.inputs
        mark_secrets(new)
        # The answer to "what would an `up` of the unchanged program do after this refresh".
        diff = self._planner.ask_diff(host, new, old.inputs, old.ignore_changes)
        inputs_differ = not equal(new.inputs, old.inputs)
        if inputs_differ or not equal(new.outputs, old.outputs):
            new.modified = now()
            self._context.journal.replace_old(old, new)
        else:
            new = old
        self._report(old, new, bool(diff.changes), report_same)
        return new

    def _report(self, old: State, new: State, drift: bool, report_same: bool) -> None:
        if drift:
            changes = property_changes(old.inputs, new.inputs)
            changes = changes or property_changes(old.outputs, new.outputs)
            self._context.recorder.step(Step(REFRESH, new.urn, changes, old=old, new=new))
        elif report_same:
            self._context.recorder.step(Step(SAME, new.urn, old=old, new=new))

    def refresh_all(self) -> None:
        """Refresh every old resource that no registration dealt with; errors are recorded."""
        with ThreadPoolExecutor(max_workers=self._context.parallel) as pool:
            list(pool.map(self._refresh_recorded, self._context.journal.olds()))
        self._context.journal.prune()

    def _refresh_recorded(self, old: State) -> None:
        if self._context.stopping.is_set():
            return
        try:
            self.refresh(old, report_same=True)
        except (EngineError, ProviderError) as error:
            self._context.recorder.tell("error", str(error), old.urn)
            self._context.failed.set()
