"""The engine's part: the plugin as a child process, its calls in order, and a state."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import (
    engine_pb2_grpc,
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
    status_pb2,
)

from pulumi_mlregistry.plugin import wire

SECRET = "4dabf18193072939515e22adb298388d"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
Properties = Mapping[str, Any]


def secret(value: Any) -> dict[str, Any]:
    """A value as the engine hands over a secret."""
    return {SECRET: "1b47061264138c4ac30d75fd1eb44270", "value": value}


def struct(values: Properties) -> struct_pb2.Struct:
    """Properties as they stand on the wire."""
    return wire.plain(values)


class Log(engine_pb2_grpc.EngineServicer):
    """What the plugin tells: pairs of the resource's URN and the line."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.passing: list[str] = []

    def Log(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Keep a line."""
        if request.ephemeral:
            self.passing.append(request.message)
        else:
            self.lines.append((request.urn, request.message))
        return empty_pb2.Empty()


class Failed(Exception):
    """A call that the plugin ended with an error."""

    def __init__(self, error: grpc.RpcError) -> None:
        super().__init__(error.details())
        self.code: grpc.StatusCode = error.code()
        self.left: provider_pb2.ErrorResourceInitFailed | None = None
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                self.left = provider_pb2.ErrorResourceInitFailed()
                assert status_pb2.Status.FromString(value).details[0].Unpack(self.left)


@dataclass
class Resource:
    """One resource of the state."""

    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    broken: bool = False
    """Whether it was made and not completed."""


@dataclass
class Plugin:
    """A running plugin: calls by name, failures as `Failed`."""

    stub: Any
    process: subprocess.Popen[str]
    log: Log
    engine: grpc.Server

    def call(self, name: str, request: Any, seconds: float = 60) -> Any:
        """One call."""
        try:
            return getattr(self.stub, name)(request, timeout=seconds)
        except grpc.RpcError as error:
            raise Failed(error) from None

    def attach(self) -> None:
        """Another engine takes the plugin up, with an address of its own."""
        self.engine.stop(None)
        address, self.engine = _engine(self.log)
        self.call("Attach", plugin_pb2.PluginAttach(address=address))


@contextmanager
def plugin(environment: Mapping[str, str]) -> Iterator[Plugin]:
    """Start the plugin as the engine does, with an engine to talk to."""
    log = Log()
    address, server = _engine(log)
    process = subprocess.Popen(
        [sys.executable, "-m", "pulumi_mlregistry.plugin", address],
        env={**environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    port = process.stdout.readline().strip()
    channel = grpc.insecure_channel(f"127.0.0.1:{port}")
    made = Plugin(provider_pb2_grpc.ResourceProviderStub(channel), process, log, server)
    try:
        yield made
    finally:
        channel.close()
        process.terminate()
        process.wait(timeout=10)
        made.engine.stop(None)


def _engine(log: Log) -> tuple[str, grpc.Server]:
    server = grpc.server(ThreadPoolExecutor(8))
    engine_pb2_grpc.add_EngineServicer_to_server(log, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    return address, server


@dataclass
class Stack:
    """A stack of one program: logical names to kind and declaration."""

    plugin: Plugin
    config: dict[str, Any] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The outputs that a preview showed."""

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A run of an engine begins: what another has noted is forgotten."""
        self.plugin.attach()
        configured = provider_pb2.ConfigureRequest(args=struct(self.config), acceptSecrets=True)
        answer = self.plugin.call("Configure", configured)
        assert answer.acceptSecrets
        assert answer.supportsPreview

    def urn(self, logical: str, kind: str) -> str:
        """The URN of a resource of this stack."""
        return f"urn:pulumi:dev::proj::mlregistry:{kind}::{logical}"

    def check(self, logical: str, kind: str, declared: Properties) -> struct_pb2.Struct:
        """Checked inputs; a failure is an AssertionError with its property and reason."""
        old = self.resources.get(logical)
        request = provider_pb2.CheckRequest(
            urn=self.urn(logical, kind),
            olds=struct(old.inputs if old else {}),
            news=struct(declared),
        )
        answer = self.plugin.call("Check", request)
        assert not answer.failures, [(f.property, f.reason) for f in answer.failures]
        return answer.inputs

    def diff(self, logical: str, kind: str, declared: Properties, **more: Any) -> Any:
        """The plugin's answer to a diff."""
        old = self.resources[logical]
        request = provider_pb2.DiffRequest(
            id=old.id,
            urn=self.urn(logical, kind),
            olds=struct(old.outputs),
            old_inputs=struct(old.inputs),
            news=self.check(logical, kind, declared),
            **more,
        )
        return self.plugin.call("Diff", request)

    def up(
        self, program: Mapping[str, tuple[str, Properties]], *, preview: bool = False
    ) -> dict[str, str]:
        """Carry the program out, or only show what would be done; answers the steps by name."""
        self.begin()
        steps = {}
        for logical, (kind, declared) in program.items():
            steps[logical] = self._step(logical, kind, declared, preview)
        for logical in [name for name in reversed(self.resources) if name not in program]:
            steps[logical] = "delete"
            if not preview:
                self.delete(logical)
        return steps

    def _step(self, logical: str, kind: str, declared: Properties, preview: bool) -> str:
        old = self.resources.get(logical)
        if old is None:
            self._create(logical, kind, declared, preview)
            return "create"
        found = self.diff(logical, kind, declared)
        if found.replaces:
            if not preview:
                assert not found.deleteBeforeReplace
                del self.resources[logical]
                self._create(logical, kind, declared, preview)
                self._delete(logical, kind, old)
            return "replace"
        if found.changes == provider_pb2.DiffResponse.DIFF_NONE and not old.broken:
            return "same"
        self._update(logical, kind, declared, preview)
        return "update"

    def _create(self, logical: str, kind: str, declared: Properties, preview: bool) -> None:
        inputs = self.check(logical, kind, declared)
        request = provider_pb2.CreateRequest(
            urn=self.urn(logical, kind), properties=inputs, preview=preview
        )
        try:
            answer = self.plugin.call("Create", request)
        except Failed as failed:
            if failed.left is not None:
                outputs = _kept(failed.left.properties)
                self.resources[logical] = Resource(failed.left.id, _kept(inputs), outputs, True)
            raise
        self.shown[logical] = wire.values_of(answer.properties)
        if not preview:
            self.resources[logical] = Resource(answer.id, _kept(inputs), _kept(answer.properties))

    def _update(self, logical: str, kind: str, declared: Properties, preview: bool) -> None:
        old, inputs = self.resources[logical], self.check(logical, kind, declared)
        request = provider_pb2.UpdateRequest(
            id=old.id,
            urn=self.urn(logical, kind),
            olds=struct(old.outputs),
            old_inputs=struct(old.inputs),
            news=inputs,
            preview=preview,
        )
        answer = self.plugin.call("Update", request)
        self.shown[logical] = wire.values_of(answer.properties)
        if not preview:
            self.resources[logical] = Resource(old.id, _kept(inputs), _kept(answer.properties))

    def read(self, logical: str, kind: str, id_: str = "") -> Any:
        """Refresh a resource, or import the object of an id."""
        old = None if id_ else self.resources[logical]
        request = provider_pb2.ReadRequest(
            id=id_ or old.id if old else id_,
            urn=self.urn(logical, kind),
            properties=struct(old.outputs if old else {}),
            inputs=struct(old.inputs if old else {}),
        )
        answer = self.plugin.call("Read", request)
        if answer.id:
            self.resources[logical] = Resource(
                answer.id, _kept(answer.inputs), _kept(answer.properties)
            )
        else:
            self.resources.pop(logical, None)
        return answer

    def delete(self, logical: str) -> None:
        """Delete one resource."""
        old = self.resources.pop(logical)
        self._delete(logical, "nemo:ModelEntity", old)

    def _delete(self, logical: str, kind: str, old: Resource) -> None:
        owner = old.outputs["__owner"].split("/")
        request = provider_pb2.DeleteRequest(
            id=old.id, urn=self.urn(logical, owner[2] or kind), properties=struct(old.outputs)
        )
        self.plugin.call("Delete", request)


def _kept(properties: struct_pb2.Struct) -> dict[str, Any]:
    """What the engine stores: secrets stay wrapped."""
    return {name: _value(value) for name, value in properties.fields.items()}


def _value(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return {k: _value(v) for k, v in value.struct_value.fields.items()}
    if kind == "list_value":
        return [_value(v) for v in value.list_value.values]
    return getattr(value, str(kind)) if kind != "null_value" else None
