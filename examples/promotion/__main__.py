"""One program, three stacks: each takes over what the stack before it has registered."""

import json
from pathlib import Path

import pulumi

from pulumi_mlregistry import gates, mlflow

RELEASES = ["2026-10", "2026-11"]
CHAMPION = "2026-11"  # roll back by naming an older release: its version takes the alias over

config = pulumi.Config()
before = config.get("from")
validated_by = config.get_object("validatedBy") or {}
stack = pulumi.get_stack()

if before:
    proved = pulumi.StackReference(f"organization/promotion/{before}").require_output("releases")
else:  # what the training job has written
    proved = pulumi.Output.from_input(json.loads(Path("training.json").read_text()))

gates.enforce(gates.Described(), gates.Owned())
if stack == "prod":
    gates.enforce(gates.NoHardDelete())

model = mlflow.RegisteredModel(
    "fraud",
    name=config.require("model"),
    description=f"Scores card payments; the {stack} registrations",
    tags={"owner": "risk"},
    delete_policy="retain",
)


def release(name: str) -> pulumi.Output:
    """Register one release; what it is made of comes from the stack before, never by hand."""
    candidate = proved[name]
    tags = {"digest": candidate["tags"]["digest"], "owner": "risk", "release": name}
    if name in validated_by:
        tags["validated_by"] = validated_by[name]
    proofs = [gates.Metric("auc", at_least=0.9, of=candidate)]
    if before:
        proofs += [gates.Ready(of=candidate), gates.SameDigest(as_in=candidate)]
    if stack == "prod":
        proofs.append(gates.RequiredTags("validated_by", of=candidate))
    version = mlflow.ModelVersion(
        f"fraud-{name}",
        name=model.name,
        source=candidate["source"],
        run_id=candidate["run_id"],
        description=f"Release {name}",
        tags=tags,
        aliases=["champion"] if name == CHAMPION else None,
        delete_policy="retain",
        gates=proofs,
    )
    return gates.candidate(version, metrics=candidate["metrics"])


pulumi.export("releases", {name: release(name) for name in RELEASES})
