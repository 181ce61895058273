"""Nested values of both resources: what they hold, by which key, and how the server says them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Discriminator, Field, Tag

from pulumi_mlregistry.apis.openmetadata.names import normalised
from pulumi_mlregistry.apis.openmetadata.text import markdown
from pulumi_mlregistry.reconcile.canonical import as_text, plain, without_nulls
from pulumi_mlregistry.reconcile.table import EITHER, Struct
from pulumi_mlregistry.reconcile.unknown import UNKNOWN

UUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
_TEXT, _OBJECT = f"{EITHER}text", f"{EITHER}object"


def _text_or_object(value: Any) -> str:
    return _OBJECT if isinstance(value, Mapping | BaseModel) or value is UNKNOWN else _TEXT


class Owner(Struct):
    """A user, or a team of type Group, by `id` or by `name`."""

    type: Literal["user", "team"]
    """`user` or `team`."""
    name: Annotated[str, Field(min_length=1)] | None = None
    """Its name, such as `alice`; not needed beside an id."""
    id: Annotated[str, Field(pattern=UUID)] | None = None
    """Its UUID; not needed beside a name."""


class TagLabel(Struct):
    """A tag of a classification, or a glossary term."""

    tag_fqn: Annotated[str, Field(alias="tagFQN", min_length=1)]
    """Its fully qualified name, such as `PII.Sensitive`."""
    source: Literal["Classification", "Glossary"] | None = None
    """`Classification` if not given; `Glossary` for a glossary term."""
    label_type: Literal["Manual", "Propagated", "Automated", "Derived", "Generated"] | None = None
    """How it got there; `Manual` if not given. Taken when the tag is attached, and not compared."""
    state: Literal["Suggested", "Confirmed"] | None = None
    """`Confirmed` if not given. Taken when the tag is attached, and not compared."""


Label = Annotated[
    Annotated[str, Tag(_TEXT)] | Annotated[TagLabel, Tag(_OBJECT)], Discriminator(_text_or_object)
]
"""A tag by its fully qualified name, or a label."""


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
    value: str | None = None
    """Its value; numbers and booleans become texts."""
    description: str | None = None
    """Markdown."""


class MlStore(Struct):
    """Where the model is stored."""

    storage: str | None = None
    """Storage location, such as `s3://bucket/model`."""
    image_repository: str | None = None
    """Image repository."""


class DashboardRef(Struct):
    """A dashboard by its id."""

    id: Annotated[str, Field(pattern=UUID)]
    """UUID of the dashboard."""
    type: Literal["dashboard"] | None = None
    """Always `dashboard`."""


Dashboard = Annotated[
    Annotated[str, Field(min_length=1), Tag(_TEXT)] | Annotated[DashboardRef, Tag(_OBJECT)],
    Discriminator(_text_or_object),
]
"""A dashboard by its fully qualified name or its id."""


def each(prepare: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Prepare each item of a list; equal ones that follow the first are dropped."""

    def run(value: Any) -> Any:
        if not isinstance(value, list | tuple):
            return plain(value)
        kept: list[Any] = []
        for item in value:
            ready = item if item is UNKNOWN else prepare(item)
            if ready not in kept:
                kept.append(ready)
        return kept

    return run


def no_twins(key_of: Callable[[Any], Any]) -> Callable[[Any], str | None]:
    """A check: no two items of one key."""

    def advise(value: Any) -> str | None:
        keys = [key_of(item) for item in value if item is not UNKNOWN]
        twin = next((k for k in keys if k is not UNKNOWN and keys.count(k) > 1), None)
        return f"has {twin!r} twice; give it once" if twin is not None else None

    return advise


def prepare_object(value: Any) -> Any:
    """A nested object without nulls, whole floats as integers."""
    return without_nulls(plain(value))


# Owners


def prepare_owner(value: Any) -> Any:
    """`{id, type}` or `{type, name}`: an id says enough."""
    if not isinstance(value, Mapping):
        return value
    ready = prepare_object(value)
    if ready.get("id") and ready["id"] is not UNKNOWN:
        ready.pop("name", None)
    return ready


def owner_key(value: Any) -> Any:
    """The id, or type and name."""
    if not isinstance(value, Mapping):
        return str(value)
    parts = [value["id"]] if value.get("id") else [value.get("type"), value.get("name")]
    return UNKNOWN if UNKNOWN in parts else " ".join(map(str, parts))


def judge_owners(value: Any) -> str | None:
    """An owner without id and name names nobody."""
    for number, owner in enumerate(value):
        if owner is not UNKNOWN and not (owner.get("id") or owner.get("name")):
            return f"has at [{number}] neither a name nor an id: give one of them"
    return no_twins(owner_key)(value)


def say_owner(value: Any, known: Any, declared: Any) -> Any:
    """By id or name, as it is declared; None for one that comes from the service."""
    if value.get("inherited"):
        return None
    for word in _words(declared, known):
        if isinstance(word, Mapping):
            by_id = word.get("id") == value.get("id")
            by_name = not word.get("id") and all(
                word.get(k) == value.get(k) for k in ("type", "name")
            )
            if by_id or by_name:
                return word
    return {"type": value.get("type"), "name": value.get("name")}


