"""Which objects are wanted: services, workspaces, models, owners and tags by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Values = Mapping[str, Any]
FACETS: Final = ("service", "workspace", "model", "owner", "tag")
"""What objects are chosen by."""


@dataclass(frozen=True)
class Selection:
    """What is wanted by facet: one of its words must fit, and each facet that has any."""

    wanted: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def takes(self, kind: str, values: Values) -> bool:
        """Whether an object with these arguments is wanted."""
        known = _WORDS[kind]
        return all(
            facet in known and not set(words).isdisjoint(known[facet](values))
            for facet, words in self.wanted.items()
        )

    def foreign_to(self, kinds: Iterable[str]) -> list[str]:
        """The facets asked for that none of these resources has: nothing of them is taken."""
        return [f for f in self.wanted if not any(f in _WORDS[kind] for kind in kinds)]


def _one(name: str) -> Callable[[Values], list[str]]:
    return lambda values: [str(values.get(name) or "")]


def _names_of_model(values: Values) -> list[str]:
    return [str(values.get("name")), str(values.get("fullyQualifiedName"))]


def _names_of_entity(values: Values) -> list[str]:
    return [str(values.get("name")), str(values.get("reference"))]


def _owners(values: Values) -> list[str]:
    return [str(owner.get("name")) for owner in values.get("owners") or ()]


def _ownership(values: Values) -> list[str]:
    return [str(word) for word in (values.get("ownership") or {}).values()]


def _labels(values: Values) -> list[str]:
    tags = values.get("tags") or ()
    return [str(tag.get("tagFQN") if isinstance(tag, Mapping) else tag) for tag in tags]


def _pairs(values: Values) -> list[str]:
    tags: Mapping[str, str] = values.get("tags") or {}
    return [*tags, *(f"{key}={value}" for key, value in tags.items())]


_WORDS: Final[Mapping[str, Mapping[str, Callable[[Values], list[str]]]]] = {
    "openmetadata:MlModelService": {"service": _names_of_model, "owner": _owners, "tag": _labels},
    "openmetadata:MlModel": {
        "service": _one("service"), "model": _names_of_model, "owner": _owners, "tag": _labels,
    },
    "nemo:ModelEntity": {
        "workspace": _one("workspace"), "model": _names_of_entity, "owner": _ownership,
    },
    "mlflow:RegisteredModel": {"model": _one("name"), "tag": _pairs},
    "mlflow:ModelVersion": {"model": _one("name"), "tag": _pairs},
}  # fmt: skip
"""The words by which an object of each kind is found."""
