"""The two forms of the server, and who is asking which of them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pulumi_mlregistry.sandbox.openmetadata.store import Store

COLLECTIONS = {
    "mlmodel": "mlmodels",
    "mlmodelService": "services/mlmodelServices",
    "user": "users",
    "team": "teams",
    "domain": "domains",
    "dataProduct": "dataProducts",
    "dashboard": "dashboards",
    "dashboardService": "services/dashboardServices",
    "databaseSchema": "databaseSchemas",
    "table": "tables",
    "classification": "classifications",
    "tag": "tags",
    "glossary": "glossaries",
    "glossaryTerm": "glossaryTerms",
}
"""Where each type of entity lives below ``/api/v1``."""


@dataclass(frozen=True)
class Form:
    """One form of the server; ``modern`` tells 2.x from 1.2."""

    version: str

    @property
    def modern(self) -> bool:
        """Whether this is 2.x."""
        return not self.version.startswith("1.")


@dataclass(frozen=True)
class Principal:
    """Who asks."""

    name: str
    is_bot: bool = False
    may_write: bool = True


@dataclass(frozen=True)
class Context:
    """All that answering one request needs to know."""

    store: Store
    form: Form
    principal: Principal
    base: str
    """The server as the client addressed it: scheme, host and ``/api/v1``."""
    now: int = field(default_factory=lambda: int(time.time() * 1000))

    @property
    def modern(self) -> bool:
        """Whether this is 2.x."""
        return self.form.modern

    @property
    def today(self) -> str:
        """The date of the request."""
        return datetime.fromtimestamp(self.now / 1000, UTC).date().isoformat()

    def href(self, kind: str, identity: str) -> str:
        """The address of an entity."""
        return f"{self.base}/{COLLECTIONS[kind]}/{identity}"
