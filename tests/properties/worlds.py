"""The worlds of the laws, on a sandbox in this very thread, with one connection for all runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from laws.openmetadata_worlds import MlModelWorld, MlServiceWorld
from laws.worlds import ModelWorld, NemoWorld, Run, VersionWorld, World
from properties.inside import Inside, registry
from pulumi_mlregistry.catalog import Session
from pulumi_mlregistry.reconcile.table import Table

_WORLDS: Final = {
    "entity": NemoWorld,
    "model": ModelWorld,
    "version": VersionWorld,
    "mlmodel": MlModelWorld,
    "mlservice": MlServiceWorld,
}
_KINDS: Final = {"om2": "openmetadata", "om12": "openmetadata"}
WORLDS: Final = (
    "entity-nemo", "model-mlflow", "model-oracle", "version-mlflow", "version-oracle",
    "mlmodel-om2", "mlmodel-om12", "mlservice-om2", "mlservice-om12",
)  # fmt: skip


@dataclass
class _Straight:
    """Stands where the laws have a proxy: the registry itself, with its own log."""

    server: Inside

    @property
    def url(self) -> str:
        return self.server.url

    def clear(self) -> None:
        self.server.clear()


def _of(resource: str) -> type[World]:
    """The world of a resource whose runs share their connections."""
    kind: Any = _WORLDS[resource]

    class Shared(kind):  # type: ignore[misc]
        def __post_init__(self) -> None:
            super().__post_init__()
            headers = self.http.headers
            self.http = httpx.Client(
                base_url=self.server.url, headers=headers, transport=self.server.transport
            )
            self.clients: dict[int, Any] = {}
            # Clients are made when they are first used; this makes the one, over the transport.
            self.run().core.connect()
            for client in self.clients.values():
                made = client.http._client
                client.http._client = httpx.Client(
                    auth=made.auth, headers=made.headers, transport=self.server.transport
                )

        def run(self, **keys: str) -> Run:
            log: list[str] = []
            session = Session(self.settings(**keys), log.append, _clients=self.clients)
            return Run(session.reconciler(self.kind), log)

        @property
        def table(self) -> type[Table]:
            """The table of its resource."""
            return self.run().core.table

    return Shared


@contextmanager
def world(name: str, folder: Path) -> Iterator[World]:
    """A world by its name, such as ``version-oracle``."""
    resource, target = name.split("-")
    version = "1.2.0" if target == "om12" else "2.0.7"
    with registry(_KINDS.get(target, target), folder, openmetadata=version) as server:
        made = _of(resource)(target, server, _Straight(server))  # type: ignore[arg-type]
        yield made
        made.close()
