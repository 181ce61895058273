"""One gate judged at the door, as it arrives there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.gates import Gate
from pulumi_mlregistry.gates.judging import judged

VERSION, MODEL, ENTRY, SERVICE, ENTITY = (
    "mlflow:ModelVersion",
    "mlflow:RegisteredModel",
    "openmetadata:MlModel",
    "openmetadata:MlModelService",
    "nemo:ModelEntity",
)
NAMES: Mapping[str, dict[str, Any]] = {
    VERSION: {"name": "fraud", "source": "s3://b/1"},
    MODEL: {"name": "fraud"},
    ENTRY: {"name": "fraud", "fullyQualifiedName": "risk.fraud"},
    SERVICE: {"name": "risk", "fullyQualifiedName": "risk"},
    ENTITY: {"name": "fraud", "workspace": "prod", "reference": "prod/fraud"},
}


def line(
    gate: Gate,
    kind: str = VERSION,
    settings: Mapping[str, str] | None = None,
    *,
    preview: bool = True,
    secret: bool = False,
    **inputs: Any,
) -> str:
    """What is told of a gate on a resource with these inputs, by their Pulumi names."""
    plain = {"gate": type(gate).__name__, "arguments": gate.arguments, "preview": preview}
    if gate.candidate is not None:
        plain |= {"candidate": gate.candidate, "secret": secret}
    configured = settings or {}
    (verdict,) = judged(KINDS[kind].table, {**NAMES[kind], **inputs}, [plain], configured.get)
    return verdict.line
