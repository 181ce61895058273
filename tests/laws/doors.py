"""The doors to the core, called as an engine calls them: directly, or by Pulumi's own host."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import io
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest import mock

from google.protobuf import struct_pb2
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.output import Unknown
from pulumi.runtime import proto, rpc

from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.dynamic import providers
from pulumi_mlregistry.reconcile.checks import Checked, Failure
from pulumi_mlregistry.reconcile.errors import RegistryError
from pulumi_mlregistry.reconcile.protocol import Result
from pulumi_mlregistry.reconcile.unknown import UNKNOWN
from pulumi_mlregistry.settings.settings import Settings

CORE: Final = "core"
DYNAMIC: Final = "dynamic"
PLUGIN: Final = "plugin"


@dataclass(frozen=True)
class Answer:
    """All that the dynamic protocol says of a diff: no paths, no reasons."""

    any: bool
    replaces: list[str]
    delete_before_replace: bool


class Dynamic:
    """One run of Pulumi's dynamic host: its servicer, its messages, its cache of providers."""

    def __init__(
        self, kind: str, settings: Settings, environment: Mapping[str, str], log: list[str]
    ) -> None:
        self._kind = kind
        self._environment = environment
        self._log = log
        server = KINDS[kind].server
        self.announced = f"{KINDS[kind].table.system}: {server.registry_of(settings)}"
        self._reference = serialize_provider(providers.PROVIDERS[kind]())
        self._sessions: dict[Any, Any] = {}
        self._cache: dict[str, Any] = {}
        self._limit = getattr(sys, "tracebacklimit", 1000)
        self._folder = tempfile.TemporaryDirectory()  # goes with this object
        self._journal = Path(self._folder.name) / "run.jsonl"
        self._servicer = _host().DynamicResourceProviderServicer()
        self._ask("Configure", proto.ConfigureRequest(args=_struct(settings.configured)))

    def check(self, news: Mapping[str, Any], olds: Mapping[str, Any]) -> Checked:
        """As `Reconciler.check`."""
        answer = self._ask(
            "Check", proto.CheckRequest(olds=self._props(olds), news=self._props(news))
        )
        failures = [Failure(*f.reason.split(" ", 1)) for f in answer.failures]
        return Checked(_values(answer.inputs), failures)

    def diff(self, id_: str, outputs: Mapping[str, Any], news: Mapping[str, Any]) -> Answer:
        """As `Reconciler.diff`, without what this protocol has no place for."""
        request = proto.DiffRequest(id=id_, olds=self._props(outputs), news=self._props(news))
        answer = self._ask("Diff", request)
        changes = answer.changes == proto.DiffResponse.DIFF_SOME
        return Answer(changes, sorted(answer.replaces), answer.deleteBeforeReplace)

    def create(self, inputs: Mapping[str, Any]) -> Result:
        """As `Reconciler.create`."""
        answer = self._ask("Create", proto.CreateRequest(properties=self._props(inputs)))
        return Result(answer.id, _values(answer.properties), {})

    def read(
        self, id_: str, outputs: Mapping[str, Any], inputs: Mapping[str, Any] | None = None
    ) -> Result:
        """As `Reconciler.read`; this host hands over no inputs, and the engine keeps those that it
        has where the answer holds none."""
        request = proto.ReadRequest(id=id_, properties=self._props(outputs))
        answer = self._ask("Read", request)
        kept = _values(answer.inputs) if answer.HasField("inputs") else dict(inputs or {})
        return Result(answer.id, _values(answer.properties), kept)

    def update(self, id_: str, outputs: Mapping[str, Any], news: Mapping[str, Any]) -> Result:
        """As `Reconciler.update`."""
        request = proto.UpdateRequest(id=id_, olds=self._props(outputs), news=self._props(news))
        return Result(id_, _values(self._ask("Update", request).properties), {})

    def delete(self, id_: str, outputs: Mapping[str, Any]) -> None:
        """As `Reconciler.delete`."""
        self._ask("Delete", proto.DeleteRequest(id=id_, properties=self._props(outputs)))

    def _props(self, values: Mapping[str, Any]) -> struct_pb2.Struct:
        return _struct({**values, "__provider": self._reference})

    def _ask(self, method: str, request: Any) -> Any:
        call: Callable[[Any, _Context], Any] = getattr(self._servicer, method)
        with self._process():
            return call(request, _Context())

    def _journal_of(self, _engine: str) -> Path:
        return self._journal

    @contextlib.contextmanager
    def _process(self) -> Iterator[None]:
        """What a process of its own would have: environment, module state, standard output."""
        printed = io.StringIO()
        limit = getattr(sys, "tracebacklimit", 1000)
        sys.tracebacklimit = self._limit
        try:
            with (
                mock.patch.dict(os.environ, self._environment),
                mock.patch.object(providers, "_sessions", self._sessions),
                mock.patch.object(providers, "of_this_run", self._journal_of),
                mock.patch.object(_host(), "_PROVIDER_CACHE", self._cache),
                contextlib.redirect_stdout(printed),
            ):
                yield
        finally:
            self._limit, sys.tracebacklimit = sys.tracebacklimit, limit
            lines = printed.getvalue().splitlines()
            self._log += [line for line in lines if line != self.announced]


class _Context:
    """Where the host tells an error: as the core's own again, once its text is seen to be it."""

    def abort(self, _code: Any, details: str) -> None:
        shown = sys.exc_info()[1]
        assert shown is not None
        told = shown.__context__
        if not isinstance(told, RegistryError):
            raise shown
        assert details.strip() == f"mlregistry: {told}", "one line, and no traceback"
        raise told


def _host() -> Any:
    """The module that Pulumi starts as the host: it serves at once, so its waiting is cut short."""
    name = "pulumi.dynamic.__main__"
    if name not in sys.modules:
        with (
            mock.patch.object(threading.Event, "wait", side_effect=KeyboardInterrupt),
            mock.patch.object(sys, "stdout", mock.Mock(buffer=io.BytesIO())),
            mock.patch("grpc.server"),
        ):
            importlib.import_module(name)
    return sys.modules[name]


def _struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    return asyncio.run(rpc.serialize_properties(_unknowns(dict(values)), {}))


def _unknowns(value: Any) -> Any:
    if value is UNKNOWN:
        return Unknown()
    if isinstance(value, Mapping):
        return {k: _unknowns(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_unknowns(item) for item in value]
    return value


def _values(struct: struct_pb2.Struct) -> dict[str, Any]:
    """The properties in an answer, in plain, as the engine hands them back to this host."""
    found = rpc.deserialize_properties(struct, keep_unknowns=True)
    return {k: _plain(v) for k, v in found.items() if k != "__provider"}


def _plain(value: Any) -> Any:
    value = rpc.unwrap_rpc_secret(value)
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
