"""The objects that are measured: the same arguments for every provider, by number and edit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

PARENT: Final = "parent"
"""The logical name of the object that the others are in, where there is one."""


@dataclass(frozen=True)
class Objects:
    """One kind of object: its resource class, and what the n-th one of them declares."""

    registry: str
    kind: str
    arguments: Callable[[int, int], dict[str, Any]]
    parent: str = ""
    parent_arguments: Mapping[str, Any] | None = None
    refers: str = ""
    """The argument that names the parent."""

    def declared(self, number: int) -> dict[str, Any]:
        """The n-th one's properties, its parent by name."""
        parent = self.parent_arguments or {}
        return {**camel(self.arguments(number, 0)), self.refers: parent["name"]}


def name(number: int) -> str:
    """The n-th object, in the program and in the registry."""
    return f"model-{number:05}"


def _ml_model(number: int, edit: int) -> dict[str, Any]:
    features = [
        {
            "name": f"feature-{n}",
            "data_type": "numerical",
            "description": f"Feature {n} of model {number}.",
            "feature_algorithm": "PCA",
        }
        for n in range(5)
    ]
    return {
        "name": name(number),
        "algorithm": "Gradient boosting",
        "description": f"Model {number}, edit {edit}.",
        "ml_features": features,
        "ml_hyper_parameters": [{"name": "depth", "value": "6"}, {"name": "rate", "value": "0.1"}],
    }


def _model_entity(number: int, edit: int) -> dict[str, Any]:
    fields = {f"field-{n}": f"value {n} of model {number}" for n in range(5)}
    described = f"Model {number}, edit {edit}."
    return {"name": name(number), "description": described, "custom_fields": fields}


def _registered_model(number: int, edit: int) -> dict[str, Any]:
    tags = {f"tag-{n}": f"value {n} of model {number}" for n in range(5)}
    described = f"Model {number}, edit {edit}."
    return {"name": name(number), "description": described, "tags": tags}


OBJECTS: Final[Mapping[str, Objects]] = {
    "openmetadata": Objects(
        "openmetadata",
        "MlModel",
        _ml_model,
        "MlModelService",
        {"name": "benchmarks", "service_type": "CustomMlModel"},
        "service",
    ),
    "nemo": Objects("nemo", "ModelEntity", _model_entity),
    "mlflow": Objects("mlflow", "RegisteredModel", _registered_model),
}


def camel(value: Any) -> Any:
    """Arguments with the property names that Pulumi's protocol and the registries use."""
    if isinstance(value, Mapping):
        return {_camel(key): camel(item) for key, item in value.items()}
    return [camel(item) for item in value] if isinstance(value, list) else value


def _camel(text: str) -> str:
    first, *rest = text.split("_")
    return first + "".join(word.capitalize() for word in rest)
