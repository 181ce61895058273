"""What a run did: steps, diagnostics and outputs, collected from many threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from pulumi_mlregistry.localengine.changes import Change
from pulumi_mlregistry.localengine.state import State
from pulumi_mlregistry.localengine.urns import is_default_provider, name_of, type_of

SAME = "same"
CREATE = "create"
UPDATE = "update"
REPLACE = "replace"
DELETE = "delete"
REFRESH = "refresh"
GONE = "gone"


@dataclass(frozen=True)
class Step:
    """One resource's part in a run."""

    op: str
    """same, create, update, replace, delete, refresh (drift was taken over) or gone."""
    urn: str
    changes: tuple[Change, ...] = ()
    delete_first: bool = False
    """For a replacement: the old object goes before the new one is made."""
    inputs: dict[str, object] = field(default_factory=dict)
    """What is declared, for display: secrets and unknowns redacted, ``__*`` left out."""
    failed: bool = False
    seconds: float = 0.0
    old: State | None = None
    """The resource as it was recorded, and with `new` as it is to be: for machines."""
    new: State | None = None

    @property
    def type(self) -> str:
        """The resource's type."""
        return type_of(self.urn)

    @property
    def name(self) -> str:
        """The resource's logical name."""
        return name_of(self.urn)

    @property
    def changed(self) -> tuple[str, ...]:
        """The top-level properties that differ, without doubles."""
        return tuple(dict.fromkeys(change.top for change in self.changes))


@dataclass(frozen=True)
class Diagnostic:
    """One message; ``urn`` is empty where it belongs to the stack as a whole."""

    severity: str
    """info, warning or error."""
    message: str
    urn: str = ""


@dataclass
class Result:
    """The outcome of one run."""

    command: str
    steps: list[Step]
    diagnostics: list[Diagnostic]
    outputs: dict[str, object]
    """Stack outputs; secrets read ``[secret]``, unknown ones ``[unknown]``."""
    exit_code: int
    output_changes: tuple[Change, ...] = ()
    seconds: float = 0.0

    @property
    def planned(self) -> list[Step]:
        """The steps that change something; empty where nothing is planned or was done."""
        quiet = {SAME} if self.command == REFRESH else {SAME, REFRESH, GONE}
        return [step for step in self.steps if step.op not in quiet]

    @property
    def errors(self) -> list[str]:
        """The messages of all errors."""
        return [d.message for d in self.diagnostics if d.severity == "error"]

    def step(self, name: str) -> Step:
        """The step of the resource with this logical name; raises `KeyError`."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)


class Recorder:
    """Collects steps and diagnostics; calls ``on_step`` as each step ends."""

    def __init__(self, on_step: Callable[[Step], None] | None = None) -> None:
        self._lock = threading.Lock()
        self._on_step = on_step
        self._steps: list[Step] = []
        self._diagnostics: list[Diagnostic] = []

    def step(self, step: Step) -> None:
        """Record a step that ended."""
        if is_default_provider(step.urn):
            return
        with self._lock:
            self._steps.append(step)
            if self._on_step is not None:
                self._on_step(step)

    def tell(self, severity: str, message: str, urn: str = "") -> None:
        """Record a message; an empty one is dropped."""
        if message.strip():
            with self._lock:
                self._diagnostics.append(Diagnostic(severity, message.rstrip(), urn))

    def steps(self) -> list[Step]:
        """All steps so far."""
        with self._lock:
            return list(self._steps)

    def diagnostics(self) -> list[Diagnostic]:
        """All messages so far."""
        with self._lock:
            return list(self._diagnostics)
