"""A model in OpenMetadata's catalog, with every field.

What it refers to has to exist: users and teams, the domain and its data product, tags, a glossary
term, a dashboard, custom properties, and a table, whose id is the configuration key `ordersTable`:
the `id` that `GET /api/v1/tables/name/warehouse.shop.public.orders` answers.
`mlregistry sandbox` has them all.
"""

import pulumi

from pulumi_mlregistry import openmetadata

config = pulumi.Config()
orders = {"id": config.require("ordersTable"), "type": "table"}

service = openmetadata.MlModelService("growth-models", service_type="Sklearn")

churn = openmetadata.MlModel(
    "customer-churn",
    service=service.fully_qualified_name,
    display_name="Customer churn",
    description="Predicts which customers leave **within 90 days**; it's for marketing only.",
    algorithm="GradientBoosting",
    target="churned",
    ml_features=[
        {
            "name": "order_value",
            "data_type": "numerical",
            "description": "Mean of the last 12 months",
            "feature_algorithm": "mean",
            "feature_sources": [{"name": "total", "data_type": "number", "data_source": orders}],
        },
        {
            "name": "country",
            "data_type": "categorical",
            "feature_sources": [{"name": "country", "data_type": "string", "data_source": orders}],
            "tags": ["PII.NonSensitive"],
        },
    ],
    # Numbers become texts, as the catalog keeps them.
    ml_hyper_parameters=[
        {"name": "n_estimators", "value": 400},
        {"name": "learning_rate", "value": 0.05, "description": "Lowered in October"},
    ],
    owners=[{"type": "user", "name": "alice"}, {"type": "team", "name": "ml-platform"}],
    domain="Marketing",
    data_products=["Churn Insights"],
    tags=["Tier.Tier2", "Stage.Approved", {"tag_fqn": "Business.Churn", "source": "Glossary"}],
    dashboard="looker.churn",  # set once: the server keeps the first
    extension={
        "costCenter": "CC-4711",
        "riskScore": 3,
        "reviewedOn": "2026-11-02",
        "environments": ["staging", "production"],
    },
    ml_store={
        "storage": "s3://models/customer-churn/2026-11-02",
        "image_repository": "registry.example.com/growth/customer-churn",
    },
    server="https://scoring.example.com/customer-churn",
    source_url="https://git.example.com/growth/customer-churn",
)

pulumi.export("model", churn.fully_qualified_name)
