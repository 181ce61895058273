"""The provider classes that Pulumi's dynamic host imports by name: stateless, so that the state
holds a reference to a class and never code."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from pulumi_mlregistry.catalog import KINDS, Session
from pulumi_mlregistry.dynamic.values import PREVIEW, PROVIDER, from_core, to_core
from pulumi_mlregistry.gates.judging import judged, lines
from pulumi_mlregistry.gates.marks import GATES
from pulumi_mlregistry.journal import of_this_run
from pulumi_mlregistry.reconcile.errors import RegistryError
from pulumi_mlregistry.reconcile.ledger import Ledger
from pulumi_mlregistry.reconcile.phrases import explanation, hidden_change
from pulumi_mlregistry.reconcile.planning import Diff, Kind, reasons
from pulumi_mlregistry.reconcile.protocol import Result
from pulumi_mlregistry.reconcile.reconciler import Reconciler
from pulumi_mlregistry.reconcile.state import APPLIED, IMPORT
from pulumi_mlregistry.settings.keys import KEYS, NAMESPACE, TRACEBACKS
from pulumi_mlregistry.settings.settings import Settings

_T = TypeVar("_T")


class _Error(Exception):
    """What the user sees: the host prints the class's name before the message."""

    __module__ = "builtins"


_Error.__qualname__ = _Error.__name__ = NAMESPACE

_sessions: dict[tuple[tuple[str, str], ...], Session] = {}
_lock = threading.Lock()


def _session(configured: dict[str, str]) -> Session:
    key = tuple(sorted(configured.items()))
    with _lock:
        if key not in _sessions:
            settings = Settings(configured, os.environ)
            _sessions[key] = Session(settings, _tell, Ledger(of_this_run(_engine())))
        return _sessions[key]


def _engine() -> str:
    """The engine's address, which the host is started with."""
    return sys.argv[1] if len(sys.argv) > 1 else ""


def _tell(line: str) -> None:
    """Lines on standard output are shown as information on the stack."""
    with _lock:  # or the lines of two operations could run into each other
        print(" ".join(line.split()), flush=True)


class RegistryProvider(ResourceProvider):
    """Hands every call to the core; a subclass only says which resource it is."""

    kind: ClassVar[str]
    serialize_as_secret_always = False
    _session: Session | None = None

    def configure(self, req: ConfigureRequest) -> None:
        """Read the stack's ``mlregistry:*`` keys, once a process."""
        if not os.environ.get(TRACEBACKS):
            sys.tracebacklimit = 0
        names = (f"{NAMESPACE}:{key.name}" for key in KEYS)
        configured = {name: req.config.get(name) for name in names}
        self._session = _session({k: str(v) for k, v in configured.items() if v is not None})

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Judge the declared values, and their gates, which go no further.

        For a new resource in a preview, look whether it exists.
        """
        session = self._its_session()
        session.announce(self.kind)
        wanted, known = to_core(news), to_core(_olds)
        preview = wanted.pop(PREVIEW, None) is True
        gates = wanted.pop(GATES, None)
        checked = self._run(lambda core: core.check(wanted, known))
        table = KINDS[self.kind].table
        told, stopped = lines(judged(table, checked.inputs, gates, session.settings.get))
        for line in told:
            session.once(line)
        if preview and not known and not checked.failures and not stopped:
            self._run(lambda core: core.foresee(checked.inputs))
        # The engine prints the value of the property that a failure names, also of a secret one:
        # the path stands in the text instead.
        failures = [CheckFailure("", f"{f.path} {f.reason}") for f in checked.failures]
        failures += [CheckFailure("", line) for line in stopped]
        return CheckResult(from_core(table, checked.inputs), failures)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare with the last outputs; no I/O. Always answers yes or no."""
        found = self._run(lambda core: core.diff(_id, to_core(_olds), to_core(_news)))
        self._explain(_id, _olds, found)
        from_plugin = PROVIDER not in _olds  # an update adds the host's own key, and sends nothing
        return DiffResult(
            changes=found.any or from_plugin,
            replaces=found.replaces,
            delete_before_replace=bool(found.replaces) and found.delete_before_replace,
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create, or adopt where the program says so."""
        result = self._run(lambda core: core.create(to_core(props)))
        return CreateResult(result.id, self._outputs(result))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The live state; an empty id where the object is gone."""
        result = self._run(lambda core: core.read(id_, to_core(props)))
        self._its_session().read_ids.add(f"{self.kind} {id_}")
        if APPLIED in props and result.inputs.get(IMPORT):
            # What the program has declared since an import stands in the inputs of the state alone,
            # which this protocol does not hand over: they stay as they are.
            return ReadResult(result.id, self._outputs(result))
        inputs = from_core(KINDS[self.kind].table, result.inputs)
        return ReadResult(result.id, self._outputs(result), inputs)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """The smallest write; none where only policies changed."""
        result = self._run(lambda core: core.update(_id, to_core(_olds), to_core(_news)))
        return UpdateResult(self._outputs(result))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Delete by the policy that the state carries."""
        self._run(lambda core: core.delete(_id, to_core(_props)))

    def _outputs(self, result: Result) -> dict[str, Any]:
        return from_core(KINDS[self.kind].table, result.outputs)

    def _explain(self, id_: str, outputs: dict[str, Any], found: Diff) -> None:
        """This protocol has no place for reasons: they are one line of information.

        What a read of this run has told of drift is not told again.
        """
        told = f"{self.kind} {id_}" in self._its_session().read_ids
        changes = [c for c in found.changes if not (told and c.kind is Kind.CONFLICT)]
        why = reasons(changes)
        # The engine shows a secret as a whole, in JSON not at all: what of it changes is told here.
        why |= {hidden_change(c.path) for c in changes if c.secret}
        why |= set(found.notes)
        if why:
            _tell(f"{KINDS[self.kind].table.called(id_, outputs)}: {explanation(why)}")

    def _its_session(self) -> Session:
        assert self._session is not None, "the host calls configure first"
        return self._session

    def _run(self, call: Callable[[Reconciler], _T]) -> _T:
        try:
            return call(self._its_session().reconciler(self.kind))
        except RegistryError as error:
            if os.environ.get(TRACEBACKS):
                raise
            raise _Error(str(error)) from None


class MlModelService(RegistryProvider):
    """`openmetadata.MlModelService`."""

    kind = "openmetadata:MlModelService"


class MlModel(RegistryProvider):
    """`openmetadata.MlModel`."""

    kind = "openmetadata:MlModel"


class ModelEntity(RegistryProvider):
    """`nemo.ModelEntity`."""

    kind = "nemo:ModelEntity"


class RegisteredModel(RegistryProvider):
    """`mlflow.RegisteredModel`."""

    kind = "mlflow:RegisteredModel"


class ModelVersion(RegistryProvider):
    """`mlflow.ModelVersion`."""

    kind = "mlflow:ModelVersion"


PROVIDERS = {
    c.kind: c for c in (MlModelService, MlModel, ModelEntity, RegisteredModel, ModelVersion)
}
