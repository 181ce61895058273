"""The resources, one line each, and a session that reaches their registries as configured."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi_mlregistry.apis.mlflow import client as mlflow
from pulumi_mlregistry.apis.mlflow import model_version, registered_model
from pulumi_mlregistry.apis.nemo import client as nemo
from pulumi_mlregistry.apis.nemo import model_entity
from pulumi_mlregistry.apis.openmetadata import client as openmetadata
from pulumi_mlregistry.apis.openmetadata import ml_model, ml_model_service
from pulumi_mlregistry.reconcile.errors import Misconfigured
from pulumi_mlregistry.reconcile.foresight import Foresight
from pulumi_mlregistry.reconcile.ledger import Ledger
from pulumi_mlregistry.reconcile.protocol import Api
from pulumi_mlregistry.reconcile.reconciler import Reconciler
from pulumi_mlregistry.reconcile.table import Table
from pulumi_mlregistry.settings.settings import Settings

Log = Callable[[str], None]


@dataclass(frozen=True)
class Server:
    """How one API is reached: a client, and without any I/O the address and the dialect."""

    connect: Callable[[Settings, Log], Any]
    registry_of: Callable[[Settings], str]
    dialect: Callable[[Settings], str] = lambda _settings: ""


@dataclass(frozen=True)
class Kind:
    """One resource: its table, its calls, its server."""

    table: type[Table]
    make_api: Callable[[Any, Log], Api]
    server: Server


_NEMO = Server(nemo.connect, nemo.registry_of)
_OPENMETADATA = Server(openmetadata.connect, openmetadata.registry_of)
_MLFLOW = Server(mlflow.connect, mlflow.registry_of, mlflow.dialect_name)

KINDS: Final[Mapping[str, Kind]] = {
    kind.table.kind: kind
    for kind in (
        Kind(ml_model_service.MlModelService, ml_model_service.make_api, _OPENMETADATA),
        Kind(ml_model.MlModel, ml_model.make_api, _OPENMETADATA),
        Kind(model_entity.ModelEntity, model_entity.make_api, _NEMO),
        Kind(registered_model.RegisteredModel, registered_model.make_api, _MLFLOW),
        Kind(model_version.ModelVersion, model_version.make_api, _MLFLOW),
    )
}


@dataclass
class Session:
    """One configuration in one process: clients made once, one ledger for all resources."""

    settings: Settings
    log: Log
    ledger: Ledger = field(default_factory=Ledger)
    read_ids: set[str] = field(default_factory=set)
    """The objects of which a read of this run has told what changed."""
    foresight: Foresight = field(default_factory=Foresight)
    _clients: dict[int, Any] = field(default_factory=dict)
    _announced: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.log = self.foresight.hushed(self.log)

    def reconciler(self, kind: str) -> Reconciler:
        """The reconciler of a resource, by the module and name of its token."""
        entry = KINDS[kind]
        return Reconciler(
            table=entry.table,
            connect=lambda: entry.make_api(self._client(entry.server), self.log),
            registry=lambda: entry.server.registry_of(self.settings),
            setting=self.settings.get,
            ledger=self.ledger,
            log=self.log,
            moved_from=self.settings.moved_from,
            dialect=lambda: self._dialect(entry.server),
            foresight=self.foresight,
        )

    def announce(self, kind: str) -> None:
        """Tell once which registry a resource will live at, or that none is configured."""
        entry = KINDS[kind]
        with self._lock:
            if id(entry.server) in self._announced:
                return
            self._announced.add(id(entry.server))
        try:
            self.log(f"{entry.table.system}: {entry.server.registry_of(self.settings)}")
        except Misconfigured as error:
            self.log(f"{entry.table.system}: {error}")

    def _client(self, server: Server) -> Any:
        with self._lock:
            if id(server) not in self._clients:
                self._clients[id(server)] = server.connect(self.settings, self.log)
            return self._clients[id(server)]

    def _dialect(self, server: Server) -> str:
        try:
            return server.dialect(self.settings)
        except Misconfigured:
            return ""  # the operation itself will say so; check judges by the common limits
