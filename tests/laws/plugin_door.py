"""The plugin as a door: its servicer called with the engine's messages, in process."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from unittest import mock

from google.protobuf import struct_pb2
from pulumi.runtime.proto import engine_pb2, provider_pb2, status_pb2

from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.plugin import wire
from pulumi_mlregistry.plugin.servicer import Provider
from pulumi_mlregistry.plugin.urns import Urn
from pulumi_mlregistry.reconcile.checks import Checked, Failure
from pulumi_mlregistry.reconcile.errors import RegistryError
from pulumi_mlregistry.reconcile.protocol import Result
from pulumi_mlregistry.reconcile.state import IGNORED, OWNER, SECRETS
from pulumi_mlregistry.settings.settings import Settings


@dataclass(frozen=True)
class Answer:
    """A diff as the engine gets it: kinds of change by property path."""

    any: bool
    replaces: list[str]
    delete_before_replace: bool
    detailed: dict[str, str]

    @property
    def changes(self) -> list[str]:
        """The properties' paths."""
        return list(self.detailed)


class Plugin:
    """One run of the plugin, configured as a program's provider is."""

    def __init__(
        self, kind: str, settings: Settings, environment: Mapping[str, str], log: list[str]
    ) -> None:
        self._kind = kind
        self._table = KINDS[kind].table
        self._environment = environment
        server = KINDS[kind].server
        self._announced = f"{self._table.system}: {server.registry_of(settings)}"
        self._provider = Provider()
        self._provider._log._stub = _Engine(log, self._announced)  # type: ignore[assignment]
        plain = {key.partition(":")[2]: value for key, value in settings.configured.items()}
        self._ask("Configure", provider_pb2.ConfigureRequest(args=wire.plain(plain)))

    def check(self, news: Mapping[str, Any], olds: Mapping[str, Any]) -> Checked:
        """As `Reconciler.check`; owner and secrets come from the engine, not from arguments."""
        given = {k: v for k, v in news.items() if k not in (OWNER, SECRETS)}
        secret = {**given, SECRETS: news.get(SECRETS) or []}
        fields = wire.sent(self._table, secret).fields
        request = provider_pb2.CheckRequest(
            urn=self._urn(news),
            olds=self._props(olds),
            news=struct_pb2.Struct(fields={k: v for k, v in fields.items() if k in given}),
        )
        answer = self._ask("Check", request)
        failures = [Failure(*f.reason.split(" ", 1)) for f in answer.failures]
        for failed, said in zip(failures, answer.failures, strict=True):
            assert said.property in ("", failed.path)
        return Checked(wire.values_of(answer.inputs), failures)

    def diff(self, id_: str, outputs: Mapping[str, Any], news: Mapping[str, Any]) -> Answer:
        """As `Reconciler.diff`."""
        request = provider_pb2.DiffRequest(
            id=id_,
            urn=self._urn(news),
            olds=self._props(outputs),
            news=self._props(news),
            ignoreChanges=news.get(IGNORED) or (),
        )
        answer = self._ask("Diff", request)
        kinds = provider_pb2.PropertyDiff.Kind
        return Answer(
            answer.changes == provider_pb2.DiffResponse.DIFF_SOME,
            sorted(answer.replaces),
            answer.deleteBeforeReplace,
            {path: kinds.Name(diff.kind) for path, diff in answer.detailedDiff.items()},
        )

    def foresee(self, inputs: Mapping[str, Any]) -> None:
        """As `Reconciler.foresee`: by a create in a preview."""
        request = provider_pb2.CreateRequest(
            urn=self._urn(inputs), properties=self._props(inputs), preview=True
        )
        assert self._ask("Create", request).id == ""

    def create(self, inputs: Mapping[str, Any]) -> Result:
        """As `Reconciler.create`."""
        request = provider_pb2.CreateRequest(urn=self._urn(inputs), properties=self._props(inputs))
        answer = self._ask("Create", request)
        return Result(answer.id, wire.values_of(answer.properties), {})

    def read(
        self, id_: str, outputs: Mapping[str, Any], inputs: Mapping[str, Any] | None = None
    ) -> Result:
        """As `Reconciler.read`."""
        request = provider_pb2.ReadRequest(
            id=id_,
            urn=self._urn(outputs),
            properties=self._props(outputs),
            inputs=self._props(inputs or {}),
        )
        answer = self._ask("Read", request)
        return Result(answer.id, wire.values_of(answer.properties), wire.values_of(answer.inputs))

    def update(self, id_: str, outputs: Mapping[str, Any], news: Mapping[str, Any]) -> Result:
        """As `Reconciler.update`."""
        request = provider_pb2.UpdateRequest(
            id=id_,
            urn=self._urn(news),
            olds=self._props(outputs),
            news=self._props(news),
            ignoreChanges=news.get(IGNORED) or (),
        )
        answer = self._ask("Update", request)
        return Result(id_, wire.values_of(answer.properties), {})

    def delete(self, id_: str, outputs: Mapping[str, Any]) -> None:
        """As `Reconciler.delete`."""
        request = provider_pb2.DeleteRequest(
            id=id_, urn=self._urn(outputs), properties=self._props(outputs)
        )
        self._ask("Delete", request)

    def _urn(self, values: Mapping[str, Any]) -> str:
        owner = str(values.get(OWNER) or f"project/stack/{self._kind}/imported")
        project, stack, rest = owner.split("/", 2)
        above, _, own = rest.rpartition("$")
        name = own.removeprefix(f"{self._kind}/")
        types = f"{above}$mlregistry:{self._kind}" if above else f"mlregistry:{self._kind}"
        urn = f"urn:pulumi:{stack}::{project}::{types}::{name}"
        assert Urn.parse(urn).owner == owner or OWNER not in values
        return urn

    def _props(self, values: Mapping[str, Any]) -> struct_pb2.Struct:
        return wire.sent(self._table, values)

    def _ask(self, method: str, request: Any) -> Any:
        call: Callable[[Any, Context], Any] = getattr(self._provider, method)
        with mock.patch.dict(os.environ, self._environment):
            return call(request, Context())


class Context:
    """Where the plugin tells an error: as the core's own again, once its text is seen to be it."""

    def __init__(self) -> None:
        self.details: list[Any] = []

    def set_trailing_metadata(self, pairs: Any) -> None:
        """What a failed create has left."""
        for key, value in pairs:
            assert key == "grpc-status-details-bin"
            status = status_pb2.Status.FromString(value)
            left = provider_pb2.ErrorResourceInitFailed()
            assert status.details[0].Unpack(left)
            self.details.append(left)

    def abort(self, _code: Any, text: str) -> None:
        """End the call."""
        told = sys.exc_info()[1]
        assert isinstance(told, RegistryError)
        assert text == str(told)
        assert len(text.splitlines()) == 1
        assert bool(self.details) == (told.left is not None)
        raise told


class _Engine:
    """The engine's end of the log."""

    def __init__(self, log: list[str], announced: str) -> None:
        self._log = log
        self._announced = announced

    def Log(self, request: engine_pb2.LogRequest, timeout: float) -> None:  # noqa: N802
        """Keep what is for the user."""
        assert timeout
        if not request.ephemeral and request.message != self._announced:
            self._log.append(request.message)
