"""Takes registrations from the program, plans them one at a time and carries them out."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pulumi_mlregistry.localengine.context import Context, DefaultProvider
from pulumi_mlregistry.localengine.errors import EngineError, Refused
from pulumi_mlregistry.localengine.executor import Executor
from pulumi_mlregistry.localengine.goals import Goal
from pulumi_mlregistry.localengine.host import ProviderError
from pulumi_mlregistry.localengine.planner import CheckFailed, Planner
from pulumi_mlregistry.localengine.refresh import Refresher
from pulumi_mlregistry.localengine.state import State
from pulumi_mlregistry.localengine.urns import PROVIDER_TYPE, AliasResolver, make_urn
from pulumi_mlregistry.localengine.values import Properties


@dataclass
class Registered:
    """The answer to a registration; without ``ok`` its outputs are unknown to the program."""

    urn: str
    ok: bool
    id: str = ""
    outputs: Properties = field(default_factory=dict)


class Registrar:
    """The resources of a running program."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._planning = threading.Lock()
        self._claiming = threading.Lock()
        self._seen: set[str] = set()
        self._without_result: set[str] = set()
        self._aliases = AliasResolver(context.stack, context.project, {})
        self._default_provider = DefaultProvider(context)
        self._executor = Executor(context)
        self._refresher = Refresher(context)
        self.planner = Planner(context)
        self._running = 0
        self._idle_since = time.monotonic()

    def register(self, goal: Goal) -> Registered:
        """Bring one resource to what the program declares; errors are recorded, never raised."""
        context = self._context
        urn = make_urn(context.stack, context.project, goal.parent, goal.type, goal.name)
        if context.stopping.is_set() or goal.needs() & self._without_result:
            self._without_result.add(urn)
            return Registered(urn, ok=False)
        try:
            with self._counted():
                return self._register(goal, urn)
        except CheckFailed:
            pass
        except (EngineError, ProviderError) as error:
            context.fail(str(error), urn)
        self._without_result.add(urn)
        return Registered(urn, ok=False)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._claiming:
            self._running += 1
        try:
            yield
        finally:
            with self._claiming:
                self._running -= 1
                self._idle_since = time.monotonic()

    def idle_for(self, seconds: float) -> bool:
        """Whether no registration has been under way for this long."""
        with self._claiming:
            return not self._running and time.monotonic() - self._idle_since >= seconds

    def refuse(self, kind: str, name: str, parent: str, error: Refused) -> Registered:
        """Answer a registration that cannot be honoured."""
        urn = make_urn(self._context.stack, self._context.project, parent, kind, name)
        self._context.fail(str(error), urn)
        self._without_result.add(urn)
        return Registered(urn, ok=False)

    def _register(self, goal: Goal, urn: str) -> Registered:
        old = self._claim(goal, urn)
        if goal.custom and not goal.is_provider and not goal.provider:
            goal.provider = self._default_provider.reference()
        if old is not None and (self._context.refresh or old.refresh_before_update):
            old = self._refresher.refresh(old)
        new = _new_state(goal, urn)
        with self._planning:
            plan = self.planner.plan(goal, new, old)
        if goal.type == PROVIDER_TYPE:
            self._context.hosts.register(new)
        self._executor.run(plan, self.planner.deleted)
        return Registered(urn, True, new.id, dict(new.outputs))

    def _claim(self, goal: Goal, urn: str) -> State | None:
        """Find the old resource under its URN or an alias, once for each resource."""
        with self._claiming:
            if urn in self._seen or urn in self._context.journal.aliases:
                raise EngineError(f"{urn} is declared twice: give one of the two another name")
            self._seen.add(urn)
            olds = {s.urn: s for s in self._context.journal.olds() if not s.delete}
            if urn in olds:
                return olds[urn]
            aliases = self._aliases.candidates(goal.name, goal.type, goal.parent, goal.aliases)
            for alias in aliases:
                if alias not in olds:
                    continue
                if alias in self._seen or alias in self._context.journal.aliases:
                    raise EngineError(
                        f"{urn} claims the alias {alias}, which another resource has: drop one"
                    )
                self._aliases.matched[urn] = alias
                self._context.journal.aliases[alias] = urn
                return olds[alias]
            return None

    def set_outputs(self, urn: str, outputs: Properties) -> None:
        """Record the outputs of a component or of the stack; raises `EngineError`."""
        if self._context.stopping.is_set() or urn in self._without_result:
            return
        state = self._context.journal.new(urn)
        if state is None:
            raise EngineError(f"outputs for {urn}, which was not registered")
        state.outputs = outputs
        self._context.journal.end(save=False)


def _new_state(goal: Goal, urn: str) -> State:
    return State(
        urn=urn,
        type=goal.type,
        custom=goal.custom,
        inputs=goal.inputs,
        parent=goal.parent,
        protect=goal.protect,
        dependencies=goal.dependencies,
        provider=goal.provider,
        property_dependencies=goal.property_dependencies,
        additional_secret_outputs=goal.additional_secret_outputs,
        custom_timeouts=goal.custom_timeouts,
        retain_on_delete=goal.retain_on_delete,
        deleted_with=goal.deleted_with,
        ignore_changes=goal.ignore_changes,
        replace_on_changes=goal.replace_on_changes,
    )
