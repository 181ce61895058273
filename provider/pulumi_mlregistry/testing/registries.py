"""The sandbox in the place of every registry that a configuration or a program names."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from pulumi_mlregistry import sandbox
from pulumi_mlregistry.sandbox import Registry, Sandbox
from pulumi_mlregistry.settings.keys import KEYS, NAMESPACE

_USUAL: Final = ("openmetadata", "nemo", "mlflow")
_KEPT: Final = ("nemoWorkspace", "mlflowDialect", "oracleWorkspaceKey")
_FILES: Final = ("caBundle", "clientCertificate")
_KEY_OF: Final = {v: f"{NAMESPACE}:{key.name}" for key in KEYS for v in key.environment}
_REPLACED: Final = {
    f"{NAMESPACE}:{key.name}"
    for key in KEYS
    if (key.environment and key.name not in _KEPT) or key.name in _FILES
}
_ORACLE: Final = tuple(f"{NAMESPACE}:oracle{name}" for name in ("Url", "Region", "PlatformId"))


class Registries(Mapping[str, Registry]):
    """A test's registries by kind: ``openmetadata``, ``nemo``, ``mlflow`` and ``oracle``.

    A further one stands in for each other address that the program gives to a provider of its own,
    and is found by that address. Each is empty at first, and started when it is needed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sandboxes: list[Sandbox] = []
        self._registries: dict[tuple[str, str], Registry] = {}
        self._own: dict[str, str] = {}  # kind to the address in the stack's configuration

    def __getitem__(self, name: str) -> Registry:
        """A registry by kind, or by the address that it stands in for."""
        if name in sandbox.REGISTRIES:
            return self._at(name, "")
        for (kind, address), registry in list(self._registries.items()):
            if name.rstrip("/") in (address, self._own.get(kind)):
                return registry
        raise KeyError(f"no registry {name}: there are {', '.join(self) or 'none yet'}")

    def __iter__(self) -> Iterator[str]:
        """The kinds and addresses of what is started."""
        return iter([address or kind for kind, address in list(self._registries)])

    def __len__(self) -> int:
        return len(self._registries)

    def point(self, values: Mapping[str, str], *, own: bool = False) -> dict[str, str]:
        """A configuration with the sandbox for every registry in it, credentials and all.

        ``own``: it is the stack's, so that its addresses are those of the registries by kind.
        """
        pointed = {key: value for key, value in values.items() if key not in _REPLACED}
        for kind in _kinds(values):
            address = _address(kind, values)
            if own:
                self._own[kind] = address
            registry = self._at(kind, "" if address == self._own.get(kind) else address)
            pointed |= {_KEY_OF[v]: text for v, text in registry.environment.items()}
            if kind == "nemo" and (workspace := values.get(f"{NAMESPACE}:nemoWorkspace")):
                registry.plant("workspace", workspace)
        return pointed

    def reachable(self) -> list[str]:
        """``host:port`` of all."""
        return [urlsplit(each.url).netloc for each in list(self._registries.values())]

    def close(self) -> None:
        """End them all."""
        for each in self._sandboxes:
            each.close()

    def _at(self, kind: str, address: str) -> Registry:
        with self._lock:
            for registry in self._registries.values():
                if registry.url == address:
                    return registry
            if (kind, address) not in self._registries:
                usual = not address and kind in _USUAL
                self._start(_USUAL if usual else (kind,), address)
            return self._registries[kind, address]

    def _start(self, kinds: tuple[str, ...], address: str) -> None:
        started = sandbox.start(registries=kinds)
        self._sandboxes.append(started)
        self._registries |= {(kind, address): started.servers[kind] for kind in kinds}


def _kinds(values: Mapping[str, str]) -> list[str]:
    oracle = any(values.get(key) for key in _ORACLE)
    oracle |= values.get(f"{NAMESPACE}:mlflowDialect") == "oracle"
    plain = bool(values.get(f"{NAMESPACE}:mlflowUrl")) or not oracle
    return ["openmetadata", "nemo", *["mlflow"] * plain, *["oracle"] * oracle]


def _address(kind: str, values: Mapping[str, str]) -> str:
    named = values.get(f"{NAMESPACE}:{kind}Url") or values.get(f"{NAMESPACE}:{kind}Region") or ""
    return named.rstrip("/")
