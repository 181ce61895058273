"""One stack in which everything happens that a review tells: on any engine, by either door."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import httpx

from programs.stacks import Stack
from pulumi_mlregistry.sandbox import Sandbox

FIXTURES = Path(__file__).parents[1] / "fixtures" / "previews"
SECRETS = ("canary-first", "canary-second")
_FIRST = """
s = openmetadata.MlModelService("risk", name="risk-mlflow", service_type="Mlflow",
    connection={"config": {"trackingUri": "https://reader:canary-first@mlflow.example.com",
                           "registryUri": "https://mlflow.example.com"}})
openmetadata.MlModel("fraud", service=s.fully_qualified_name, algorithm="RandomForest",
    description="Scores card payments for fraud. Retrained every Monday on the last ninety days.",
    tags=["Tier.Tier1"], ml_hyper_parameters=[{"name": "depth", "value": "6"}],
    ml_features=[{"name": "amount", "dataType": "numerical", "description": "Amount in euro"},
                 {"name": "country", "dataType": "categorical"}])
nemo.ModelEntity("entity", name="fraud-llm", description="Explains a score",
    custom_fields={"team": "risk", "tier": 1},
    api_endpoint={"url": "https://llm.example.com/v1", "model_id": "m", "format": "openai",
                  "api_key": "canary-first"})
r = mlflow.RegisteredModel("registered", name="fraud", tags={"team": "risk"})
mlflow.ModelVersion("version", name=r.name, source="s3://models/fraud/2026-11-02")
mlflow.RegisteredModel("old", name="fraud-old")
"""
_SECOND = """
s = openmetadata.MlModelService("risk", name="risk-mlflow", service_type="Mlflow",
    connection={"config": {"trackingUri": "https://reader:canary-second@mlflow.example.com",
                           "registryUri": "https://mlflow.example.com"}})
openmetadata.MlModel("fraud", service=s.fully_qualified_name, algorithm="XGBoost",
    description="Scores card and wallet payments for fraud. Retrained every Sunday on the last "
                "ninety days.",
    tags=["Tier.Tier2"], ml_hyper_parameters=[{"name": "depth", "value": "8"}],
    ml_features=[{"name": "amount", "dataType": "numerical", "description": "Amount in cents"},
                 {"name": "country", "dataType": "categorical"}])
nemo.ModelEntity("entity", name="fraud-llm", description="Explains a score to customers",
    custom_fields={"team": "payments", "tier": 1},
    api_endpoint={"url": "https://llm.example.com/v1", "model_id": "m", "format": "openai",
                  "api_key": "canary-second"})
r = mlflow.RegisteredModel("registered", name="fraud", tags={"team": "risk"})
mlflow.ModelVersion("version", name=r.name, source="s3://models/fraud/2026-11-16")
nemo.ModelEntity("taken", name="colleagues", description="ours now", on_conflict="adopt")
nemo.ModelEntity("met", name="somebodys", description="ours")
"""
_MODELS = "/apis/models/v2/workspaces/default/models"


class Scene:
    """A stack on registries of its own: first as it was, then others' edits, then the change."""

    def __init__(self, box: Sandbox, engine: str, folder: Path, *, plugin: bool = False) -> None:
        self._box = box
        door = {"MLREGISTRY_PLUGIN": "true"} if plugin else {}
        self.stack = Stack(engine, folder, {**box.environment, **door}, project="models")

    def happen(self) -> None:
        """Up to the moment at which the change is to be reviewed."""
        self.stack.program(_FIRST).up()
        nemo = self._box.servers["nemo"].url
        edit = {"description": "Explains a score, says a colleague"}
        httpx.patch(f"{nemo}{_MODELS}/fraud-llm", json=edit).raise_for_status()
        for name in ("colleagues", "somebodys"):
            body = {"name": name, "description": "a colleague's"}
            httpx.post(f"{nemo}{_MODELS}", json=body).raise_for_status()
        self._edit_in_openmetadata()
        self.stack.program(_SECOND)

    def _edit_in_openmetadata(self) -> None:
        server = self._box.servers["openmetadata"]
        token = server.environment["OPENMETADATA_TOKEN"]
        with httpx.Client(headers={"Authorization": f"Bearer {token}"}) as client:
            base = f"{server.url}/api/v1/mlmodels"
            id_ = client.get(f"{base}/name/risk-mlflow.fraud").raise_for_status().json()["id"]
            patch = [{"op": "replace", "path": "/algorithm", "value": "a colleague's"}]
            client.patch(
                f"{base}/{id_}",
                content=json.dumps(patch),
                headers={"content-type": "application/json-patch+json"},
            ).raise_for_status()

    def preview(self, **environment: str) -> str:
        """The JSON of a preview that refreshes."""
        if self.stack.engine == "local":
            return self.stack.run("preview", "--json", "--refresh").text
        done = subprocess.run(
            self.stack.command("preview", "--json", "--refresh"),
            cwd=self.stack.folder,
            env={**self.stack.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.stdout, done.stderr
        return done.stdout


def cleaned(text: str, box: Sandbox) -> str:
    """A preview to keep: without what belongs to a machine or says nothing."""
    for kind, server in box.servers.items():
        text = text.replace(server.url, f"https://{kind}.example.com")
    kept = [d for d in map(_without, documents(text)) if not _is_noise(d)]
    return "".join(json.dumps(d, indent=1, sort_keys=True) + "\n" for d in kept)


def documents(text: str) -> list[dict[str, Any]]:
    """The JSON objects of a digest or a stream."""
    found, decoder = [], json.JSONDecoder()
    while text := text.lstrip():
        document, end = decoder.raw_decode(text)
        found.append(document)
        text = text[end:]
    return found


def _is_noise(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    told = value.get("diagnosticEvent", value)
    noise = told.get("severity") == "debug" or "from $PATH" in told.get("message", "")
    return noise or "resOutputsEvent" in value


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        drop = ("sourcePosition", "stackTrace", "__provider", "propertyDependencies", "created",
                "modified", "timestamp", "provider")  # fmt: skip
        return {k: _without(v) for k, v in value.items() if k not in drop}
    return [_without(v) for v in value if not _is_noise(v)] if isinstance(value, list) else value
