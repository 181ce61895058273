"""A registered model, a version of it, and the entity that serves it.

Needs MLFLOW_TRACKING_URI and NMP_BASE_URL, or the same by `pulumi config set mlregistry:mlflowUrl`
and `mlregistry:nemoUrl`.
"""

import pulumi

from pulumi_mlregistry import mlflow, nemo

config = pulumi.Config()

model = mlflow.RegisteredModel(
    "fraud-detector",
    description="Scores card payments; it's owned by risk & reviewed monthly",
    tags={"team": "risk", "tier": "1"},
)

version = mlflow.ModelVersion(
    "fraud-detector-current",
    name=model.name,
    source=config.get("source") or "oci://models@risk/fraud-detector/2026-11-02",
    description="Trained on October's payments",
    tags={"digest": "sha256:9f2c61", "validated_by": "risk-review"},
)

entity = nemo.ModelEntity(
    "fraud-detector-llm",
    description=config.get("description") or "Explains a score to an analyst",
    base_model="meta/llama-3.1-8b-instruct",
    api_endpoint={"url": "https://inference.example.com/v1", "model_id": "fraud-detector"},
    # The version's number is only known after apply: one output feeds another.
    custom_fields={"registered_model": model.name, "registered_version": version.version},
    ownership={"team": "risk"},
)

pulumi.export("version", version.version)
pulumi.export("entity", entity.reference)
