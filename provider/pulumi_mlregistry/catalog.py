"""The resources, one line each, and a session that reaches their registries as configured."""

from __future__ import annotations

import functools
import importlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Final, cast

from pulumi_mlregistry import declarations
from pulumi_mlregistry.apis.apart import SetApart
from pulumi_mlregistry.reconcile.errors import Misconfigured
from pulumi_mlregistry.reconcile.foresight import Foresight
from pulumi_mlregistry.reconcile.ledger import Ledger
from pulumi_mlregistry.reconcile.listing import Listings
from pulumi_mlregistry.reconcile.protocol import Api, Live, Page, Within
from pulumi_mlregistry.reconcile.reconciler import Reconciler
from pulumi_mlregistry.reconcile.table import Table
from pulumi_mlregistry.settings.settings import Settings

Log = Callable[[str], None]
_APIS: Final = "pulumi_mlregistry.apis"


@dataclass(frozen=True)
class Server:
    """How one API is reached: a client, and without any I/O the address and the dialect."""

    connect: Callable[[Settings, Log], Any]
    registry_of: Callable[[Settings], str]
    dialect: Callable[[Settings], str]


@dataclass(frozen=True)
class Kind:
    """One resource, imported when it is first used: a program needs few of them.

    ``name`` is the API's folder and the name of the table, ``file`` where in the folder it stands.
    """

    name: str
    file: str

    @property
    def table(self) -> type[Table]:
        """The field table."""
        return cast(type[Table], getattr(self._module, self.name.partition(":")[2]))

    @property
    def make_api(self) -> Callable[[Any, Log], Api]:
        """Makes the calls that the reconciler asks for, from a client of the server."""
        return cast(Callable[[Any, Log], Api], self._module.make_api)

    @property
    def walk(self) -> Callable[[Api, Within], Iterator[Page]]:
        """Goes through all objects of the resource, page by page, or those of some places."""
        return cast(Callable[[Api, Within], Iterator[Page]], self._walking.walk)

    @property
    def apart(self) -> Callable[[Api, Live], SetApart | None]:
        """Why a survey sets an object apart; may ask the registry."""
        return cast(Callable[[Api, Live], SetApart | None], self._walking.apart)

    @property
    def server(self) -> Server:
        """The server, one for all resources of an API."""
        return server_of(self.api)

    @property
    def api(self) -> str:
        """The API's folder."""
        return self.name.partition(":")[0]

    @property
    def _module(self) -> ModuleType:
        return importlib.import_module(f"{_APIS}.{self.api}.{self.file}")

    @property
    def _walking(self) -> ModuleType:
        return importlib.import_module(f"{_APIS}.{self.api}.walking")


@functools.cache
def server_of(api: str) -> Server:
    """An API's server, by its folder."""
    client = importlib.import_module(f"{_APIS}.{api}.client")
    return Server(client.connect, client.registry_of, getattr(client, "dialect_name", lambda _: ""))


KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind("openmetadata:MlModelService", "ml_model_service"),
        Kind("openmetadata:MlModel", "ml_model"),
        Kind("nemo:ModelEntity", "model_entity"),
        Kind("mlflow:RegisteredModel", "registered_model"),
        Kind("mlflow:ModelVersion", "model_version"),
    )
}


def _declared(kind: str, owner: str) -> Iterator[tuple[str, Sequence[str | None]]]:
    """The resources of a kind that the running program declares."""
    for each in declarations.of_program(owner):
        if each.kind == kind:
            yield each.owner, each.names


@dataclass
class Session:
    """One configuration in one process: clients made once, one ledger for all resources."""

    settings: Settings
    log: Log
    ledger: Ledger = field(default_factory=Ledger)
    read_ids: set[str] = field(default_factory=set)
    """The objects of which a read of this run has told what changed."""
    foresight: Foresight = field(default_factory=Foresight)
    listings: Listings = field(default_factory=Listings)
    _clients: dict[str, Any] = field(default_factory=dict)
    _addresses: dict[str, str] = field(default_factory=dict)
    _announced: set[str] = field(default_factory=set)
    _told: set[tuple[str, str]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.log = self.foresight.hushed(self.log)

    def reconciler(self, kind: str) -> Reconciler:
        """The reconciler of a resource, by the module and name of its token."""
        entry = KINDS[kind]
        return Reconciler(
            table=entry.table,
            connect=lambda: entry.make_api(self._client(entry), self.log),
            registry=lambda: self._registry(entry),
            setting=self.settings.get,
            ledger=self.ledger,
            log=self.log,
            moved_from=self.settings.moved_from,
            dialect=lambda: self._dialect(entry.server),
            foresight=self.foresight,
            listings=self.listings,
            program=_declared,
            fallback=self.settings.environment_value,
            walk=lambda api, within: entry.walk(api, within),  # imported when a list is wanted
        )

    def announce(self, kind: str) -> None:
        """Tell once which registry a resource will live at, or that none is configured."""
        entry = KINDS[kind]
        with self._lock:
            if entry.api in self._announced:
                return
            self._announced.add(entry.api)
        try:
            self.log(f"{entry.table.system}: {entry.server.registry_of(self.settings)}")
        except Misconfigured as error:
            self.log(f"{entry.table.system}: {error}")

    def once(self, line: str, about: str = "") -> None:
        """Tell a line, once a run for each thing it is about: engines check some things twice."""
        with self._lock:
            if (about, line) in self._told:
                return
            self._told.add((about, line))
        self.log(line)

    def _registry(self, entry: Kind) -> str:
        """The address, which each operation asks for several times and nothing changes."""
        if entry.api not in self._addresses:
            self._addresses[entry.api] = entry.server.registry_of(self.settings)
        return self._addresses[entry.api]

    def _client(self, entry: Kind) -> Any:
        with self._lock:
            if entry.api not in self._clients:
                self._clients[entry.api] = entry.server.connect(self.settings, self.log)
            return self._clients[entry.api]

    def _dialect(self, server: Server) -> str:
        try:
            return server.dialect(self.settings)
        except Misconfigured:
            return ""  # the operation itself will say so; check judges by the common limits
