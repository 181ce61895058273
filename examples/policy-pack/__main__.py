"""Gates for every stack that the pack is put on: `pulumi preview --policy-pack <this folder>`."""

from pulumi_policy import PolicyPack

from pulumi_mlregistry import gates

PolicyPack(
    "models-in-production",
    gates.policies(
        gates.Described(),
        gates.Owned(),
        gates.NoHardDelete(),
        gates.RequiredTags("validated_by"),
        gates.TrustedCode(allow=["prod/*"]),
        # These look among the stack's outputs for what gates.candidate(...) made.
        gates.Ready(),
        gates.SameDigest(),
    ),
)
