"""The provider side: one dynamic host process for each provider resource, called over gRPC."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from pulumi_mlregistry.localengine.errors import EngineError
from pulumi_mlregistry.localengine.processes import Child, OnLine
from pulumi_mlregistry.localengine.values import (
    Properties,
    annotate_secrets,
    from_struct,
    to_struct,
)

MESSAGE_BYTES = 400 * 1024 * 1024
CHANNEL_OPTIONS = [
    ("grpc.enable_http_proxy", 0),  # a proxy of the environment is not for this machine
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.max_send_message_length", MESSAGE_BYTES),
]
_START_SECONDS = 60.0
Q = TypeVar("Q")
R = TypeVar("R")


class ProviderError(Exception):
    """A provider call that failed; the message is the provider's own."""


class PartialFailure(ProviderError):
    """A create or update that went wrong after the object existed."""

    def __init__(
        self, message: str, identity: str, outputs: Properties, reasons: list[str]
    ) -> None:
        super().__init__(message)
        self.identity = identity
        self.outputs = outputs
        self.reasons = reasons


@dataclass(frozen=True)
class Failure:
    """One property that a check refused."""

    property: str
    reason: str


@dataclass(frozen=True)
class Diff:
    """A provider's answer to a diff; ``changes`` is None where it cannot say."""

    changes: bool | None
    replaces: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    delete_before_replace: bool = False


@dataclass(frozen=True)
class Reading:
    """What a read found; an empty id means that the object is gone."""

    id: str
    outputs: Properties
    inputs: Properties | None


@dataclass(frozen=True)
class Result:
    """What a create or update returned."""

    id: str
    outputs: Properties
    refresh_before_update: bool = False


