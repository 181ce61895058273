"""What all parts of one run share."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field

from pulumi_mlregistry.localengine.host import Host
from pulumi_mlregistry.localengine.hosts import HostPool
from pulumi_mlregistry.localengine.journal import Journal
from pulumi_mlregistry.localengine.report import Recorder
from pulumi_mlregistry.localengine.state import State, now
from pulumi_mlregistry.localengine.urns import PROVIDER_TYPE, make_urn
from pulumi_mlregistry.localengine.values import Properties, Secret, equal, secret


@dataclass
class Context:
    """One run of one stack."""

    project: str
    stack: str
    dry_run: bool
    refresh: bool
    """Read every resource before it is planned."""
    parallel: int
    """How many steps may run at once."""
    config: Properties
    """Inputs of the default provider: the whole stack configuration."""
    journal: Journal
    recorder: Recorder
    hosts: HostPool
    stopping: threading.Event = field(default_factory=threading.Event)
    """Set on the first failure of an update and on Ctrl-C: no new step is begun."""
    failed: threading.Event = field(default_factory=threading.Event)

    def fail(self, message: str, urn: str = "") -> None:
        """Record an error; outside a preview no further step is begun."""
        self.recorder.tell("error", message, urn)
        self.failed.set()
        if not self.dry_run:
            self.stopping.set()

    def host_of(self, state: State) -> Host | None:
        """The provider host of a resource; None where its configuration is unknown (preview)."""
        return self.hosts.get(state.provider)


class DefaultProvider:
    """The default provider resource, registered with its first use."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._reference = ""

    def reference(self) -> str:
        """``urn::id`` of the default provider."""
        with self._lock:
            if not self._reference:
                self._reference = self._register()
            return self._reference

    def _register(self) -> str:
        context = self._context
        urn = make_urn(context.stack, context.project, "", PROVIDER_TYPE, "default")
        old = next((s for s in context.journal.olds() if s.urn == urn and not s.delete), None)
        new = State(urn=urn, type=PROVIDER_TYPE, custom=True)
        new.inputs = dict(context.config)
        new.outputs = dict(context.config)
        same = old is not None and equal(old.inputs, new.inputs)
        new.id = old.id if old else str(uuid.uuid4())
        new.created = old.created if old else now()
        new.modified = old.modified if old and same else now()
        context.hosts.register(new)
        context.journal.end(add=new, drop=old, save=not same)
        return f"{urn}::{new.id}"


def mark_secrets(state: State) -> None:
    """Make outputs secret that are so by option, or whose input of the same name is."""
    for key in state.outputs:
        if key in state.additional_secret_outputs or key in _secret_keys(state.inputs):
            state.outputs[key] = secret(state.outputs[key])


def _secret_keys(inputs: Properties) -> set[str]:
    return {key for key, value in inputs.items() if isinstance(value, Secret)}
