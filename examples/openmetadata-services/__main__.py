"""A service of each type in OpenMetadata: how each platform is reached.

Needs `mlregistry:openmetadataUrl` and `mlregistry:openmetadataToken`, and these secrets:

    pulumi config set --secret databasePassword ...
    pulumi config set --secret awsSecretAccessKey ...
    pulumi config set --secret gcpPrivateKey ...
"""

import pulumi

from pulumi_mlregistry import openmetadata

config = pulumi.Config()
password = config.require_secret("databasePassword")

services = [
    openmetadata.MlModelService(
        "risk-mlflow",
        service_type="Mlflow",
        description="Experiments and models of the risk teams",
        connection={
            "config": {
                "trackingUri": "https://mlflow.example.com",
                # The server would show this password to everybody who reads the service.
                "registryUri": pulumi.Output.concat(
                    "postgresql://mlflow:", password, "@db.example.com/mlflow"
                ),
            }
        },
    ),
    openmetadata.MlModelService("notebooks", service_type="Sklearn"),
    openmetadata.MlModelService(
        "growth-sagemaker",
        service_type="SageMaker",
        connection={
            "config": {
                "awsConfig": {
                    "awsRegion": "eu-west-1",
                    "awsAccessKeyId": "AKIAEXAMPLE",
                    "awsSecretAccessKey": config.require_secret("awsSecretAccessKey"),
                }
            }
        },
    ),
    openmetadata.MlModelService(
        "search-vertex",
        service_type="VertexAI",  # younger than OpenMetadata 1.5
        connection={
            "config": {
                "location": "europe-west4",
                "credentials": {
                    "gcpConfig": {
                        "type": "service_account",
                        "projectId": "search-ml",
                        "clientEmail": "catalog@search-ml.example.com",
                        "privateKey": config.require_secret("gcpPrivateKey"),
                    }
                },
            }
        },
    ),
    openmetadata.MlModelService(
        "scoring",
        service_type="CustomMlModel",
        display_name="Scoring (in house)",
        connection={"config": {"connectionOptions": {"endpoint": "https://scoring.example.com"}}},
        tags=["Tier.Tier2"],
    ),
]

pulumi.export("services", [service.fully_qualified_name for service in services])
