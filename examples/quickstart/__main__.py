"""One model: a version in MLflow, an entity at NeMo, and its entry in OpenMetadata's catalog.

Needs OPENMETADATA_URL, OPENMETADATA_TOKEN, MLFLOW_TRACKING_URI and NMP_BASE_URL, as
`mlregistry sandbox` prints them, or the same by `pulumi config set mlregistry:openmetadataUrl` ...
"""

import pulumi

from pulumi_mlregistry import mlflow, nemo, openmetadata

config = pulumi.Config()
source = config.get("source") or "oci://models@risk/fraud-detector/2026-11-02"

registered = mlflow.RegisteredModel("fraud-detector", tags={"team": "risk", "tier": "1"})
version = mlflow.ModelVersion(
    "fraud-detector-current",
    name=registered.name,
    source=source,
    description="Trained on October's payments",
    tags={"digest": "sha256:9f2c61", "validated_by": "risk-review"},
)

# The version's number is only known after apply: one output feeds another.
current = {"registered_model": registered.name, "registered_version": version.version}
entity = nemo.ModelEntity(
    "fraud-detector-llm",
    description="Explains a score to an analyst",
    base_model="meta/llama-3.1-8b-instruct",
    custom_fields=current,
    ownership={"team": "risk"},
)

uri = "https://mlflow.example.com"
service = openmetadata.MlModelService(
    "risk-mlflow",
    service_type="Mlflow",
    connection={"config": {"trackingUri": uri, "registryUri": uri}},
)
model = openmetadata.MlModel(
    "fraud-detector",
    service=service.fully_qualified_name,
    description=config.get("description") or "Scores card payments; it's reviewed monthly",
    algorithm="XGBoost",
    ml_features=[{"name": "amount", "data_type": "numerical"}],
    ml_hyper_parameters=[
        {"name": "max_depth", "value": 6},
        {"name": "registered_version", "value": version.version},
    ],
    ml_store={"storage": source},
    tags=["Tier.Tier1", "PII.Sensitive"],
)

pulumi.export("version", version.version)
pulumi.export("entity", entity.reference)
pulumi.export("model", model.fully_qualified_name)
