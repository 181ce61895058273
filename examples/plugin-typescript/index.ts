// After `pulumi package add pulumi-resource-mlregistry` has made the SDK in sdks/mlregistry.
import * as pulumi from "@pulumi/pulumi";
import * as mlregistry from "@pulumi/mlregistry";

const config = new pulumi.Config();

const model = new mlregistry.mlflow.RegisteredModel("model", {
    name: "fraud-detector",
    description: "Fraud in card payments",
    tags: { team: "risk" },
});

const modelVersion = new mlregistry.mlflow.ModelVersion("version", {
    name: model.name.apply((name) => name!),
    source: config.get("source") ?? "oci://models@risk/fraud-detector/2026-11-02",
    tags: { digest: "sha256:0f1e2d" },
});

const entity = new mlregistry.nemo.ModelEntity("entity", {
    name: "fraud-detector",
    description: pulumi.interpolate`Version ${modelVersion.version} of ${model.name}`,
    customFields: { team: "risk" },
});

export const version = modelVersion.version;
export const reference = entity.reference;
