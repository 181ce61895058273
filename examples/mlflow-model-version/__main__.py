"""A version of a registered model. A new source makes a new version; the rest changes in place."""

import pulumi

from pulumi_mlregistry import mlflow

config = pulumi.Config()

model = mlflow.RegisteredModel("demand-forecast", description="Weekly demand by store")

version = mlflow.ModelVersion(
    "demand-forecast",
    name=model.name,
    source=config.get("source") or "s3://models/demand-forecast/2026-11-09",
    run_link="https://training.example.com/runs/4711",
    description="Adds the weather of the last 14 days",
    tags={"mape": 0.083, "validated_by": "supply-review"},
    stage=config.get("stage") or "Staging",
    # Versions outlive their declaration: an older one stays when a newer one replaces it.
    delete_policy="retain" if config.get_bool("keep") else "hard",
)

pulumi.export("version", version.version)
pulumi.export("stage", version.current_stage)
