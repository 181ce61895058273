"""A version at Oracle AI Data Platform.

Needs `mlregistry:oracleUrl` or `oracleRegion`, `mlregistry:oraclePlatformId` and
`mlregistry:ociProfile`, or the environment variables that stand for them.
"""

import pulumi

from pulumi_mlregistry import mlflow

model = mlflow.RegisteredModel(
    "credit-limit",
    description="Proposes a credit limit",
    tags={"domain": "credit"},
)

version = mlflow.ModelVersion(
    "credit-limit",
    name=model.name,
    source="oci://models@lending/credit-limit/7",
    run_id="3f0c9b1e5a7d4c2f8b6e0d9a1c3e5f70",
    run_link="https://aidp.example.com/runs/3f0c9b1e5a7d4c2f8b6e0d9a1c3e5f70",
    description="Calibrated on the third quarter",
    tags={"digest": "sha256:71be0d", "approved_by": "model-risk"},
)

pulumi.export("version", version.version)
pulumi.export("status", version.status)
