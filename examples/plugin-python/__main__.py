"""The plugin's generated SDK: run `pulumi package add pulumi-resource-mlregistry` first."""

import pulumi
import pulumi_mlregistry_plugin as mlregistry

config = pulumi.Config()

model = mlregistry.mlflow.RegisteredModel(
    "model",
    name="fraud-detector",
    description="Fraud in card payments",
    tags={"team": "risk"},
)

version = mlregistry.mlflow.ModelVersion(
    "version",
    name=model.name,
    source=config.get("source") or "oci://models@risk/fraud-detector/2026-11-02",
    tags={"digest": "sha256:0f1e2d"},
)

entity = mlregistry.nemo.ModelEntity(
    "entity",
    name="fraud-detector",
    description=pulumi.Output.concat("Version ", version.version, " of ", model.name),
    custom_fields={"team": "risk"},
)

pulumi.export("version", version.version)
pulumi.export("reference", entity.reference)
