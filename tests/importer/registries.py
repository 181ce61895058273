"""Registries full of mixed objects, made behind the product's back."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import httpx

SPEC = {
    "checkpoint_model_name": "meta/llama", "family": "llama", "num_layers": 32,
    "hidden_size": 4096, "num_attention_heads": 32, "num_kv_heads": 8, "ffn_hidden_size": 14336,
    "vocab_size": 128256, "tied_embeddings": False, "gated_mlp": True,
    "base_num_parameters": 8030261248, "precision": "bf16",
    "linear_layers": [{"name": "q_proj", "in_features": 4096, "out_features": 4096}],
}  # fmt: skip
KEY = "canary-key-4711"
DATABASE = "mysql://mlflow:canary-password@db.example.com/mlflow"
SECRETS = (KEY, "canary-password", "canary-secret")
AWS = {"awsRegion": "eu-central-1", "awsAccessKeyId": "AKIA", "awsSecretAccessKey": "canary-secret"}
ALICE, PLATFORM = {"type": "user", "name": "alice"}, {"type": "team", "name": "ml-platform"}


class OpenMetadata:
    """Services and models, by people and by a bot."""

    def __init__(self, url: str, tokens: Mapping[str, str], *, modern: bool = True) -> None:
        self._tokens, self._modern = tokens, modern
        self.http = httpx.Client(base_url=f"{url}/api/v1", timeout=60)

    def call(self, method: str, path: str, who: str = "admin", **body: Any) -> dict[str, Any]:
        """One call as somebody."""
        headers = {"authorization": f"Bearer {self._tokens[who]}"}
        answer = self.http.request(method, path, json=body or None, headers=headers)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def service(self, name: str, type_: str = "Mlflow", who: str = "admin", **more: Any) -> None:
        """A service."""
        self.call("POST", "/services/mlmodelServices", who, name=name, serviceType=type_, **more)

    def model(self, service: str, name: str, who: str = "admin", **more: Any) -> dict[str, Any]:
        """A model."""
        return self.call("POST", "/mlmodels", who, name=name, service=service, **more)

    def refer(self, kind: str, name: str) -> dict[str, str]:
        """A user or team as a reference."""
        id_ = self.call("GET", f"/{kind}s/name/{quote(name)}")["id"]
        return {"id": id_, "type": kind}

    def fill(self, models: int) -> None:
        """Services of every kind, and so many models with all kinds of fields."""
        address = {"type": "Mlflow", "trackingUri": "http://mlflow:5000"}
        shown = {"config": {**address, "registryUri": "http://mlflow:5000"}}
        alice = self.refer("user", "alice")
        self.service("risk-mlflow", description="Risk's **own** it's", connection=shown,
                     **({"owners": [alice]} if self._modern else {"owner": alice}))  # fmt: skip
        self.service("with.dot", "Sklearn")
        self.service("database", connection={"config": {**address, "registryUri": DATABASE}})
        aws = {"config": {"type": "SageMaker", "awsConfig": AWS}}
        self.service("sagemaker", "SageMaker", connection=aws, tags=[_tag("Stage.Approved")])
        self.service("gone", "Sklearn")
        self.call("DELETE", f"/services/mlmodelServices/{self._id('gone')}?hardDelete=false")
        self.service("ingested", "CustomMlModel", who="ingestion-bot")
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(self._one, range(models)))
        deleted = self.model("risk-mlflow", "deleted", algorithm="a")
        self.call("DELETE", f"/mlmodels/{deleted['id']}?hardDelete=false")
        self.model('"with.dot"', "by-bot", who="ingestion-bot", algorithm="a")

    def _id(self, service: str) -> str:
        found: str = self.call("GET", f"/services/mlmodelServices/name/{service}")["id"]
        return found

    def _one(self, number: int) -> None:
        service = ("risk-mlflow", '"with.dot"', "sagemaker")[number % 3]
        self.model(service, f"model {number}", **self._fields(number % 7))

    def _fields(self, number: int) -> dict[str, Any]:
        choices: list[dict[str, Any]] = [
            {},
            {"description": 'Line "one"\nand line <two> & more', "displayName": "Größe 1"},
            {"owners": [self.refer("user", "alice"), self.refer("team", "ml-platform")]},
            {"tags": [_tag("Tier.Tier1"), _tag("Business.Churn", "Glossary")], "target": "churn"},
            {"mlHyperParameters": [{"name": "depth", "value": "5", "description": "How deep"}],
             "mlFeatures": [{"name": "age", "dataType": "numerical", "tags": [_tag("PII.None")]}]},
            {"dashboard": "looker.churn", "mlStore": {"storage": "s3://bucket/model"},
             "server": "http://serving:8080/v1"},
            {"domains": ["Risk"], "dataProducts": ["Fraud Watch"], "algorithm": "Forest"},
        ]  # fmt: skip
        return choices[number]


def _tag(name: str, source: str = "Classification") -> dict[str, str]:
    return {"tagFQN": name, "source": source, "labelType": "Manual", "state": "Confirmed"}


def fill_nemo(url: str, entities: int) -> None:
    """Model entities of the workspace `default`, and one in a workspace of its own."""
    http = httpx.Client(base_url=url, timeout=60)
    choices: list[dict[str, Any]] = [
        {"description": "An entity", "custom_fields": {"team": "risk", "nested": {"a": [1, 2.5]}}},
        {"api_endpoint": {"url": "https://Api.example.com", "model_id": "m", "api_key": KEY}},
        {"api_endpoint": {"url": "https://Api.example.com", "model_id": "m"}},
        {"spec": SPEC, "finetuning_type": "lora", "base_model": "llama"},
        {"prompt": {"system_prompt": "Be\nbrief.", "inference_params": {"temperature": 0.5}}},
        {"ownership": {"owner": "alice"}, "model_providers": ["default/p", "default/q"]},
        {"backend_format": "OPENAI_CHAT"},
    ]
    made = http.post("/apis/entities/v2/workspaces", json={"name": "apart"})
    places = ["default"] * entities + (["apart"] if made.is_success else [])

    def make(place: tuple[int, str]) -> None:
        number, workspace = place
        body = {"name": f"entity-{number}", **choices[number % len(choices)]}
        path = f"/apis/models/v2/workspaces/{workspace}/models"
        http.post(path, json=body).raise_for_status()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, enumerate(places)))


def fill_mlflow(url: str, objects: int) -> None:
    """Registered models and as many versions; one that another stack has made."""
    http = httpx.Client(base_url=f"{url}/api/2.0/mlflow", timeout=60)

    def post(operation: str, **body: Any) -> dict[str, Any]:
        answer = http.post(operation, json=body)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    for number in range(objects // 2):
        name = f"model {number}" if number % 5 == 4 else f"model-{number}"
        tags = [{"key": "team", "value": "risk"}, {"key": "a.b", "value": str(number)}]
        more = {"description": "A 'model'"} if number % 2 else {}
        post("registered-models/create", name=name, tags=tags[: number % 3], **more)
        version = {"source": f"s3://bucket/{number}", "run_id": "", "tags": tags[:1]}
        more = {"description": "first", "run_link": "https://example.com/run"} if number % 2 else {}
        post("model-versions/create", name=name, **version, **more)
        if number % 3 == 0:
            post("model-versions/transition-stage", name=name, version="1", stage="Staging")
        if number % 4 == 0:
            http.post("registered-models/alias", json={"name": name, "alias": "a", "version": "1"})
    owner = {"key": "mlregistry.owner", "value": "other/dev/mlflow:ModelVersion/v abc"}
    post("model-versions/create", name="model-0", source="s3://bucket/theirs", tags=[owner])
