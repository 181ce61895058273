"""A workspace of a test's own, and short calls in it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import httpx

ENTITIES = "/apis/entities/v2/workspaces"
SPEC: dict[str, Any] = {
    "checkpoint_model_name": "m",
    "family": "llama",
    "num_layers": 1,
    "hidden_size": 2,
    "num_attention_heads": 1,
    "num_kv_heads": 1,
    "ffn_hidden_size": 1,
    "vocab_size": 1,
    "tied_embeddings": True,
    "gated_mlp": False,
    "base_num_parameters": 1,
    "precision": "bf16",
    "linear_layers": [{"name": "l", "in_features": 1, "out_features": 2}],
}


@dataclass(frozen=True)
class Place:
    """Paths in one workspace."""

    name: str

    @property
    def models(self) -> str:
        return f"/apis/models/v2/workspaces/{self.name}/models"

    @property
    def adapters(self) -> str:
        return f"/apis/models/v2/workspaces/{self.name}/adapters"

    @property
    def filesets(self) -> str:
        return f"/apis/files/v2/workspaces/{self.name}/filesets"

    @property
    def projects(self) -> str:
        return f"{ENTITIES}/{self.name}/projects"


def new_place() -> Place:
    """A workspace that does not exist yet."""
    return Place(f"w-{uuid.uuid4().hex[:8]}")


@dataclass(frozen=True)
class Nemo:
    """A server and a workspace in it."""

    http: httpx.Client
    place: Place

    def create(self, name: str = "mm", /, **body: Any) -> httpx.Response:
        return self.http.post(self.place.models, json={"name": name, **body})

    def patch(self, name: str = "mm", /, **body: Any) -> httpx.Response:
        return self.http.patch(f"{self.place.models}/{name}", json=body)

    def get(self, name: str = "mm", /, **query: str) -> dict[str, Any]:
        answer = self.http.get(f"{self.place.models}/{name}", params=query)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    def made(self, name: str = "mm", /, **body: Any) -> dict[str, Any]:
        answer = self.create(name, **body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def patched(self, name: str = "mm", /, **body: Any) -> dict[str, Any]:
        answer = self.patch(name, **body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def fileset(self, name: str = "fs", *, filled: bool = True) -> str:
        self.http.post(self.place.filesets, json={"name": name}).raise_for_status()
        if filled:
            path = f"{self.place.filesets}/{name}/-/weights"
            self.http.put(path, content=b"w").raise_for_status()
        return name
