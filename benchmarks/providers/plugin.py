"""The peers as plugins: ``python -m benchmarks.providers.plugin PEER [ENGINE]`` serves one."""

from __future__ import annotations

import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from benchmarks.providers.peers import PEERS

PACKAGE: Final = "bench"
"""A peer's package is this and its name."""
_AT_ONCE: Final = 128
_MESSAGE: Final = 400 * 1024 * 1024


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """The provider protocol, with a peer behind it."""

    def __init__(self, peer: str) -> None:
        self._peer = PEERS[peer]()

    def CheckConfig(self, request: Any, context: Any) -> Any:
        """Any configuration will do."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        """And never matters."""
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> Any:
        """As the product's plugin answers."""
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=True, acceptOutputs=False
        )

    def Check(self, request: Any, context: Any) -> Any:
        """The inputs as they are."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: Any) -> Any:
        """Whether the inputs differ."""
        some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        same = request.old_inputs == request.news
        return provider_pb2.DiffResponse(changes=none if same else some)

    def Create(self, request: Any, context: Any) -> Any:
        """The peer's create."""
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        id_, outs = self._peer.create(_kind(request.urn), _values(request.properties))
        return provider_pb2.CreateResponse(id=id_, properties=_struct(outs))

    def Read(self, request: Any, context: Any) -> Any:
        """The peer's read."""
        outs = self._peer.read(_kind(request.urn), request.id, _values(request.properties))
        return provider_pb2.ReadResponse(
            id=request.id, properties=_struct(outs), inputs=request.inputs
        )

    def Update(self, request: Any, context: Any) -> Any:
        """The peer's update."""
        if request.preview:
            return provider_pb2.UpdateResponse(properties=request.news)
        outs = self._peer.update(_kind(request.urn), request.id, _values(request.news))
        return provider_pb2.UpdateResponse(properties=_struct(outs))

    def Delete(self, request: Any, context: Any) -> Any:
        """The peer's delete."""
        self._peer.delete(_kind(request.urn), request.id)
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """Any version."""
        return plugin_pb2.PluginInfo(version="1.0.0")

    def Attach(self, request: Any, context: Any) -> Any:
        """The engine is told nothing."""
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        """Nothing waits."""
        return empty_pb2.Empty()


def _kind(urn: str) -> str:
    return urn.split("::")[2].rpartition(":")[2]


def _values(properties: struct_pb2.Struct) -> dict[str, Any]:
    return json_format.MessageToDict(properties)


def _struct(values: dict[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(values)
    return made


def main() -> None:
    """Serve until the engine ends this process; the first line of output is the port."""
    options = [
        ("grpc.max_receive_message_length", _MESSAGE),
        ("grpc.max_send_message_length", _MESSAGE),
    ]
    server = grpc.server(ThreadPoolExecutor(_AT_ONCE), options=options)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(sys.argv[1]), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    signal.signal(signal.SIGINT, lambda *_: ended.set())
    ended.wait()
    server.stop(1).wait()


if __name__ == "__main__":
    main()
