"""The real tables with ready declarations, for tests that need no registry."""

from __future__ import annotations

from typing import Any

from pulumi_mlregistry.apis.mlflow.model_version import ModelVersion
from pulumi_mlregistry.apis.mlflow.registered_model import RegisteredModel
from pulumi_mlregistry.apis.nemo.model_entity import ModelEntity
from pulumi_mlregistry.reconcile.checks import Checked, check
from pulumi_mlregistry.reconcile.table import Table

TABLES: list[type[Table]] = [ModelEntity, RegisteredModel, ModelVersion]

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
