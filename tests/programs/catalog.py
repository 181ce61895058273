"""OpenMetadata as others see it: what it holds, and a colleague's edits."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from pulumi_mlregistry.sandbox import Registry
from support.http import local_client

MODELS, SERVICES = "mlmodels", "services/mlmodelServices"


class Catalog:
    """A server of the sandbox, read and edited by bob: not through a program."""

    def __init__(self, server: Registry, *, old: bool = False) -> None:
        self.server = server
        self.old = old
        token = server.tokens["bob"]
        headers = {"authorization": f"Bearer {token}"}
        self._http = local_client(f"{server.url}/api/v1/", headers=headers)

    def environment(self, user: str = "admin") -> dict[str, str]:
        """The variables with which a program runs as a user."""
        return {"OPENMETADATA_URL": self.server.url, "OPENMETADATA_TOKEN": self.server.tokens[user]}

    def get(self, collection: str, fqn: str, include: str = "non-deleted") -> dict[str, Any] | None:
        """An object by its fully qualified name, with what it refers to."""
        fields = "owner,domain,tags" if self.old else "owners,domains,tags"
        fields += ",extension,dashboard" if collection == MODELS else ""
        path = f"{collection}/name/{quote(fqn, safe='')}"
        found = self._http.get(path, params={"fields": fields, "include": include})
        if found.status_code == 404:
            return None
        body: dict[str, Any] = found.raise_for_status().json()
        return body

    def model(self, fqn: str) -> dict[str, Any]:
        """A model that is there."""
        body = self.get(MODELS, fqn)
        assert body is not None, f"{fqn} is not there"
        return body

    def edit(self, fqn: str, **members: Any) -> None:
        """Set members of a model by JSON Patch."""
        operations = [{"op": "add", "path": f"/{k}", "value": v} for k, v in members.items()]
        self._http.patch(
            f"{MODELS}/{self.model(fqn)['id']}",
            json=operations,
            headers={"content-type": "application/json-patch+json"},
        ).raise_for_status()

    def id_of(self, collection: str, fqn: str) -> str:
        """The id of something to refer to."""
        return str(self._http.get(f"{collection}/name/{fqn}").raise_for_status().json()["id"])

    def names(self, include: str = "non-deleted") -> set[str]:
        """The names of all services and models."""
        query = {"include": include, "limit": "1000"}
        found = [self._http.get(path, params=query).json()["data"] for path in (MODELS, SERVICES)]
        return {str(each["name"]) for data in found for each in data}

    def purge(self, service: str) -> None:
        """Delete a service with its models for good."""
        body = self.get(SERVICES, service, include="all")
        if body is not None:
            query = {"hardDelete": "true", "recursive": "true"}
            path = f"{SERVICES}/{body['id']}"
            self._http.delete(path, params=query).raise_for_status()

    def writes(self) -> list[str]:
        """The writes since the last `server.clear()`: method and collection."""
        seen = [e for e in self.server.log() if e["method"] != "GET"]
        return [f"{e['method']} {_collection(e['path'])}" for e in seen]


def _collection(path: str) -> str:
    return next(c for c in (SERVICES, MODELS) if c in path)
