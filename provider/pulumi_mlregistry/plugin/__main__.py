"""The executable ``pulumi-resource-mlregistry``: serves one provider instance on loopback."""

from __future__ import annotations

import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

_AT_ONCE = 128
"""Calls at a time: above what engines send at once, so that none of them waits."""
_MESSAGE = 400 * 1024 * 1024
"""Bytes of the largest message, as the engine's own plugins allow."""


class _Lazy(provider_pb2_grpc.ResourceProviderServicer):
    """Imports the provider at the first call: the engine waits for the port before it asks."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._provider: Any = None

    def provider(self) -> Any:
        """The provider itself."""
        with self._lock:
            if self._provider is None:
                from pulumi_mlregistry.plugin.servicer import Provider

                self._provider = Provider(self._engine)
            return self._provider


def _forward(name: str) -> Any:
    def call(self: _Lazy, request: Any, context: grpc.ServicerContext) -> Any:
        return getattr(self.provider(), name)(request, context)

    return call


for _name in (
    "Attach", "Cancel", "Check", "CheckConfig", "Configure", "Create", "Delete", "Diff",
    "DiffConfig", "GetPluginInfo", "GetSchema", "Invoke", "Read", "Update",
):  # fmt: skip
    setattr(_Lazy, _name, _forward(_name))


def main() -> int:
    """Serve until the engine ends this process; the first line of output is the port."""
    engine = sys.argv[1] if len(sys.argv) > 1 else ""
    sys.argv[1:] = [engine] if engine else []
    options = [
        ("grpc.max_receive_message_length", _MESSAGE),
        ("grpc.max_send_message_length", _MESSAGE),
    ]
    server = grpc.server(ThreadPoolExecutor(max_workers=_AT_ONCE), options=options)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(_Lazy(engine), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
    server.stop(grace=1).wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
