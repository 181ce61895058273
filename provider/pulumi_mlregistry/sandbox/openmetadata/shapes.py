"""What bodies may contain, as data: the create bodies and the entities, in both forms.

The order of a record's members is the order in which the server lists its known properties. That
of 1.2's services is measured, the others are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

SCHEMA = "org.openmetadata.schema"


@dataclass(frozen=True)
class Text:
    """A string; other scalars are made one. ``java``: what the server would make of it."""

    java: str = "java.lang.String"


@dataclass(frozen=True)
class Scalar:
    """A boolean or a number, kept as it is."""


@dataclass(frozen=True)
class Tree:
    """Any JSON; ``members`` if it has to be an object."""

    members: bool = False


@dataclass(frozen=True)
class Choice:
    """One of some words."""

    java: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """An object whose members are known."""

    java: str
    members: Mapping[str, Shape] = field(hash=False)

    def ordered(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """The members in the server's order."""
        return {name: value[name] for name in self.members if name in value}


@dataclass(frozen=True)
class Many:
    """A list."""

    item: Shape


Shape = Text | Scalar | Tree | Choice | Record | Many

TEXT, URI, SCALAR, TREE = Text(), Text("java.net.URI"), Scalar(), Tree()
OBJECT = Tree(members=True)


def _texts(names: str) -> dict[str, Shape]:
    return dict.fromkeys(names.split(), TEXT)


REFERENCE = Record(
    f"{SCHEMA}.type.EntityReference",
    {
        "id": Text("java.util.UUID"),
        **_texts("type name fullyQualifiedName description displayName"),
        "deleted": SCALAR,
        "inherited": SCALAR,
        "href": URI,
    },
)
REFERENCES = Many(REFERENCE)
_TAG = f"{SCHEMA}.type.TagLabel"
LABEL = Record(
    _TAG,
    {
        **_texts("tagFQN name displayName description"),
        "style": OBJECT,
        "source": Choice(f"{_TAG}$TagSource", ("Classification", "Glossary")),
        "labelType": Choice(
            f"{_TAG}$LabelType", ("Manual", "Propagated", "Automated", "Derived", "Generated")
        ),
        "state": Choice(f"{_TAG}$State", ("Suggested", "Confirmed")),
        "href": URI,
        **_texts("reason appliedAt appliedBy"),
        "metadata": OBJECT,
    },
)
LABELS = Many(LABEL)
FEATURE_SOURCE = Record(
    f"{SCHEMA}.type.MlFeatureSource",
    {
        "name": TEXT,
        "dataType": Choice(
            f"{SCHEMA}.type.MlFeatureSourceDataType",
            ("integer", "number", "string", "array", "date", "timestamp", "object", "boolean"),
        ),
        "description": TEXT,
        "fullyQualifiedName": TEXT,
        "dataSource": REFERENCE,
        "tags": LABELS,
    },
)
FEATURE = Record(
    f"{SCHEMA}.type.MlFeature",
    {
        "name": TEXT,
        "dataType": Choice(f"{SCHEMA}.type.MlFeatureDataType", ("numerical", "categorical")),
        "description": TEXT,
        "fullyQualifiedName": TEXT,
        "featureSources": Many(FEATURE_SOURCE),
        "featureAlgorithm": TEXT,
        "tags": LABELS,
    },
)
_PARAMETER = Record(f"{SCHEMA}.type.MlHyperParameter", _texts("name value description"))
_STORE = Record(f"{SCHEMA}.type.MlStore", _texts("storage imageRepository"))

_SERVICE_TYPES = ("Mlflow", "Sklearn", "CustomMlModel", "SageMaker")
_SERVICE_TYPE = f"{SCHEMA}.api.services.CreateMlModelService$MlModelServiceType"
_CONNECTION = Record(f"{SCHEMA}.type.MlModelConnection", {"config": TREE})


def service_types(modern: bool) -> tuple[str, ...]:
    """The types of services there are."""
    return (*_SERVICE_TYPES, "VertexAI") if modern else _SERVICE_TYPES


def _model_body() -> dict[str, Shape]:
    return {
        **_texts("name displayName description algorithm"),
        "mlFeatures": Many(FEATURE),
        "mlHyperParameters": Many(_PARAMETER),
        "target": TEXT,
        "mlStore": _STORE,
        "server": URI,
        "tags": LABELS,
        "extension": TREE,
        "sourceUrl": TEXT,
    }


@cache
def create_body(kind: str, modern: bool) -> Record:
    """The body of POST and PUT."""
    if kind == "mlmodel":
        members = {**_model_body(), "service": TEXT, "dashboard": TEXT}
        if modern:
            members |= {"sourceHash": TEXT, "lifeCycle": OBJECT}
        members |= _governance(modern)
        return Record(f"{SCHEMA}.api.data.CreateMlModel", members)
    service_type = Choice(_SERVICE_TYPE, service_types(modern))
    governance = _governance(modern)
    products = governance.pop("dataProducts")
    members = {
        **governance,
        "tags": LABELS,
        **_texts("name description displayName"),
        "connection": _CONNECTION,
        "serviceType": service_type,
        "dataProducts": products,
    }
    if modern:
        members |= {"style": OBJECT, "ingestionRunner": REFERENCE}
    return Record(f"{SCHEMA}.api.services.CreateMlModelService", members)


def _governance(modern: bool) -> dict[str, Shape]:
    if modern:
        return {"owners": REFERENCES, "domains": Many(TEXT), "dataProducts": Many(TEXT)}
    return {"owner": REFERENCE, "domain": TEXT, "dataProducts": Many(TEXT)}


@cache
def entity(kind: str, modern: bool) -> Record:
    """The entity, which is what a patch is applied to."""
    governance: dict[str, Shape] = (
        {"owners": REFERENCES, "domains": REFERENCES}
        if modern
        else {"owner": REFERENCE, "domain": REFERENCE}
    )
    common: dict[str, Shape] = {
        **_texts("id name fullyQualifiedName displayName description updatedBy"),
        "version": SCALAR,
        "updatedAt": SCALAR,
        "href": URI,
        "deleted": SCALAR,
        "tags": LABELS,
        "changeDescription": TREE,
        **governance,
        "dataProducts": REFERENCES,
        "followers": REFERENCES,
    }
    if modern:
        common |= {"incrementalChangeDescription": TREE, "impersonatedBy": TEXT}
        common |= {"entityStatus": TEXT, "dataContract": REFERENCE}
    if kind == "mlmodel":
        more: dict[str, Shape] = {
            **_model_body(),
            "dashboard": REFERENCE,
            "service": REFERENCE,
            "serviceType": TEXT,
            "usageSummary": TREE,
            "votes": TREE,
        }
        if modern:
            more |= {"certification": TREE, "lifeCycle": TREE, "sourceHash": TEXT}
        return Record(f"{SCHEMA}.entity.data.MlModel", common | more)
    more = {"serviceType": TEXT, "connection": _CONNECTION, "pipelines": REFERENCES}
    more["testConnectionResult"] = TREE
    if modern:
        more |= {"style": OBJECT, "ingestionRunner": REFERENCE}
    return Record(f"{SCHEMA}.entity.services.MlModelService", common | more)
