"""A resource at a real registry: how to declare it, and how others reach it behind our back."""

from __future__ import annotations

import re
import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import quote

from laws import doors
from laws.plugin_door import Plugin
from pulumi_mlregistry.catalog import Session
from pulumi_mlregistry.devserver import Server
from pulumi_mlregistry.settings.settings import Settings
from support.front import FrontControls
from support.http import local_client
from support.proxy import Proxy

ADDRESS = {
    "nemo": "nemoUrl",
    "mlflow": "mlflowUrl",
    "oracle": "oracleUrl",
    "om2": "openmetadataUrl",
    "om12": "openmetadataUrl",
}


@dataclass
class Run:
    """One engine run: a process of its own, with its notes, connections and log lines."""

    core: Any
    """The reconciler, or a door to it that answers alike."""
    log: list[str]


@dataclass
class World(ABC):
    """One resource at one target, under names of this test's own."""

    target: str
    server: Server
    proxy: Proxy
    kind: ClassVar[str]
    keyed: ClassVar[str]
    """The field whose keys are owned one by one."""
    create: ClassVar[str]
    """A part of the path of the create request, and of no other write."""
    door: str = doors.CORE
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.http = local_client(self.server.url)
        self.proxy.clear()

    def close(self) -> None:
        """Forget faults, close connections."""
        self.proxy.clear()
        self.http.close()

    def settings(self, **keys: str) -> Settings:
        """This target through the proxy; ``keys`` are further configuration."""
        configured = {f"mlregistry:{ADDRESS[self.target]}": self.proxy.url, **_named(keys)}
        configured.setdefault("mlregistry:timeoutSeconds", "10")
        return Settings(configured, self.server.environment)

    def run(self, **keys: str) -> Run:
        """A new engine run."""
        log: list[str] = []
        settings = self.settings(**keys)
        if self.door == doors.DYNAMIC:
            return Run(doors.Dynamic(self.kind, settings, self.server.environment, log), log)
        if self.door == doors.PLUGIN:
            return Run(Plugin(self.kind, settings, self.server.environment, log), log)
        return Run(Session(settings, log.append).reconciler(self.kind), log)

    def sent(self) -> list[str]:
        """The requests since the last call, in short: ``POST model-versions/create``."""
        short = [f"{r.method} {self.short(r.path)}" for r in self.proxy.requests]
        self.proxy.clear()
        return short

    def short(self, path: str) -> str:
        """A path without base, query and the test's names."""
        path = re.sub(r".*/(workspaces/[^/]+|mlflow)/", "", path.split("?")[0])
        for name in self.names:
            path = path.replace(name, "NAME")
        return path

    def name(self) -> str:
        """A name that nobody else has; where versions need a parent, it is there."""
        self.names.append(f"law-{uuid.uuid4().hex[:10]}")
        self.prepare(self.names[-1])
        return self.names[-1]

    def prepare(self, name: str) -> None:  # noqa: B027
        """What must be there before the object of this name."""

    @abstractmethod
    def declare(self, name: str, **more: Any) -> dict[str, Any]:
        """A declaration with a description and two keys, and whatever ``more`` says."""

    @abstractmethod
    def make(self, name: str, description: str = "theirs", **keys: str) -> str:
        """Somebody else creates the object; answers its id."""

    @abstractmethod
    def edit(self, id_: str, description: str | None = None, **keys: str | None) -> None:
        """Somebody else changes the description or sets keys; None deletes a key."""

    @abstractmethod
    def remove(self, id_: str) -> None:
        """Somebody else deletes the object."""

    @abstractmethod
    def look(self, id_: str) -> dict[str, Any] | None:
        """The object as the registry tells others, with its keys as a mapping; None if gone."""

    @abstractmethod
    def count(self, name: str) -> int:
        """How many objects, or versions, there are under a name."""

    def called(self, id_: str) -> str:
        """How a message names the object."""
        return id_

    def meant(self, text: str) -> str:
        """A text at the registry, without what the server is known to rewrite."""
        return text

    def held(self, values: Mapping[str, Any]) -> Any:
        """The keys in arguments or outputs, as a mapping."""
        return values.get(self.keyed)

    def least(self, name: str) -> dict[str, Any]:
        """The name, and what cannot be left out."""
        return {"name": name}

    def id_of(self, name: str) -> str:
        """The id of the object of a name."""
        core = Session(self.settings(), print).reconciler(self.kind)
        return str(core.connect().locate(self.declare(name)))

    def keys(self, id_: str) -> dict[str, Any]:
        """The keys that the object has at the registry, the provider's marker aside."""
        found = self.look(id_)
        assert found is not None, f"{id_} is gone"
        return {k: v for k, v in found["keys"].items() if k != "mlregistry.owner"}

    def description(self, id_: str) -> str:
        """The description at the registry."""
        found = self.look(id_)
        assert found is not None, f"{id_} is gone"
        return found.get("description") or ""


