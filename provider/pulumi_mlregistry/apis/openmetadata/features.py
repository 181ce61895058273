"""Features and hyperparameters: by name, and of each only what is declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from pulumi_mlregistry.apis.openmetadata.tags import Label, label_key, prepare_label, say_label
from pulumi_mlregistry.apis.openmetadata.text import markdown
from pulumi_mlregistry.apis.openmetadata.values import UUID, each, prepare_object, words
from pulumi_mlregistry.reconcile.canonical import as_text, without_nulls
from pulumi_mlregistry.reconcile.nested import Lists, declared_part
from pulumi_mlregistry.reconcile.table import AsText, Struct


class DataSource(Struct):
    """The entity that a feature is read from."""

    id: Annotated[str, Field(pattern=UUID)]
    """UUID of the entity."""
    type: Annotated[str, Field(min_length=1)]
    """Kind of the entity, such as `table`."""


class FeatureSource(Struct):
    """A column that a feature is made of."""

    name: str | None = None
    """Name of the source."""
    data_type: (
        Literal["integer", "number", "string", "array", "date", "timestamp", "object", "boolean"]
        | None
    ) = None
    """Its data type."""
    data_source: DataSource | None = None
    """The entity that it stands in; the server draws lineage from it and never takes it back."""


class MlFeature(Struct):
    """A feature of the model."""

    name: Annotated[str, Field(min_length=1)]
    """Its name, by which it is owned."""
    data_type: Literal["numerical", "categorical"] | None = None
    """`numerical` or `categorical`."""
    description: str | None = None
    """Markdown."""
    feature_algorithm: str | None = None
    """How it is computed, such as `PCA`."""
    feature_sources: list[FeatureSource] | None = None
    """What it is made of."""
    tags: list[Label] | None = None
    """Tags of the feature."""


class MlHyperParameter(Struct):
    """A hyperparameter of the model."""

    name: Annotated[str, Field(min_length=1)]
    """Its name, by which it is owned."""
    value: AsText | None = None
    """Its value; numbers and booleans become texts."""
    description: str | None = None
    """Markdown."""


def name_key(value: Any) -> Any:
    """The name."""
    return value.get("name") if isinstance(value, Mapping) else str(value)


def prepare_feature(value: Any) -> Any:
    """Tags in it as they are outside."""
    if not isinstance(value, Mapping):
        return value
    ready = prepare_object(value)
    if isinstance(ready.get("tags"), list):
        ready["tags"] = each(prepare_label)(ready["tags"])
    return ready


def same_feature(value: Any) -> Any:
    """The form in which two features are compared: the order of tags and sources means nothing."""
    if not isinstance(value, Mapping):
        return value
    form = {**value, "description": markdown(value.get("description"))}
    form["tags"] = sorted({str(label_key(tag)) for tag in value.get("tags") or ()})
    form["featureSources"] = sorted(map(repr, map(_sorted, value.get("featureSources") or ())))
    return without_nulls({k: v for k, v in form.items() if v not in ([], "")})


def say_feature(value: Any, known: Any, declared: Any) -> Any:
    """What is declared of it; everything but the server's own where nothing is."""
    mine = [w for w in words(declared, known) if name_key(w) == value.get("name")]
    said = declared_part(_own(value), mine, FEATURE_LISTS)
    if said.get("tags") is not None:
        lists = [w.get("tags") for w in (*mine, {}, {})][:2]
        labels = (say_label(tag, lists[1], lists[0]) for tag in said["tags"])
        said["tags"] = [label for label in labels if label is not None]
    if said.get("featureSources") is not None:
        said["featureSources"] = [_own(source) for source in said["featureSources"]]
    return said


def prepare_parameter(value: Any) -> Any:
    """Values as the texts that the API keeps."""
    if not isinstance(value, Mapping):
        return value
    ready = prepare_object(value)
    return {k: as_text(v) if k == "value" else v for k, v in ready.items()}


def same_parameter(value: Any) -> Any:
    """The form in which two hyperparameters are compared."""
    if not isinstance(value, Mapping):
        return value
    return without_nulls({**value, "description": markdown(value.get("description"))})


def say_parameter(value: Any, known: Any, declared: Any) -> Any:
    """What is declared of it."""
    mine = [w for w in words(declared, known) if name_key(w) == value.get("name")]
    return declared_part(value, mine)


def source_key(value: Any) -> Any:
    """The name, and the entity that the source stands in: two tables have columns of one name."""
    if not isinstance(value, Mapping):
        return value
    entity = value.get("dataSource")
    return value.get("name"), entity.get("id") if isinstance(entity, Mapping) else entity


FEATURE_LISTS: Final[Lists] = {"tags": label_key, "featureSources": source_key}
"""The lists inside a feature."""


def _own(value: Mapping[str, Any]) -> dict[str, Any]:
    """A feature or a source without what the server adds."""
    said = {k: v for k, v in value.items() if k != "fullyQualifiedName"}
    source = said.get("dataSource")
    if isinstance(source, Mapping):
        said["dataSource"] = {k: source[k] for k in ("id", "type") if k in source}
    return said


def _sorted(value: Any) -> Any:
    return (
        sorted((k, repr(_sorted(v))) for k, v in value.items())
        if isinstance(value, Mapping)
        else value
    )
