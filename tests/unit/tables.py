"""The real tables with ready declarations, for tests that need no registry."""

from __future__ import annotations

from typing import Any

from pulumi_mlregistry.apis.mlflow.model_version import ModelVersion
from pulumi_mlregistry.apis.mlflow.registered_model import RegisteredModel
from pulumi_mlregistry.apis.nemo.model_entity import ModelEntity
from pulumi_mlregistry.apis.openmetadata.ml_model import MlModel
from pulumi_mlregistry.apis.openmetadata.ml_model_service import MlModelService
from pulumi_mlregistry.reconcile.checks import Checked, check
from pulumi_mlregistry.reconcile.table import Table

TABLES: list[type[Table]] = [ModelEntity, RegisteredModel, ModelVersion, MlModel, MlModelService]
ID = "0a1b2c3d-0000-1111-2222-333344445555"

FULL: dict[type[Table], dict[str, Any]] = {
    ModelEntity: {
        "name": "llama",
        "workspace": "prod",
        "project": "p",
        "description": "d",
        "finetuningType": "lora",
        "fileset": "prod/f",
        "baseModel": "b",
        "apiEndpoint": {"url": "https://h", "apiKey": "k"},
        "backendFormat": "OPENAI_CHAT",
        "prompt": {"system_prompt": "s", "inference_params": {"temperature": 0.5, "extra": [1]}},
        "customFields": {"a": 1, "b/c": {"d": None}},
        "ownership": {"team": "t"},
        "modelProviders": ["w/a", "w/b"],
        "trustRemoteCode": True,
    },
    MlModel: {
        "name": "churn",
        "service": "mlflow",
        "algorithm": "KMeans",
        "displayName": "Churn",
        "description": "d",
        "mlFeatures": [
            {
                "name": "a",
                "dataType": "numerical",
                "featureSources": [
                    {"name": "c", "dataType": "string", "dataSource": {"id": ID, "type": "table"}}
                ],
                "tags": ["PII.None", {"tagFQN": "G.t", "source": "Glossary"}],
            }
        ],
        "mlHyperParameters": [{"name": "k", "value": "5", "description": "d"}],
        "target": "t",
        "server": "http://s",
        "dashboard": "looker.churn",
        "owners": [{"type": "user", "name": "alice"}, {"type": "team", "id": ID}],
        "domains": ["Risk"],
        "tags": ["Tier.Tier1", {"tagFQN": "G.t", "source": "Glossary"}],
        "extension": {"costCenter": "c", "levels": ["a", "b"]},
        "mlStore": {"storage": "s3://b", "imageRepository": "i"},
        "sourceUrl": "http://u",
        "dataProducts": ["P"],
    },
    MlModelService: {
        "name": "mlflow",
        "serviceType": "SageMaker",
        "connection": {"config": {"awsConfig": {"awsRegion": "r", "awsSecretAccessKey": "s"}}},
        "displayName": "D",
        "description": "d",
        "owners": [{"type": "user", "name": "alice"}],
        "domains": ["Risk"],
        "tags": ["Tier.Tier1"],
        "dataProducts": ["P"],
    },
    RegisteredModel: {"name": "m", "description": "d", "tags": {"a": "1", "b/c": "2"}},
    ModelVersion: {
        "name": "m",
        "source": "oci://b@n/p",
        "description": "d",
        "modelId": "m-1",
        "runId": "r",
        "runLink": "l",
        "tags": {"a": "1", "b/c": "2"},
        "stage": "Staging",
    },
}


def checked(
    table: type[Table],
    news: dict[str, Any],
    olds: dict[str, Any] | None = None,
    dialect: str = "",
    **settings: str,
) -> Checked:
    """Check without a session."""
    return check(table, news, olds or {}, settings.get, dialect)


def failures(*arguments: Any, **keywords: Any) -> dict[str, str]:
    """What check says, by path."""
    return {f.path: f.reason for f in checked(*arguments, **keywords).failures}