class NemoWorld(World):
    """`nemo.ModelEntity` at the NeMo Platform."""

    kind = "nemo:ModelEntity"
    keyed = "customFields"
    create = "/models"
    models = "/apis/models/v2/workspaces/default/models"

    def declare(self, name: str, **more: Any) -> dict[str, Any]:
        base = {"description": "first", "customFields": {"team": "risk", "tier": "gold"}}
        return {"name": name, "workspace": "default", **base, **more}

    def make(self, name: str, description: str = "theirs", **keys: str) -> str:
        body = {"name": name, "description": description, "custom_fields": keys}
        self.http.post(self.models, json=body).raise_for_status()
        return f"default/{name}"

    def edit(self, id_: str, description: str | None = None, **keys: str | None) -> None:
        body: dict[str, Any] = {} if description is None else {"description": description}
        if keys:
            merged = {**self.http.get(self._path(id_)).json()["custom_fields"], **keys}
            body["custom_fields"] = {k: v for k, v in merged.items() if v is not None}
        self.patch(id_, **body)

    def patch(self, id_: str, **body: Any) -> None:
        """Somebody else's PATCH, as it is."""
        self.http.patch(self._path(id_), json=body).raise_for_status()

    def remove(self, id_: str) -> None:
        self.http.delete(self._path(id_)).raise_for_status()

    def look(self, id_: str) -> dict[str, Any] | None:
        answer = self.http.get(self._path(id_), params={"verbose": "true"})
        if answer.status_code == 404:
            return None
        body: dict[str, Any] = answer.raise_for_status().json()
        return {**body, "keys": body["custom_fields"]}

    def count(self, name: str) -> int:
        found = self.http.get(self.models, params={"filter[name]": name}).raise_for_status()
        return len(found.json()["data"])

    def adapter(self, id_: str, name: str, fileset: str) -> None:
        """Somebody attaches an adapter."""
        body = {"name": name, "fileset": fileset, "finetuning_type": "lora"}
        answer = self.http.post(f"{self._path(id_)}/adapters", json=body)
        assert answer.status_code == 201, answer.text

    def fileset(self) -> str:
        """A new fileset with a file in it, by its full name."""
        name = f"files-{uuid.uuid4().hex[:8]}"
        path = "/apis/files/v2/workspaces/default/filesets"
        self.http.post(path, json={"name": name}).raise_for_status()
        self.http.put(f"{path}/{name}/-/weights", content=b"w").raise_for_status()
        return f"default/{name}"

    def project(self) -> str:
        """A new project, by its name."""
        name = f"project-{uuid.uuid4().hex[:8]}"
        path = "/apis/entities/v2/workspaces/default/projects"
        self.http.post(path, json={"name": name}).raise_for_status()
        return name

    def _path(self, id_: str) -> str:
        return f"{self.models}/{quote(id_.partition('/')[2], safe='')}"


