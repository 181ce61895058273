"""Short calls to MLflow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from sandbox.comparing import Both

API = "/api/2.0/mlflow/"
SOURCE = "oci://bucket@ns/path"


@dataclass(frozen=True)
class Mlflow:
    """A server and a model's name."""

    http: httpx.Client
    model: str

    def registered(self) -> Mlflow:
        self.call("POST", "registered-models/create", name=self.model)
        return self

    def ask(self, method: str, operation: str, **given: Any) -> httpx.Response:
        sent: dict[str, Any] = {"params": given} if method == "GET" else {"json": given}
        return self.http.request(method, API + operation, **sent)

    def call(self, method: str, operation: str, **given: Any) -> dict[str, Any]:
        answer = self.ask(method, operation, **given)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def refused(self, method: str, operation: str, **given: Any) -> tuple[int, str, str]:
        answer = self.ask(method, operation, **given)
        body = answer.json()
        assert body["sqlstate"] == "KAM00"
        return answer.status_code, body["error_code"], body["message"]

    def create(self, **given: Any) -> dict[str, Any]:
        body = {"name": self.model, "source": SOURCE, **given}
        made: dict[str, Any] = self.call("POST", "model-versions/create", **body)["model_version"]
        return made

    def version(self, number: str = "1") -> dict[str, Any]:
        found = self.call("GET", "model-versions/get", name=self.model, version=number)
        version: dict[str, Any] = found["model_version"]
        return version

    def versions(self, **more: Any) -> list[str]:
        query = {"filter": f"name='{self.model}'", **more}
        found = self.call("GET", "model-versions/search", **query)
        return [each["version"] for each in found.get("model_versions", [])]

    def get(self) -> dict[str, Any]:
        found = self.call("GET", "registered-models/get", name=self.model)
        model: dict[str, Any] = found["registered_model"]
        return model

    @property
    def one(self) -> dict[str, str]:
        """What names the first version."""
        return {"name": self.model, "version": "1"}


@dataclass(frozen=True)
class Same:
    """Both servers and a model's name; a call compares their answers."""

    both: Both
    model: str

    def __call__(self, method: str, operation: str, **given: Any) -> None:
        self.both.same(method, API + operation, json=given)

    def read(self, operation: str, **query: Any) -> None:
        self.both.same("GET", API + operation, params=query)

    def create(self, **given: Any) -> None:
        self("POST", "model-versions/create", **{"name": self.model, "source": SOURCE, **given})
