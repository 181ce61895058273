"""What others have at a registry around our object, on it and in it, and how all of it looks."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from faults.canaries import FIRST, KEY
from faults.pictures import Picture
from laws.openmetadata_worlds import SERVICE, MlModelWorld, MlServiceWorld
from laws.worlds import ModelWorld, VersionWorld, World


class Scenery(ABC):
    """One resource's surroundings: ``name`` is that of our object, and ``beside``, which it begins
    with, that of a colleague's, which all runs share."""

    wire: ClassVar[str]
    """The field whose keys are owned one by one, as the registry has it."""
    first: ClassVar[Any] = {"team": "risk", "tier": "gold"}
    second: ClassVar[Any] = {"team": "fraud", "size": "big"}
    """The declared keys, and those after a change: one is other, one is new, one is gone."""
    keys: ClassVar[tuple[str, ...]] = ("team", "tier", "size")
    others: ClassVar[str] = "other"
    """A key of others in the same field."""
    parts: ClassVar[tuple[str, ...]] = ("description", "keys")
    """What is declared and can be changed in place."""

    def __init__(self, world: World, name: str, beside: str) -> None:
        self.world: Any = world
        self.name = name
        self.beside = beside

    def declared(self) -> dict[str, Any]:
        """A declaration with a text that the program made secret."""
        more = {self.world.keyed: self.first, "description": FIRST}
        return self.world.declare(self.name, **more) | {"__secrets": ["description"]}

    def everything(self) -> dict[str, Any]:
        """Further arguments, with what a create needs more requests for."""
        return {}

    def elsewhere(self) -> dict[str, Any]:
        """The create-only change that makes another object."""
        return {"name": f"{self.name}-new"}

    def recreation(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Arguments before and after a change that cannot be made in place under one name."""
        raise NotImplementedError

    @abstractmethod
    def surround(self) -> None:
        """A colleague's object of a similar name, with all kinds of things on it."""

    def precede(self) -> None:  # noqa: B027
        """What others have where our object is to be."""

    def taken(self) -> None:
        """Others have an object of our name."""
        self.world.make(self.name, team="theirs")

    @abstractmethod
    def dress(self, id_: str) -> None:
        """Others write what our program does not declare to our object."""

    def populate(self, id_: str) -> None:
        """Others put something into our object that goes along when it is deleted."""
        raise NotImplementedError

    @abstractmethod
    def seen(self, name: str) -> Picture | None:
        """One object as others see it, with all that is in it; None where it is not there."""

    def ours(self) -> Any:
        """What tells our object from another one under its name is in here."""
        return self.seen(self.name)

    def picture(self) -> Picture:
        """All of it; ``ours`` is our object, ``new`` the one that replaces it."""
        names = {"ours": self.name, "beside": self.beside, "new": f"{self.name}-new"}
        return {part: self.seen(name) for part, name in names.items()}

    def paths(self, touched: str) -> list[str]:
        """Where a picture changes when a part of our object does."""
        if touched in ("keys", "others' keys"):
            keys = self.keys if touched == "keys" else (self.others,)
            return [f"ours/{self.wire}/{key}" for key in keys]
        if touched == "all":
            return [path for part in self.parts for path in self.paths(part)]
        if touched in ("gone", "anew"):
            return ["ours"]
        return [touched if touched in ("ours", "new") else f"ours/{touched}"]


class Entities(Scenery):
    """Model entities."""

    wire = "custom_fields"
    parts = ("description", "keys", "secret")

    def declared(self) -> dict[str, Any]:
        endpoint = {"url": "https://endpoint.example/", "apiKey": KEY}
        return super().declared() | {"apiEndpoint": endpoint}

    def everything(self) -> dict[str, Any]:
        layers = [{"name": "l", "in_features": 2, "out_features": 3}]
        spec = {
            "checkpoint_model_name": "c", "family": "f", "num_layers": 1, "hidden_size": 2,
            "num_attention_heads": 3, "num_kv_heads": 4, "ffn_hidden_size": 5, "vocab_size": 6,
            "tied_embeddings": True, "gated_mlp": False, "base_num_parameters": 7,
            "precision": "p", "linear_layers": layers,
        }  # fmt: skip
        return {"spec": spec, "finetuningType": "lora", "ownership": {"team": "risk"}}

    def recreation(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"finetuningType": "lora"}, {"finetuningType": None}

    def surround(self) -> None:
        self.dress(self.world.make(self.beside, team="theirs"))

    def dress(self, id_: str) -> None:
        self.world.edit(id_, other="theirs")
        self.world.patch(
            id_, base_model="theirs", prompt={"system_prompt": "theirs"},
            ownership={"other": "theirs"}, backend_format="OPENAI_CHAT",
        )  # fmt: skip

    def populate(self, id_: str) -> None:
        self.world.adapter(id_, f"lora-{self.name}", self.world.fileset())

    def seen(self, name: str) -> Picture | None:
        found = self.world.look(f"default/{name}")
        return None if found is None else {k: v for k, v in found.items() if k != "keys"}

    def paths(self, touched: str) -> list[str]:
        return ["ours/api_endpoint"] if touched == "secret" else super().paths(touched)


class Models(Scenery):
    """Registered models."""

    wire = "tags"

    def surround(self) -> None:
        self.populate(self.world.make(self.beside, team="theirs"))

    def dress(self, id_: str) -> None:
        self.world.edit(id_, other="theirs")

    def populate(self, id_: str) -> None:
        version(self.world, id_, "champion")

    def seen(self, name: str) -> Picture | None:
        found = model(self.world, name)
        return None if found is None else {**found, "versions": versions(self.world, name)}


class Versions(Scenery):
    """Model versions: others have one before ours, and aliases to both."""

    wire = "tags"

    def declared(self) -> dict[str, Any]:
        return super().declared() | {"runLink": "https://runs.example/1"}

    def everything(self) -> dict[str, Any]:
        return {"stage": "Staging"}

    def elsewhere(self) -> dict[str, Any]:
        return {"source": "oci://bucket@ns/b"}

    def surround(self) -> None:
        version(self.world, self.beside, "champion")

    def precede(self) -> None:
        version(self.world, self.name, "champion")
        ident = {"name": self.name, "key": "other", "value": "theirs"}
        self.world.call("POST", "registered-models/set-tag", **ident)

    def dress(self, id_: str) -> None:
        self.world.edit(id_, other="theirs")
        name, _, number = id_.rpartition("/")
        self.world.alias(name, "challenger", number)
        found = self.world.look(id_)
        if found["current_stage"] == "None":
            move = {"name": name, "version": number, "stage": "Archived"}
            self.world.call("POST", "model-versions/transition-stage", **move)

    def seen(self, name: str) -> Picture | None:
        return {"parent": model(self.world, name), "versions": versions(self.world, name)}

    def picture(self) -> Picture:
        parts = {"1": "first", "2": "ours", "3": "new"}
        found = self.seen(self.name) or {}
        numbered = {parts.get(n, n): v for n, v in found["versions"].items()}
        beside = self.seen(self.beside)
        none = dict.fromkeys(parts.values())
        return {"parent": found["parent"], **none, **numbered, "beside": beside}

    def paths(self, touched: str) -> list[str]:
        more = {
            "stage": ["ours/current_stage"],
            "aliases": ["ours/aliases", "parent/aliases"],
            "ours": ["ours", "parent/aliases"],  # others' alias to it goes along
            "anew": ["new"],
        }
        return more.get("ours" if touched == "gone" else touched) or super().paths(touched)


class MlModels(Scenery):
    """OpenMetadata's models."""

    wire = "mlHyperParameters"

    def everything(self) -> dict[str, Any]:
        return {
            "owners": [{"type": "user", "name": "alice"}],
            "domain": "Marketing",
            "tags": ["Tier.Tier1"],
            "extension": {"costCenter": "c-1"},
            "dashboard": "looker.churn",
        }

    def recreation(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"dashboard": "looker.churn"}, {"dashboard": "looker.fraud"}

    def surround(self) -> None:
        self.dress(self.world.make(self.beside, team="theirs"))

    def dress(self, id_: str) -> None:
        self.world.edit(id_, other="theirs")
        dress(self.world, id_)
        feature = [{"name": "theirs", "dataType": "numerical"}]
        self.world.patch(id_, {"op": "add", "path": "/mlFeatures", "value": feature})

    def seen(self, name: str) -> Picture | None:
        return look(self.world, "mlmodels", f"{SERVICE}.{name}")

    def picture(self) -> Picture:
        service = look(self.world, "services/mlmodelServices", SERVICE)
        return {**super().picture(), "service": service}

    def paths(self, touched: str) -> list[str]:
        return ["ours/deleted"] if touched == "gone" else super().paths(touched)


class MlServices(Scenery):
    """OpenMetadata's services; their connection is a secret, their keys are tags."""

    wire = "tags"
    first = ("Stage.Draft", "Tier.Tier1")
    second = ("Stage.Approved", "Tier.Tier1")
    keys = ("Stage.Draft", "Stage.Approved", "Tier.Tier1")
    others = "PII.None"
    parts = ("description", "keys", "secret")

    def declared(self) -> dict[str, Any]:
        database = f"mysql://user:{KEY}@db.example/registry"
        config = {"trackingUri": f"https://{KEY}@mlflow.example", "registryUri": database}
        declared = super().declared() | {"serviceType": "Mlflow"}
        declared |= {"connection": {"config": config}, "tags": list(self.first)}
        return declared

    def everything(self) -> dict[str, Any]:
        return {"owners": [{"type": "team", "name": "risk"}], "domain": "Risk"}

    def recreation(self) -> tuple[dict[str, Any], dict[str, Any]]:
        custom = {"serviceType": "CustomMlModel", "connection": None}
        return custom, {**custom, "serviceType": "Sklearn"}

    def surround(self) -> None:
        self.dress(self.world.make(self.beside))
        self.world.model(self.beside, "theirs")

    def taken(self) -> None:
        body = {"name": self.name, "serviceType": "Mlflow", "description": "theirs"}
        self.world.call("POST", self.world.collection, body)

    def dress(self, id_: str) -> None:
        dress(self.world, id_)

    def populate(self, id_: str) -> None:
        self.world.model(self.name, "theirs")

    def seen(self, name: str) -> Picture | None:
        found = look(self.world, self.world.collection, name, token="ingestion-bot")
        if found is not None:
            query = {"service": name, "include": "all"}
            found["models"] = self.world.call("GET", "mlmodels", **query)["data"]
        return found

    def paths(self, touched: str) -> list[str]:
        more = {"secret": ["ours/connection"], "gone": ["ours/deleted"]}
        return more.get(touched) or super().paths(touched)


def version(world: ModelWorld | VersionWorld, name: str, alias: str) -> None:
    """A colleague's version, tagged, with an alias."""
    more = {"source": "oci://bucket@ns/theirs", "tags": [{"key": "other", "value": "theirs"}]}
    made = world.call("POST", "model-versions/create", name=name, **more)["model_version"]
    alias_to = {"name": name, "alias": alias, "version": made["version"]}
    world.call("POST", "registered-models/alias", **alias_to)


def versions(world: ModelWorld | VersionWorld, name: str) -> Picture:
    """All versions of a model by their numbers."""
    found = world.call("GET", "model-versions/search", filter=f"name='{name}'", max_results="100")
    return {v["version"]: v for v in found.get("model_versions", [])}


def model(world: ModelWorld | VersionWorld, name: str) -> Picture | None:
    """A registered model, if it is there."""
    answer = world.http.get("/api/2.0/mlflow/registered-models/get", params={"name": name})
    if answer.status_code == 404:
        return None
    found: Picture = answer.raise_for_status().json()["registered_model"]
    return found


def dress(world: MlModelWorld | MlServiceWorld, id_: str) -> None:
    """What others attach to either of OpenMetadata's: tags, owners, a name for people."""
    kept = [{"tagFQN": t["tagFQN"]} for t in (world.look(id_) or {}).get("tags") or []]
    alice = world.call("GET", "users/name/alice")["id"]
    owner: Any = {"id": alice, "type": "user"}
    patch: Mapping[str, Any] = {
        "displayName": "Theirs",
        "tags": [*kept, {"tagFQN": "PII.None"}],
        **({"owner": owner} if world.old else {"owners": [owner]}),
    }
    world.patch(id_, *({"op": "add", "path": f"/{k}", "value": v} for k, v in patch.items()))


def look(
    world: MlModelWorld | MlServiceWorld, collection: str, fqn: str, token: str = "bob"
) -> Picture | None:
    """One of OpenMetadata's, soft-deleted too; bots see its secrets."""
    lists = "owner,domain" if world.old else "owners,domains"
    fields = f"{lists},tags" + (",extension,dashboard" if collection == "mlmodels" else "")
    answer = world.http.get(
        f"/api/v1/{collection}/name/{fqn}",
        params={"fields": fields, "include": "all"},
        headers={"authorization": f"Bearer {world.server.tokens[token]}"},
    )
    if answer.status_code == 404:
        return None
    found: Picture = answer.raise_for_status().json()
    with contextlib.suppress(KeyError):
        del found["version"]
    return found


SCENERIES: Mapping[str, type[Scenery]] = {
    "nemo:ModelEntity": Entities,
    "mlflow:RegisteredModel": Models,
    "mlflow:ModelVersion": Versions,
    "openmetadata:MlModel": MlModels,
    "openmetadata:MlModelService": MlServices,
}