class _MlflowWorld(World):
    """What both MLflow resources share: plain MLflow beside Oracle's paths on one server."""

    keyed = "tags"
    thing: ClassVar[str]

    def call(self, method: str, operation: str, **body: Any) -> dict[str, Any]:
        """A plain MLflow call behind the product's back."""
        path = f"/api/2.0/mlflow/{operation}"
        sent: Mapping[str, Any] = {"params": body} if method == "GET" else {"json": body}
        answer = self.http.request(method, path, **sent)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def register(self, name: str) -> None:
        """The registered model itself."""
        self.call("POST", "registered-models/create", name=name)

    def ident(self, id_: str) -> dict[str, str]:
        """How a request names the object."""
        return {"name": id_}

    def edit(self, id_: str, description: str | None = None, **keys: str | None) -> None:
        ident = self.ident(id_)
        if description is not None:
            self.call("PATCH", f"{self.thing}s/update", **ident, description=description)
        for key, value in keys.items():
            if value is None:
                self.call("DELETE", f"{self.thing}s/delete-tag", **ident, key=key)
            else:
                self.call("POST", f"{self.thing}s/set-tag", **ident, key=key, value=value)

    def remove(self, id_: str) -> None:
        self.call("DELETE", f"{self.thing}s/delete", **self.ident(id_))

    def look(self, id_: str) -> dict[str, Any] | None:
        path = f"/api/2.0/mlflow/{self.thing}s/get"
        answer = self.http.get(path, params=self.ident(id_))
        if answer.status_code == 404:
            return None
        body: dict[str, Any] = answer.raise_for_status().json()[self.thing.replace("-", "_")]
        return {**body, "keys": {t["key"]: t.get("value", "") for t in body.get("tags", [])}}

    @property
    def front(self) -> FrontControls:
        """The test controls of the Oracle front."""
        return FrontControls(self.server.url)


class ModelWorld(_MlflowWorld):
    """`mlflow.RegisteredModel`."""

    kind = "mlflow:RegisteredModel"
    thing = "registered-model"
    create = "registered-models/create"

    def declare(self, name: str, **more: Any) -> dict[str, Any]:
        base = {"description": "first", "tags": {"team": "risk", "tier": "gold"}}
        return {"name": name, **base, **more}

    def make(self, name: str, description: str = "theirs", **keys: str) -> str:
        tags = [{"key": k, "value": v} for k, v in keys.items()]
        self.call("POST", "registered-models/create", name=name, description=description, tags=tags)
        return name

    def count(self, name: str) -> int:
        return int(self.look(name) is not None)


class VersionWorld(_MlflowWorld):
    """`mlflow.ModelVersion`."""

    kind = "mlflow:ModelVersion"
    thing = "model-version"
    create = "model-versions/create"

    def prepare(self, name: str) -> None:
        self.register(name)

    def ident(self, id_: str) -> dict[str, str]:
        name, _, version = id_.rpartition("/")
        return {"name": name, "version": version}

    def declare(self, name: str, **more: Any) -> dict[str, Any]:
        base = {"description": "first", "tags": {"team": "risk", "tier": "gold"}}
        return {**self.least(name), **base, **more}

    def least(self, name: str) -> dict[str, Any]:
        return {"name": name, "source": "oci://bucket@ns/a"}

    def make(self, name: str, description: str = "theirs", **keys: str) -> str:
        tags = [{"key": k, "value": v} for k, v in keys.items()]
        made = self.call(
            "POST",
            "model-versions/create",
            name=name,
            source="oci://bucket@ns/theirs",
            description=description,
            tags=tags,
        )
        return f"{name}/{made['model_version']['version']}"

    def versions(self, name: str) -> list[str]:
        """The numbers of all versions, oldest first."""
        found = self.call("GET", "model-versions/search", filter=f"name='{name}'")
        return sorted((v["version"] for v in found.get("model_versions", [])), key=int)

    def count(self, name: str) -> int:
        return len(self.versions(name))

    def alias(self, name: str, alias: str, version: str) -> None:
        """Somebody points an alias to a version."""
        self.call("POST", "registered-models/alias", name=name, alias=alias, version=version)


def make_world(
    resource: str, target: str, server: Server, proxy: Proxy, door: str = doors.CORE
) -> World:
    """The world of a parameter such as ``version-oracle``."""
    from laws.openmetadata_worlds import MlModelWorld, MlServiceWorld

    worlds: dict[str, type[World]] = {
        "entity": NemoWorld,
        "model": ModelWorld,
        "version": VersionWorld,
        "mlmodel": MlModelWorld,
        "mlservice": MlServiceWorld,
    }
    return worlds[resource](target, server, proxy, door)


def _named(keys: Mapping[str, str]) -> dict[str, str]:
    return {f"mlregistry:{key}": value for key, value in keys.items()}
