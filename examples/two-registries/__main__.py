"""The same version in two registries: each Provider has its own address and credentials."""

import pulumi

import pulumi_mlregistry as mlregistry
from pulumi_mlregistry import mlflow

config = pulumi.Config()

for place in ("staging", "production"):
    registry = mlregistry.Provider(
        place,
        mlflow_url=config.require(f"{place}Url"),
        mlflow_token=config.get_secret(f"{place}Token"),
        mlflow_dialect="mlflow",
    )
    there = pulumi.ResourceOptions(provider=registry)
    model = mlflow.RegisteredModel(f"pricing-{place}", name="pricing", opts=there)
    version = mlflow.ModelVersion(
        f"pricing-{place}",
        name=model.name,
        source="gs://models/pricing/2026-11-14",
        tags={"digest": "sha256:c0ffee"},
        opts=there,
    )
    pulumi.export(place, version.version)
