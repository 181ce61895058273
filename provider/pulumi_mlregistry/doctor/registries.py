"""The registries that can be configured, and which of them are."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from pulumi_mlregistry.apis.diagnosis import Diagnosis, Finding
from pulumi_mlregistry.catalog import Log, server_of
from pulumi_mlregistry.reconcile.errors import Misconfigured
from pulumi_mlregistry.settings.keys import BY_NAME, NAMESPACE, Key
from pulumi_mlregistry.settings.settings import Settings

_DIALECT = f"{NAMESPACE}:mlflowDialect"


@dataclass(frozen=True)
class Registry:
    """One registry: its API's folder, the keys of which any one means that it is configured."""

    name: str
    api: str
    marks: tuple[str, ...]
    credentials: tuple[str, ...]
    dialect: str = ""
    otherwise: str = "none is set"
    """What is said of the credentials where none of these keys is set."""

    @property
    def diagnosis(self) -> Diagnosis:
        """What the API's folder knows to ask."""
        folder = f"pulumi_mlregistry.apis.{self.api}.diagnosis"
        return cast(Diagnosis, importlib.import_module(folder).DIAGNOSIS)

    def is_configured(self, settings: Settings) -> bool:
        """Whether a key of its own is set, or it is the one that is meant by name."""
        if any(settings.source(mark) for mark in self.marks):
            return True
        try:
            return bool(self.dialect) and settings.get("mlflowDialect") == self.dialect
        except Misconfigured:
            return False

    def settings(self, settings: Settings) -> Settings:
        """The settings under which the provider speaks to this one."""
        if not self.dialect:
            return settings
        return Settings({**settings.configured, _DIALECT: self.dialect}, settings.environment)

    def connect(self, settings: Settings, log: Log) -> Any:
        """The provider's own client; raises `Misconfigured`."""
        return server_of(self.api).connect(settings, log)

    def address(self, settings: Settings) -> str:
        """What a state is bound to; raises `Misconfigured`."""
        return server_of(self.api).registry_of(settings)

    @property
    def address_key(self) -> str:
        """The key of its URL."""
        return next(key.name for key in BY_NAME.values() if key.address and key.server == self.name)

    def reached_by(self) -> Iterator[Key]:
        """The keys that count here: its own, and those of no registry in particular."""
        for key in BY_NAME.values():
            if key.server in ("", self.name):
                yield key

    def dialect_finding(self, settings: Settings) -> Finding | None:
        """What is wrong with the choice between MLflow and Oracle, if anything."""
        if not self.dialect:
            return None
        try:
            chosen = server_of(self.api).dialect(settings)
        except Misconfigured as error:
            return Finding("dialect", error.why, "fail", error.remedy)
        if chosen == self.dialect:
            return None
        return Finding(
            "dialect",
            f"{_DIALECT} is {chosen}: this registry is used by no provider but one of its own",
            "warn",
            f"Leave it, or set {_DIALECT} to {self.dialect}",
        )


REGISTRIES: Final = (
    Registry("openmetadata", "openmetadata", ("openmetadataUrl",), ("openmetadataToken",)),
    Registry("nemo", "nemo", ("nemoUrl",), ("nemoToken",)),
    Registry(
        "mlflow", "mlflow", ("mlflowUrl",), ("mlflowToken", "mlflowUsername"), dialect="mlflow"
    ),
    Registry(
        "oracle",
        "mlflow",
        ("oraclePlatformId", "oracleUrl"),
        ("ociProfile", "ociAuth"),
        dialect="oracle",
        otherwise="from the variables OCI_CLI_USER and the like",
    ),
)
