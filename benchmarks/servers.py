"""Each door's server called over gRPC with no engine: processor time a call, and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2, provider_pb2_grpc

from benchmarks import measuring, registry
from benchmarks.engines import ROOT, Stack
from benchmarks.objects import OBJECTS, name
from benchmarks.providers.plugin import PACKAGE

_AT_ONCE: Final = 8
"""Calls under way, as an engine on two cores has them by default."""
_OBJECTS: Final = OBJECTS["openmetadata"]


class _Log(engine_pb2_grpc.EngineServicer):
    """The engine's part that providers talk to."""

    def Log(self, request: Any, context: Any) -> Any:
        """Nobody reads it."""
        return empty_pb2.Empty()


@dataclass
class _Objects:
    """What an engine would keep of each object between the calls."""

    declared: list[struct_pb2.Struct]
    urn: str
    inputs: dict[int, struct_pb2.Struct] = field(default_factory=dict)
    outputs: dict[int, struct_pb2.Struct] = field(default_factory=dict)
    ids: dict[int, str] = field(default_factory=dict)


def lines(provider: str, door: str, count: int) -> Iterator[dict[str, Any]]:
    """Check, create, check again, diff and read ``count`` objects."""
    key = {"provider": provider, "door": door, "count": count}
    with registry.running("openmetadata") as server:
        template = _template(provider, server.environment)
        objects = _declared(provider, door, count, template)
        with _served(provider, door, server.environment) as (stub, pid):
            calls = _calls(stub, objects)
            calls["check (new)"](0)  # what it imports is no check's
            objects.inputs.clear()
            for call, send in calls.items():
                before, started = measuring.usage(pid), time.monotonic()
                with ThreadPoolExecutor(_AT_ONCE) as pool:
                    list(pool.map(send, range(count)))
                seconds, after = time.monotonic() - started, measuring.usage(pid)
                line = {**key, "call": call, "seconds": round(seconds, 3)}
                if before is not None and after is not None:
                    line["ms"] = round((after.cpu - before.cpu) / count * 1000, 3)
                    line |= {"memory": after.memory, "peak": after.peak}
                yield line


def _calls(stub: Any, objects: _Objects) -> dict[str, Callable[[int], None]]:
    urn = objects.urn

    def check(number: int) -> None:
        request = provider_pb2.CheckRequest(
            urn=urn + name(number), olds=objects.inputs.get(number), news=objects.declared[number]
        )
        answer = stub.Check(request)
        assert not answer.failures, answer.failures
        objects.inputs[number] = answer.inputs

    def create(number: int) -> None:
        request = provider_pb2.CreateRequest(
            urn=urn + name(number), properties=objects.inputs[number]
        )
        answer = stub.Create(request)
        objects.ids[number], objects.outputs[number] = answer.id, answer.properties

    def diff(number: int) -> None:
        request = provider_pb2.DiffRequest(
            id=objects.ids[number],
            urn=urn + name(number),
            olds=objects.outputs[number],
            old_inputs=objects.inputs[number],
            news=objects.inputs[number],
        )
        assert stub.Diff(request).changes == provider_pb2.DiffResponse.DIFF_NONE

    def read(number: int) -> None:
        request = provider_pb2.ReadRequest(
            id=objects.ids[number],
            urn=urn + name(number),
            properties=objects.outputs[number],
            inputs=objects.inputs[number],
        )
        assert stub.Read(request).id

    return {
        "check (new)": check,
        "create": create,
        "check (unchanged)": check,
        "diff (unchanged)": diff,
        "read": read,
    }


def _template(provider: str, environment: Mapping[str, str]) -> str:
    """The inputs of one object as a program sends them by the dynamic door; makes the parent."""
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        stack = Stack("local", Path(folder) / "stack", provider, "dynamic", environment, count=1)
        done = stack.up()
        if done.code:
            raise RuntimeError(done.text)
        resources = json.loads(stack.export())["deployment"]["resources"]
    return json.dumps(next(r["inputs"] for r in resources if r["urn"].endswith(f"::{name(0)}")))


def _declared(provider: str, door: str, count: int, template: str) -> _Objects:
    package = "mlregistry:openmetadata" if provider == "product" else f"{PACKAGE}{provider}:index"
    prefix = f"urn:pulumi:dev::benchmarks::{package}:{_OBJECTS.kind}::"
    # The template's own object exists already, so the others begin after it.
    declared = []
    for number in range(1, count + 1):
        if door == "dynamic":
            values = json.loads(template.replace(name(0), name(number)))
            values |= {k: v for k, v in _OBJECTS.declared(number).items() if k in values}
        else:
            values = _OBJECTS.declared(number)
        struct = struct_pb2.Struct()
        struct.update(values)
        declared.append(struct)
    return _Objects(declared, prefix)


@contextmanager
def _served(provider: str, door: str, environment: Mapping[str, str]) -> Iterator[tuple[Any, int]]:
    """A configured provider in a process of its own: its calls, and the process's number."""
    engine = grpc.server(ThreadPoolExecutor(_AT_ONCE))
    engine_pb2_grpc.add_EngineServicer_to_server(_Log(), engine)
    address = f"127.0.0.1:{engine.add_insecure_port('127.0.0.1:0')}"
    engine.start()
    surroundings = {**os.environ, **environment, "PYTHONPATH": str(ROOT)}
    surroundings |= {"PULUMI_PROJECT": "benchmarks", "PULUMI_STACK": "dev"}
    with subprocess.Popen(
        [*_command(provider, door), address], env=surroundings, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        # What the provider tells must not fill the pipe.
        drain = ThreadPoolExecutor(1)
        drain.submit(process.stdout.read)
        try:
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                stub = provider_pb2_grpc.ResourceProviderStub(channel)
                stub.Configure(provider_pb2.ConfigureRequest(acceptSecrets=True))
                yield stub, process.pid
        finally:
            process.terminate()
            process.wait(timeout=10)
            drain.shutdown()
            engine.stop(None)


def _command(provider: str, door: str) -> list[str]:
    if door == "dynamic":
        return [sys.executable, "-u", "-m", "pulumi.dynamic"]
    if provider == "product":
        return [str(Path(sys.executable).parent / "pulumi-resource-mlregistry")]
    return [sys.executable, "-m", "benchmarks.providers.plugin", provider]
