"""A registered model: declared tags are this program's, all others are left to their writers."""

import pulumi

from pulumi_mlregistry import mlflow

churn = mlflow.RegisteredModel(
    "customer-churn",
    description="Predicts which customers leave within 90 days",
    tags={"team": "growth", "data_classification": "confidential", "retrain_days": 30},
)

# `exclusive` claims every tag: what the program does not declare is deleted.
archive = mlflow.RegisteredModel(
    "customer-churn-2024",
    description="Kept for audits only",
    tags={"status": "archived"},
    exclusive=["tags"],
)

pulumi.export("churn", churn.name)
pulumi.export("archive", archive.name)
