"""The provider hosts of a run, each started when its first resource needs it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future

from pulumi_mlregistry.localengine.errors import EngineError
from pulumi_mlregistry.localengine.host import Host, ProviderError
from pulumi_mlregistry.localengine.state import State
from pulumi_mlregistry.localengine.urns import provider_urn
from pulumi_mlregistry.localengine.values import Properties, contains_unknown

StartHost = Callable[[], Host]


class HostPool:
    """Hosts by provider URN.

    A provider that this run registered is configured with its new inputs, one that only the old
    state knows (its resources are about to go) with its recorded ones, as Pulumi does.
    """

    def __init__(
        self,
        start: StartHost,
        old_state: Callable[[str], State | None],
        configured: Callable[[Properties], Properties],
    ) -> None:
        self._start = start
        self._old_state = old_state
        self._configured = configured
        self._lock = threading.Lock()
        self._registered: dict[str, State] = {}
        self._hosts: dict[str, Future[Host | None]] = {}

    def register(self, state: State) -> None:
        """Make a provider resource known before its first use in this run."""
        with self._lock:
            self._registered[state.urn] = state

    def get(self, reference: str) -> Host | None:
        """The running host of a provider; None while its configuration is not known (preview).

        Raises `EngineError` if the provider is not known or its host does not start.
        """
        urn = provider_urn(reference)
        with self._lock:
            future = self._hosts.get(urn)
            mine = future is None
            if future is None:
                future = self._hosts[urn] = Future()
        if mine:
            try:
                future.set_result(self._launch(urn))
            except (EngineError, ProviderError) as error:
                future.set_exception(EngineError(f"provider {urn}: {error}"))
        return future.result()

    def _launch(self, urn: str) -> Host | None:
        with self._lock:
            state = self._registered.get(urn)
        state = state or self._old_state(urn)
        if state is None:
            raise EngineError("it is neither registered nor recorded; run `up` with the program")
        if contains_unknown(state.inputs):
            return None
        inputs = self._configured(state.inputs)
        host = self._start()
        try:
            host.configure(inputs)
        except ProviderError:
            host.stop()
            raise
        return host

    def stop(self) -> None:
        """End all hosts."""
        with self._lock:
            futures = list(self._hosts.values())
        for future in futures:
            if future.done() and future.exception() is None:
                host = future.result()
                if host is not None:
                    host.stop()
