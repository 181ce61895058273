"""A stack with one model of OpenMetadata, and the model as others see it."""

from __future__ import annotations

from typing import Any

from laws.openmetadata_worlds import MlModelWorld
from laws.stacks import Stack

FULL: dict[str, Any] = {
    "displayName": "Churn",
    "description": "It's `code`, x = 1 & {{ y }} <b>bold</b>",
    "target": "churned",
    "server": "http://serve.example/churn",
    "sourceUrl": "http://source.example/churn",
    "dashboard": "looker.churn",
    "mlStore": {"storage": "s3://b/m", "imageRepository": "img"},
    "mlFeatures": [
        {
            "name": "spend.total",
            "data_type": "numerical",
            "feature_sources": [{"name": "total", "data_type": "number"}],
            "tags": ["PII.Sensitive"],
        },
        {"name": "country", "dataType": "categorical", "featureAlgorithm": "hash"},
    ],
    "mlHyperParameters": [{"name": "k", "value": 5}, {"name": "deep", "value": True}],
    "owners": [{"type": "user", "name": "alice"}],
    "domain": "Marketing",
    "tags": ["Tier.Tier1", {"tag_fqn": "Business.Churn", "source": "Glossary"}],
    "extension": {"costCenter": "c-1", "riskScore": 3},
}


def stacked(world: MlModelWorld, **more: Any) -> tuple[Stack, str, dict[str, Any]]:
    """A stack with one model ``m``; its id and its declaration."""
    stack = Stack(world)
    declared = {**world.least(world.name()), **more}
    stack.up({"m": declared})
    world.sent()
    return stack, stack["m"].id, declared


def seen(world: MlModelWorld, id_: str) -> dict[str, Any]:
    """The model as others see it; owners and domains as lists of names, tags by name."""
    found = world.look(id_)
    assert found is not None
    for plural, single in (("owners", "owner"), ("domains", "domain")):
        refs = found.get(plural) or ([found[single]] if found.get(single) else [])
        found[plural] = [r["fullyQualifiedName"] for r in refs]
    found["labels"] = {t["tagFQN"]: t["labelType"] for t in found.get("tags") or []}
    return found
