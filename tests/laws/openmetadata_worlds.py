"""OpenMetadata's resources at its sandbox: others are bob, a user who may edit."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote

import httpx

from laws.worlds import Run, World
from pulumi_mlregistry.reconcile.checks import Checked
from pulumi_mlregistry.reconcile.reconciler import Reconciler
from pulumi_mlregistry.sandbox import Registry
from pulumi_mlregistry.settings.settings import Settings

SERVICE = "law-service"


class _OpenMetadataWorld(World):
    """What both resources share."""

    server: Registry  # type: ignore[assignment]
    collection: ClassVar[str]

    def __post_init__(self) -> None:
        super().__post_init__()
        self.http.headers["authorization"] = f"Bearer {self.server.tokens['bob']}"

    @property
    def old(self) -> bool:
        """Whether this is the form of 1.2."""
        return self.target == "om12"

    def settings(self, **keys: str) -> Settings:
        """The token goes to the proxy because it is configured, not because it is lying about."""
        return super().settings(**{"openmetadataToken": self.server.tokens["admin"], **keys})

    def call(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """A call of bob's, behind the product's back."""
        kind = "application/json-patch+json" if method == "PATCH" else "application/json"
        answer = self.http.request(
            method, f"/api/v1/{path}", params=query, json=body, headers={"content-type": kind}
        )
        assert answer.is_success, answer.text
        return answer.json()

    def patch(self, id_: str, *operations: dict[str, Any]) -> None:
        """Somebody else's JSON Patch."""
        self.call("PATCH", f"{self.collection}/{id_}", list(operations))

    def fields(self) -> str:
        """What a GET asks for."""
        lists = "owner,domain" if self.old else "owners,domains"
        return f"{lists},tags"

    def look(self, id_: str) -> dict[str, Any] | None:
        path = f"/api/v1/{self.collection}/{quote(id_, safe='')}"
        answer = self.http.get(path, params={"fields": self.fields()})
        if answer.status_code == 404:
            return None
        body: dict[str, Any] = answer.raise_for_status().json()
        return {**body, "keys": self.keys_of(body)}

    def keys_of(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The keys of an answer, as a mapping."""
        return {}

    def called(self, id_: str) -> str:
        return self.names[-1]

    def meant(self, text: str) -> str:
        return text if self.old else html.unescape(text.replace("<!-- -->", ""))

    def remove(self, id_: str) -> None:
        self.call("DELETE", f"{self.collection}/{id_}", hardDelete="true", recursive="true")

    def find(self, fqn: str, **query: str) -> httpx.Response:
        """A GET by fully qualified name."""
        path = f"/api/v1/{self.collection}/name/{quote(fqn, safe='')}"
        return self.http.get(path, params=query)

    def short(self, path: str) -> str:
        """With ids in short."""
        found = super().short(path)
        for logical in self.known_ids:
            found = found.replace(logical, "ID")
        return found.removeprefix("/api/v1/")

    @property
    def known_ids(self) -> list[str]:
        """The ids in the paths that were sent."""
        return re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", str(self.proxy.requests))


class MlModelWorld(_OpenMetadataWorld):
    """`openmetadata.MlModel`; its keys are hyperparameters by name."""

    kind = "openmetadata:MlModel"
    keyed = "mlHyperParameters"
    create = "/mlmodels"
    collection = "mlmodels"

    def prepare(self, name: str) -> None:
        if self.http.get(f"/api/v1/services/mlmodelServices/name/{SERVICE}").status_code == 404:
            body = {"name": SERVICE, "serviceType": "CustomMlModel"}
            self.call("POST", "services/mlmodelServices", body)

    def run(self, **keys: str) -> Run:
        """Tests give keys as a mapping; a program gives a list."""
        run = super().run(**keys)
        return Run(_Listing(run.core, self.keyed), run.log)  # type: ignore[arg-type]

    def declare(self, name: str, **more: Any) -> dict[str, Any]:
        base = {"description": "first", self.keyed: {"team": "risk", "tier": "gold"}}
        return {**self.least(name), **base, **more}

    def least(self, name: str) -> dict[str, Any]:
        return {"name": name, "service": SERVICE, "algorithm": "KMeans"}

    def held(self, values: Mapping[str, Any]) -> Any:
        return self.keys_of(values)

    def make(self, name: str, description: str = "theirs", **keys: str) -> str:
        body = {"name": name, "service": SERVICE, "algorithm": "KMeans"}
        body |= {"description": description, self.keyed: listed(keys)}  # type: ignore[dict-item]
        return str(self.call("POST", "mlmodels", body)["id"])

    def edit(self, id_: str, description: str | None = None, **keys: str | None) -> None:
        operations: list[dict[str, Any]] = []
        if description is not None:
            operations.append({"op": "add", "path": "/description", "value": description})
        if keys:
            merged = {**self.keys(id_), **keys}
            kept = listed({k: v for k, v in merged.items() if v is not None})
            operations.append({"op": "add", "path": f"/{self.keyed}", "value": kept})
        self.patch(id_, *operations)

    def id_of(self, name: str) -> str:
        return str(self.find(f"{SERVICE}.{name}").json()["id"])

    def keys_of(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return {p["name"]: p.get("value") for p in body.get(self.keyed) or []}

    def fields(self) -> str:
        return f"{super().fields()},extension,dashboard"

    def count(self, name: str) -> int:
        return int(self.find(f"{SERVICE}.{name}", include="all").status_code == 200)


class MlServiceWorld(_OpenMetadataWorld):
    """`openmetadata.MlModelService`."""

    kind = "openmetadata:MlModelService"
    keyed = "tags"
    create = "/services/mlmodelServices"
    collection = "services/mlmodelServices"

    def declare(self, name: str, **more: Any) -> dict[str, Any]:
        return {**self.least(name), "description": "first", **more}

    def least(self, name: str) -> dict[str, Any]:
        return {"name": name, "serviceType": "CustomMlModel"}

    def id_of(self, name: str) -> str:
        return str(self.find(name).json()["id"])

    def make(self, name: str, description: str = "theirs", **keys: str) -> str:
        body = {"name": name, "serviceType": "CustomMlModel", "description": description}
        return str(self.call("POST", self.collection, body)["id"])

    def edit(self, id_: str, description: str | None = None, **keys: str | None) -> None:
        self.patch(id_, {"op": "add", "path": "/description", "value": description})

    def count(self, name: str) -> int:
        return int(self.find(name, include="all").status_code == 200)

    def look_deleted(self, name: str) -> bool:
        """Whether a service of the name is soft-deleted."""
        return self.find(name, include="all").json().get("deleted") is True

    def model(self, service: str, name: str) -> str:
        """A colleague's model in a service; answers its id."""
        body = {"name": name, "service": service, "algorithm": "a"}
        return str(self.call("POST", "mlmodels", body)["id"])


def listed(keys: Any) -> Any:
    """Keys as hyperparameters; what is no mapping as it is."""
    if not isinstance(keys, Mapping):
        return keys
    return [{"name": name, "value": value} for name, value in keys.items()]


class _Listing:
    """The core, told keys as a list."""

    def __init__(self, core: Reconciler, keyed: str) -> None:
        self._core = core
        self._keyed = keyed

    def check(self, news: Mapping[str, Any], olds: Mapping[str, Any]) -> Checked:
        """Check what the program would have given."""
        given = {k: listed(v) if k == self._keyed else v for k, v in news.items()}
        return self._core.check(given, olds)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._core, name)