class Host:
    """One running dynamic host, configured; its calls raise `ProviderError`."""

    def __init__(
        self,
        *,
        python: str,
        cwd: Path,
        env: Mapping[str, str],
        engine_address: str,
        on_line: OnLine,
    ) -> None:
        self._child = Child(
            "host",
            [engine_address],
            python=python,
            cwd=cwd,
            env=env,
            on_line=on_line,
            first_line=True,
        )
        port = self._child.first_line(_START_SECONDS)
        if not port.isdigit():
            self._child.stop()
            raise EngineError(
                f"the dynamic provider host did not start under {python}: see its lines above; "
                "the pulumi package must be installed there"
            )
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=CHANNEL_OPTIONS)
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)

    def stop(self) -> None:
        """Close the channel and end the process."""
        self._channel.close()
        self._child.stop()

    def configure(self, inputs: Properties) -> None:
        """Hand over the provider's configuration, in plain."""
        self._call(
            self._stub.Configure,
            provider_pb2.ConfigureRequest(
                args=to_struct(inputs, keep_secrets=False), acceptSecrets=True
            ),
        )

    def check(
        self, urn: str, olds: Properties, news: Properties
    ) -> tuple[Properties, list[Failure]]:
        """The checked inputs, with the secrets of ``news``, and what was refused."""
        response = self._call(
            self._stub.Check,
            provider_pb2.CheckRequest(
                urn=urn,
                olds=to_struct(olds, keep_secrets=False),
                news=to_struct(news, keep_secrets=False),
            ),
        )
        inputs = from_struct(response.inputs)
        annotate_secrets(inputs, news)
        return inputs, [Failure(f.property, f.reason) for f in response.failures]

    def diff(
        self,
        urn: str,
        identity: str,
        olds: tuple[Properties, Properties],
        news: Properties,
        ignore: list[str],
    ) -> Diff:
        """Compare ``olds`` (inputs, outputs) with new inputs, which may hold unknowns."""
        response = self._call(
            self._stub.Diff,
            provider_pb2.DiffRequest(
                urn=urn,
                id=identity,
                old_inputs=to_struct(olds[0], keep_secrets=False),
                olds=to_struct(olds[1], keep_secrets=False),
                news=to_struct(news, keep_secrets=False),
                ignoreChanges=ignore,
            ),
        )
        known = {
            provider_pb2.DiffResponse.DIFF_SOME: True,
            provider_pb2.DiffResponse.DIFF_NONE: False,
        }
        return Diff(
            known.get(response.changes),
            list(response.replaces),
            list(response.diffs) or list(response.detailedDiff),
            response.deleteBeforeReplace,
        )

    def create(self, urn: str, inputs: Properties, timeout: float) -> Result:
        """Create; raises `PartialFailure` when an object exists that is not as declared."""
        response = self._call(
            self._stub.Create,
            provider_pb2.CreateRequest(
                urn=urn, properties=to_struct(inputs, keep_secrets=False), timeout=timeout
            ),
            inputs,
        )
        outputs = from_struct(response.properties)
        annotate_secrets(outputs, inputs)
        return Result(response.id, outputs, response.refresh_before_update)

    def update(
        self,
        urn: str,
        identity: str,
        olds: tuple[Properties, Properties],
        news: Properties,
        timeout: float,
        ignore: list[str],
    ) -> Result:
        """Update from ``olds`` (inputs, outputs) to the new inputs."""
        response = self._call(
            self._stub.Update,
            provider_pb2.UpdateRequest(
                urn=urn,
                id=identity,
                old_inputs=to_struct(olds[0], keep_secrets=False),
                olds=to_struct(olds[1], keep_secrets=False),
                news=to_struct(news, keep_secrets=False),
                timeout=timeout,
                ignoreChanges=ignore,
            ),
            news,
        )
        outputs = from_struct(response.properties)
        annotate_secrets(outputs, news)
        return Result(identity, outputs, response.refresh_before_update)

    def delete(
        self, urn: str, identity: str, olds: tuple[Properties, Properties], timeout: float
    ) -> None:
        """Delete the object with ``olds`` (inputs, outputs)."""
        self._call(
            self._stub.Delete,
            provider_pb2.DeleteRequest(
                urn=urn,
                id=identity,
                old_inputs=to_struct(olds[0], keep_secrets=False),
                properties=to_struct(olds[1], keep_secrets=False),
                timeout=timeout,
            ),
        )

    def read(self, urn: str, identity: str, olds: tuple[Properties, Properties]) -> Reading:
        """Read the live object that was recorded with ``olds`` (inputs, outputs)."""
        response = self._call(
            self._stub.Read,
            provider_pb2.ReadRequest(
                urn=urn,
                id=identity,
                inputs=to_struct(olds[0], keep_secrets=False),
                properties=to_struct(olds[1], keep_secrets=False),
            ),
        )
        outputs = from_struct(response.properties)
        annotate_secrets(outputs, olds[1])
        inputs: Properties | None = None
        if response.HasField("inputs"):
            inputs = from_struct(response.inputs)
            annotate_secrets(inputs, olds[0])
        return Reading(response.id, outputs, inputs)

    def _call(self, method: Callable[[Q], R], request: Q, secrets: Properties | None = None) -> R:
        try:
            return method(request)
        except grpc.RpcError as error:
            raise _provider_error(error, secrets or {}) from None


def _provider_error(error: grpc.RpcError, secrets: Properties) -> ProviderError:
    if not isinstance(error, grpc.Call):
        return ProviderError(str(error))
    if error.code() == grpc.StatusCode.UNAVAILABLE:
        return ProviderError("the dynamic provider host ended during the call")
    message = str(error.details())
    metadata: Iterable[tuple[str, str | bytes]] = error.trailing_metadata() or ()
    for key, value in metadata:
        if key != "grpc-status-details-bin" or not isinstance(value, bytes):
            continue
        for detail in status_pb2.Status.FromString(value).details:
            failed = provider_pb2.ErrorResourceInitFailed()
            if detail.Unpack(failed):
                outputs = from_struct(failed.properties)
                annotate_secrets(outputs, secrets)
                return PartialFailure(message, failed.id, outputs, list(failed.reasons))
    return ProviderError(message)
