"""Names in a program: readable, valid, and the same in every run whatever else there is."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9_.\-]+")
_LONGEST: Final = 100
_SUFFIX: Final[Mapping[str, str]] = {
    "openmetadata:MlModelService": "service",
    "mlflow:RegisteredModel": "model",
}
"""What a variable's name ends with, of the resources that others refer to."""


def logical_name(kind: str, values: Mapping[str, Any]) -> str:
    """The resource's name in the program, from what names the object in the registry."""
    name = str(values["name"])
    match kind:
        case "openmetadata:MlModel":
            return _joined(str(values["service"]), name)
        case "nemo:ModelEntity" if values["workspace"] != "default":
            return _joined(str(values["workspace"]), name)
        case "mlflow:ModelVersion":
            return _joined(name, str(values["version"]))
    return _plain(name)


def variable_names(resources: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Python names for resources that others refer to, each by kind and logical name."""
    wanted = {resource: _variable(*resource) for resource in resources}
    times = Counter(wanted.values())
    return {
        resource: name if times[name] == 1 else f"{name}_{_digest(resource[1])}"
        for resource, name in wanted.items()
    }


def _variable(kind: str, logical: str) -> str:
    words = re.sub(r"\W+", "_", logical, flags=re.ASCII).strip("_").lower()
    suffix = _SUFFIX[kind]
    if words.endswith(suffix):
        suffix = ""
    name = "_".join(part for part in (words, suffix) if part)
    return name if name.isidentifier() and name != suffix else f"{_SUFFIX[kind]}_{name}"


def secret_name(logical: str, place: tuple[str, ...]) -> str:
    """The configuration key of a secret at some nested keys of a resource."""
    return "-".join(_NOT_PLAIN.sub("-", part) for part in (logical, *place))


def _joined(*parts: str) -> str:
    return "/".join(map(_plain, parts))


def _plain(text: str) -> str:
    """The text itself where all of it can stand in a name; else what can, and a digest."""
    plain = _NOT_PLAIN.sub("-", text).strip("-.")[:_LONGEST]
    return text if text == plain else f"{plain}-{_digest(text)}".strip("-")


def order(logical: str) -> list[tuple[int, str]]:
    """A key to sort by: numbers in names by their value."""
    parts = re.split(r"(\d+)", logical)
    return [(int(part) if part.isdigit() else -1, part) for part in parts]


def plural(title: str) -> str:
    """Several of what a title names."""
    return f"{title[:-1]}ies" if title.endswith("y") else f"{title}s"


def told_apart(logical: str, id_: str) -> str:
    """Another name, where two objects would have the same."""
    return f"{logical}-{_digest(id_)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:6]