# Tags


def prepare_label(value: Any) -> Any:
    """A plain tag of a classification as its name alone, everything else as a label."""
    if not isinstance(value, Mapping):
        return value
    ready = prepare_object(value)
    usual = {"source": "Classification", "labelType": "Manual", "state": "Confirmed"}
    if ready.get("tagFQN") and all(ready.get(k, v) == v for k, v in usual.items()):
        rest = set(ready) - {"tagFQN", *usual}
        return ready if rest else ready["tagFQN"]
    return ready


def label_key(value: Any) -> Any:
    """The fully qualified name; that of a glossary term says so."""
    if not isinstance(value, Mapping):
        return str(value)
    name, source = value.get("tagFQN"), value.get("source") or "Classification"
    if name is UNKNOWN or source is UNKNOWN:
        return UNKNOWN
    return name if source == "Classification" else f"{source}:{name}"


def say_label(value: Any, known: Any, declared: Any) -> Any:
    """As it is declared; None for one that the server derived from a glossary term or a service."""
    key = label_key(value)
    for word in _words(declared, known):
        if word is not UNKNOWN and label_key(word) == key:
            return word
    if value.get("labelType") == "Derived":
        return None
    return prepare_label({"tagFQN": value.get("tagFQN"), "source": value.get("source")})


# Things by their fully qualified names


def say_reference(value: Any, known: Any, declared: Any) -> Any:
    """The fully qualified name, as declared; None where it comes from the service."""
    name = value.get("fullyQualifiedName") or value.get("name")
    words = [w for w in _words(declared, known) if isinstance(w, str)]
    said = next((w for w in words if normalised(w) == normalised(str(name))), None)
    if value.get("inherited") or (value.get("perhapsInherited") and said is None):
        return None
    return said or name


def prepare_dashboard(value: Any) -> Any:
    """A reference holds the id and the type."""
    if not isinstance(value, Mapping):
        return value
    return {**prepare_object(value), "type": "dashboard"}


def say_dashboard(value: Any, known: Any, declared: Any) -> Any:
    """By id where it is declared so, else by its fully qualified name."""
    for word in (declared, known):
        if isinstance(word, Mapping) and word.get("id") == value.get("id"):
            return word
    return say_reference(value, [known], [declared])


# Features and hyperparameters


def name_key(value: Any) -> Any:
    """The name."""
    return value.get("name") if isinstance(value, Mapping) else str(value)


def prepare_feature(value: Any) -> Any:
    """Tags in it as they are outside."""
    if not isinstance(value, Mapping):
        return value
    ready = prepare_object(value)
    if isinstance(ready.get("tags"), list):
        ready["tags"] = [prepare_label(tag) for tag in ready["tags"]]
    return ready


def same_feature(value: Any) -> Any:
    """The form in which two features are compared: the order of tags and sources means nothing."""
    if not isinstance(value, Mapping):
        return value
    form = {**value, "description": markdown(value.get("description"))}
    form["tags"] = sorted(str(label_key(tag)) for tag in value.get("tags") or ())
    form["featureSources"] = sorted(map(repr, map(_sorted, value.get("featureSources") or ())))
    return without_nulls({k: v for k, v in form.items() if v not in ([], "")})


def say_feature(value: Any, known: Any, declared: Any) -> Any:
    """What is declared of it; everything but the server's own where nothing is."""
    mine = [w for w in _words(declared, known) if name_key(w) == value.get("name")]
    said = _mentioned({k: v for k, v in value.items() if k != "fullyQualifiedName"}, mine)
    if said.get("tags") is not None:
        lists = [w.get("tags") for w in (*mine, {}, {})][:2]
        labels = (say_label(tag, lists[1], lists[0]) for tag in said["tags"])
        said["tags"] = [label for label in labels if label is not None]
    if said.get("featureSources") is not None:
        said["featureSources"] = [_say_source(source) for source in said["featureSources"]]
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
    mine = [w for w in _words(declared, known) if name_key(w) == value.get("name")]
    return _mentioned(value, mine)


def _mentioned(value: Mapping[str, Any], words: list[Mapping[str, Any]]) -> dict[str, Any]:
    keys = {key for word in words for key in word}
    return {k: v for k, v in value.items() if not words or k in keys}


def _say_source(value: Mapping[str, Any]) -> dict[str, Any]:
    said = {k: v for k, v in value.items() if k != "fullyQualifiedName"}
    source = said.get("dataSource")
    if isinstance(source, Mapping):
        said["dataSource"] = {k: source[k] for k in ("id", "type") if k in source}
    return said


def _words(*lists: Any) -> Iterable[Any]:
    return (word for words in lists if isinstance(words, list | tuple) for word in words)


def _sorted(value: Any) -> Any:
    return (
        sorted((k, repr(_sorted(v))) for k, v in value.items())
        if isinstance(value, Mapping)
        else value
    )
