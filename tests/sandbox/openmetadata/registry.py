"""A registry and short calls to it."""

from __future__ import annotations

from typing import Any

import httpx

from pulumi_mlregistry.sandbox.database import Database
from pulumi_mlregistry.sandbox.openmetadata import application
from pulumi_mlregistry.sandbox.openmetadata.seeding import identity
from sandbox.openmetadata.client import Client

MODELS, SERVICES = "/api/v1/mlmodels", "/api/v1/services/mlmodelServices"
PATCH = {"Content-Type": "application/json-patch+json"}
BOT = "ingestion-bot"


def user(name: str) -> dict[str, str]:
    return {"id": identity("user", name), "type": "user"}


def team(name: str) -> dict[str, str]:
    return {"id": identity("team", name), "type": "team"}


def ref(kind: str, fqn: str) -> dict[str, str]:
    return {"id": identity(kind, fqn), "type": kind}


def add(path: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": value}


def remove(path: str) -> dict[str, Any]:
    return {"op": "remove", "path": path}


class Registry:
    def __init__(self, version: str) -> None:
        self.database = Database()
        self.app = application(self.database, version=version)
        self.modern = version.startswith("2")

    def furnished(self) -> Registry:
        assert self.post(SERVICES, SERVICE).status_code == 201
        assert self.post(MODELS, MODEL).status_code == 201
        return self

    def call(
        self, method: str, path: str, who: str | None = "alice", **more: Any
    ) -> httpx.Response:
        return Client(self.app, who).request(method, path, **more)

    def post(self, path: str, body: Any, who: str | None = "alice") -> httpx.Response:
        return self.call("POST", path, who, json=body)

    def put(self, path: str, body: Any, who: str | None = "alice") -> httpx.Response:
        return self.call("PUT", path, who, json=body)

    def put_model(self, who: str = "alice", **changed: Any) -> httpx.Response:
        """PUT of the model; a value that is None is left out."""
        body = {k: v for k, v in (MODEL | changed).items() if v is not None}
        return self.put(MODELS, body, who)

    def patch(
        self, *operations: Any, path: str | None = None, who: str = "alice", **headers: str
    ) -> httpx.Response:
        """PATCH, of the model unless ``path`` says otherwise."""
        target = path or f"{MODELS}/{self.model()['id']}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.call("PATCH", target, who, json=list(operations), headers=PATCH | named)

    def get(self, path: str, who: str = "alice", **query: Any) -> Any:
        answer = self.call("GET", path, who, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def model(self, name: str = "s.m", **query: Any) -> Any:
        """The model with all that `fields` can ask for."""
        governed = "owners,domains" if self.modern else "owner,domain"
        fields = f"{governed},dashboard,tags,extension,dataProducts"
        return self.get(f"{MODELS}/name/{name}", **({"fields": fields} | query))

    def service(self, name: str = "s", who: str = "alice", **query: Any) -> Any:
        return self.get(f"{SERVICES}/name/{name}", who, **query)


SERVICE = {
    "name": "s",
    "serviceType": "Mlflow",
    "connection": {"config": {"type": "Mlflow", "trackingUri": "http://t", "registryUri": "r"}},
}
MODEL = {"name": "m", "service": "s", "algorithm": "KMeans"}


def message(answer: httpx.Response) -> str:
    body = answer.json()
    return str(body.get("message") or body.get("responseMessage"))


def change(answer: httpx.Response) -> str:
    assert answer.status_code in (200, 201), answer.text
    return answer.headers["X-OpenMetadata-Change"]


def fqns(labels: list[dict[str, Any]]) -> list[str]:
    return [label["tagFQN"] for label in labels]


def names(items: list[dict[str, Any]]) -> list[str]:
    return [item["name"] for item in items]
