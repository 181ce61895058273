"""The provider protocol: each call is one call of the core, and one answer."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Sequence
from importlib import metadata
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from pulumi_mlregistry import patience
from pulumi_mlregistry.catalog import KINDS, Session
from pulumi_mlregistry.gates.judging import judged, lines
from pulumi_mlregistry.gates.marks import GATES
from pulumi_mlregistry.journal import of_this_run
from pulumi_mlregistry.plugin import configuring, details, failing, functions, wire
from pulumi_mlregistry.plugin.engine import EngineLog
from pulumi_mlregistry.plugin.urns import Urn
from pulumi_mlregistry.reconcile.errors import RegistryError, Rejected
from pulumi_mlregistry.reconcile.ledger import Ledger
from pulumi_mlregistry.reconcile.planning import reasons
from pulumi_mlregistry.reconcile.protocol import Result
from pulumi_mlregistry.reconcile.state import IGNORED, OWNER, SECRETS, STACK
from pulumi_mlregistry.reconcile.table import Table
from pulumi_mlregistry.settings.settings import Settings

DISTRIBUTION: Final = "pulumi-mlregistry"


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """One provider instance: configured once, then called from many threads."""

    def __init__(self, engine: str = "") -> None:
        self._log = EngineLog(engine)
        self._engine = engine
        self._cancelled = threading.Event()
        self._settings = Settings({}, os.environ)
        self._identity = ""
        """The id of this provider instance, which the state keeps: what identifies the stack."""
        self._session: Session | None = None
        self._lock = threading.Lock()

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Judge the provider's own configuration."""
        failed = list(configuring.failures(wire.values_of(request.news)))
        return provider_pb2.CheckResponse(inputs=request.news, failures=failed)

    def DiffConfig(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """A change never replaces: a resource knows the registry that it lives at."""
        old = request.old_inputs if request.old_inputs.fields else request.olds
        names = configuring.changed(wire.values_of(old), wire.values_of(request.news))
        some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=some if names else none, diffs=names)

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Take the configuration; nothing is asked of a registry yet."""
        self._settings = Settings(configuring.configured(wire.values_of(request.args)), os.environ)
        self._identity = "" if request.id in wire.UNKNOWNS else request.id
        self._session = None
        self._cancelled = threading.Event()  # an engine cancels at the end of every run
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=True, acceptOutputs=False
        )

    def Check(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Judge the declared values, and their gates, which go no further.

        The name that the resource has in the program is filled in.
        """
        kind, table = _kind(context, request.urn)
        urn = Urn.parse(request.urn)
        with self._answering(context, request.urn) as session:
            with self._log.about(""):  # on the stack
                session.announce(kind)
            core = session.reconciler(kind)
            wanted, secret = wire.received(request.news)
            gates = wanted.pop(GATES, None)
            if table.named:
                wanted.setdefault("name", urn.name)
            wanted[OWNER] = urn.owner
            if table.identified and self._identity:
                wanted.setdefault(STACK, self._identity)
            wanted[SECRETS] = wire.made_secret(table, secret) or None
            wanted = {k: v for k, v in wanted.items() if v is not None}
            checked = core.check(wanted, wire.values_of(request.olds))
            hidden = set(wanted.get(SECRETS, ()))
            failed = [failing.check_failure(table, f, hidden) for f in checked.failures]
            told, stopped = lines(judged(table, checked.inputs, gates, session.settings.get))
            for line in told:
                session.once(line, about=request.urn)
            failed += [provider_pb2.CheckFailure(reason=line) for line in stopped]
            inputs = wire.sent(table, checked.inputs)
            return provider_pb2.CheckResponse(inputs=inputs, failures=failed)

    def Diff(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Each change at its own path; no I/O."""
        kind, table = _kind(context, request.urn)
        with self._answering(context, request.urn) as session:
            old, new = wire.values_of(request.olds), _declared(request.news, request.ignoreChanges)
            found = session.reconciler(kind).diff(request.id, old, new)
            for line in (*sorted(reasons(found.changes)), *found.notes):
                self._log(line)
            return details.response(table, found, old, new)

    def Create(
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        """Create, or adopt where the program says so; in a preview, what is known of it."""
        kind, table = _kind(context, request.urn)
        with self._answering(
            context, request.urn, "creating", request.timeout, request.preview
        ) as session:
            core, inputs = session.reconciler(kind), wire.values_of(request.properties)
            if request.preview:
                core.foresee(inputs)
                return provider_pb2.CreateResponse(
                    properties=wire.sent(table, core.foretold({}, inputs))
                )
            result = core.create(inputs)
            return provider_pb2.CreateResponse(
                id=result.id,
                properties=wire.sent(table, result.outputs),
                refresh_before_update=self._refreshes,
            )

    def Update(
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """The smallest write; in a preview, what is known of the outcome."""
        kind, table = _kind(context, request.urn)
        with self._answering(
            context, request.urn, "updating", request.timeout, request.preview
        ) as session:
            core = session.reconciler(kind)
            old, new = wire.values_of(request.olds), _declared(request.news, request.ignoreChanges)
            if request.preview:
                return provider_pb2.UpdateResponse(
                    properties=wire.sent(table, core.foretold(old, new))
                )
            result = core.update(request.id, old, new, again=True)
            return provider_pb2.UpdateResponse(
                properties=wire.sent(table, result.outputs),
                refresh_before_update=self._refreshes,
            )

    def Read(
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """The live state, of what the state holds or of an id alone; no id where it is gone."""
        kind, table = _kind(context, request.urn)
        with self._answering(context, request.urn, "reading", request.timeout) as session:
            old = wire.values_of(request.properties)
            inputs = wire.values_of(request.inputs) or None
            result = session.reconciler(kind).read(request.id, old, inputs)
            if result.id and OWNER not in old:  # an import: who declares it stands in the URN
                owner = {OWNER: Urn.parse(request.urn).owner}
                result = Result(result.id, result.outputs | owner, result.inputs | owner)
        if result.id and (why := table.unfinished(result.outputs)):
            failing.unfinished(context, table, result, f"{table.called(result.id, {})}: {why}")
        return self._read(table, result)

    def Delete(
        self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Delete by the policy that the state carries."""
        kind, _ = _kind(context, request.urn)
        with self._answering(context, request.urn, "deleting", request.timeout) as session:
            session.reconciler(kind).delete(request.id, wire.values_of(request.properties))
            return empty_pb2.Empty()

    def Invoke(
        self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """Look up what a registry holds."""
        with self._answering(context, "", "") as session:
            return functions.answer(session, request.tok, wire.values_of(request.args))

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Wait for nothing any more: what is under way ends with its next answer."""
        self._cancelled.set()
        return empty_pb2.Empty()

    def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        """The package schema."""
        from pulumi_mlregistry.schema import package  # the engine asks for it only now and then

        return provider_pb2.GetSchemaResponse(schema=package.render())

    def GetPluginInfo(
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        """The version of this package."""
        return plugin_pb2.PluginInfo(version=metadata.version(DISTRIBUTION))

    def Attach(
        self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Another engine took this plugin up: it is told what is to be told."""
        self._engine = request.address
        self._log.attach(request.address)
        return empty_pb2.Empty()

    @property
    def _refreshes(self) -> bool:
        return self._settings.get("refreshBeforeUpdate") == "true"

    def _read(self, table: type[Table], result: Result) -> provider_pb2.ReadResponse:
        if not result.id:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=result.id,
            properties=wire.sent(table, result.outputs),
            inputs=wire.sent(table, result.inputs),
            refresh_before_update=self._refreshes,
        )

    def _opened(self) -> Session:
        with self._lock:
            if self._session is None:
                ledger = Ledger(of_this_run(self._engine), self._identity)
                self._session = Session(self._settings, self._log, ledger)
            return self._session

    @contextlib.contextmanager
    def _answering(
        self,
        context: grpc.ServicerContext,
        urn: str,
        doing: str = "",
        timeout: float = 0.0,
        preview: bool = False,
    ) -> Iterator[Session]:
        """The surroundings of a call: its resource, its time, and errors as the engine has them."""
        try:
            with (
                self._log.about(urn, "" if preview else doing),
                patience.lasting(timeout, self._cancelled),
            ):
                yield self._opened()
        except RegistryError as error:
            failing.end(context, KINDS[Urn.parse(urn).kind].table if urn else None, error)
        except Exception as error:
            failing.internal(context, error)


def _declared(news: struct_pb2.Struct, ignored: Sequence[str]) -> dict[str, Any]:
    """The declared values, with the property paths whose changes the program ignores."""
    values = wire.values_of(news)
    return {**values, IGNORED: list(ignored)} if ignored else values


def _kind(context: grpc.ServicerContext, text: str) -> tuple[str, type[Table]]:
    """A resource by its URN: its kind and its table."""
    kind = Urn.parse(text).kind
    if kind not in KINDS:
        why = Rejected(
            f"there is no resource {kind}; there are {', '.join(KINDS)}",
            remedy="Is the plugin older than the SDK?",
        )
        failing.end(context, None, why)
    return kind, KINDS[kind].table
