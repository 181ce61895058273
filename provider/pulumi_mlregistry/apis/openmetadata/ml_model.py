"""`openmetadata.MlModel`: a model in a service of ML models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pydantic import Field

from pulumi_mlregistry.apis.caller import Log
from pulumi_mlregistry.apis.openmetadata import features
from pulumi_mlregistry.apis.openmetadata import values as nested
from pulumi_mlregistry.apis.openmetadata.client import PREFIX, OpenMetadataClient
from pulumi_mlregistry.apis.openmetadata.entity import FQN, NAME, NAMED, Entity, EntityApi
from pulumi_mlregistry.apis.openmetadata.names import child, quoted
from pulumi_mlregistry.apis.openmetadata.text import custom_property
from pulumi_mlregistry.reconcile import canonical
from pulumi_mlregistry.reconcile.behaviour import Behaviour, Shape
from pulumi_mlregistry.reconcile.protocol import Live
from pulumi_mlregistry.reconcile.table import Table

_DEFAULT_ALGORITHM = "mlmodel"


def _fqn(values: Mapping[str, Any]) -> str | None:
    service, name = values.get("service"), values.get("name")
    return child(service, name) if isinstance(service, str) and isinstance(name, str) else None


def _segment(value: Any) -> Any:
    return quoted(value) if isinstance(value, str) else value


def _say_service(value: Any, known: Any, declared: Any) -> Any:
    name = str(value.get("fullyQualifiedName") or value.get("name"))
    words = (w for w in (declared, known) if isinstance(w, str))
    return next((w for w in words if quoted(w) == quoted(name)), name)


def _say_algorithm(value: Any, known: Any, declared: Any) -> Any:
    return value if value != _DEFAULT_ALGORITHM or value in (known, declared) else None


def _store(value: Any) -> Any:
    return nested.prepare_object(value) or None


def _properties(value: Any) -> Any:
    """Custom properties; the server sorts the values of one that has several."""
    if not isinstance(value, Mapping):
        return value
    form = canonical.without_nulls(canonical.plain(value))
    return {k: sorted(v, key=str) if isinstance(v, list) else v for k, v in form.items()}


class MlModel(Entity):
    """An ML model in a service of OpenMetadata: what it is made of, who owns it, and how it is
    classified."""

    kind: ClassVar[str] = "openmetadata:MlModel"
    title: ClassVar[str] = "ML model"
    imported_by: ClassVar[str] = "`service.name`, or its UUID"
    loses: ClassVar[str] = "its lineage, followers, votes and what others attached to it"
    places: ClassVar[tuple[Mapping[str, str], ...]] = ({"service": "service"},)

    name: Annotated[
        str,
        NAME,
        Behaviour(
            key=True,
            create_only=True,
            reasons="OpenMetadata cannot rename a model; one of another name starts without its "
            "lineage, followers and votes",
        ),
    ]
    """Name in the service: up to 256 characters (1.2: 128 of a narrower set), no `::`, no line
    break."""

    service: Annotated[
        FQN,
        Behaviour(
            key=True,
            create_only=True,
            canonical=_segment,
            spell=_say_service,
            reasons="OpenMetadata cannot move a model to another service",
        ),
    ]
    """Fully qualified name of the service, such as `service.fully_qualified_name`."""

    algorithm: Annotated[
        str | None,
        Behaviour(canonical=canonical.text, spell=_say_algorithm, clear=_DEFAULT_ALGORITHM),
    ] = None
    """Algorithm, such as `RandomForest`. The server writes `mlmodel` where none is given; before
    OpenMetadata 1.8 it has to be."""

    ml_features: Annotated[
        list[features.MlFeature] | None,
        Behaviour(
            shape=Shape.SET,
            prepare=nested.each(features.prepare_feature),
            key_of=features.name_key,
            lists=features.FEATURE_LISTS,
            item=features.same_feature,
            spell=features.say_feature,
            advise=nested.no_twins(features.name_key),
        ),
    ] = None
    """Features by name; order means nothing. Only declared ones, and of them only what is
    declared, are this program's."""

    ml_hyper_parameters: Annotated[
        list[features.MlHyperParameter] | None,
        Behaviour(
            shape=Shape.SET,
            prepare=nested.each(features.prepare_parameter),
            key_of=features.name_key,
            item=features.same_parameter,
            spell=features.say_parameter,
            advise=nested.no_twins(features.name_key),
        ),
    ] = None
    """Hyperparameters by name; order means nothing. Only declared ones are this program's."""

    target: Annotated[
        str | None,
        Field(max_length=256, pattern=NAMED),
        Behaviour(canonical=canonical.text, clear=None),
    ] = None
    """What the model predicts: up to 256 characters (1.2: 128 of a narrower set), no `::`, no line
    break."""

    server: Annotated[
        str | None,
        Field(pattern=r'\A[^\s"<>\\^`{|}]*\Z'),
        Behaviour(canonical=canonical.text, clear=None),
    ] = None
    """URL at which the model is served, without blanks and any of `"<>\\^{|}` or backquotes."""

    dashboard: Annotated[
        nested.Dashboard | None,
        Behaviour(
            set_once=True,
            prepare=nested.prepare_dashboard,
            spell=nested.say_dashboard,
            reasons="OpenMetadata accepts another dashboard and keeps the first",
        ),
    ] = None
    """A dashboard by fully qualified name, or as `{"id": ..., "type": "dashboard"}`. It can be set
    later, and never changed."""

    extension: Annotated[
        dict[str, Any] | None,
        Behaviour(shape=Shape.MAP, canonical=_properties, rewritten=custom_property),
    ] = None
    """Custom properties by name, as the server's administrators have defined them. Only declared
    ones are this program's."""

    ml_store: Annotated[nested.MlStore | None, Behaviour(canonical=_store, clear=None)] = None
    """Where the model is stored."""

    source_url: Annotated[str | None, Behaviour(canonical=canonical.text, clear=None)] = None
    """Address of the model at its source."""

    fully_qualified_name: Annotated[str | None, Behaviour(derived=_fqn)] = None
    """`service.name`, as others refer to it: segments with dots or quotes in quotes."""

    service_type: Annotated[str | None, Behaviour(server=True, lasting=True)] = None
    """The type of its service."""


@dataclass
class MlModelApi(EntityApi):
    """The calls of a model."""

    table: type[Table] = MlModel
    _domains: dict[str, str] = field(default_factory=dict)
    """The domains of services, asked once an operation."""
    collection: ClassVar[str] = "mlmodels"
    entity: ClassVar[str] = "mlmodel"
    fields: ClassVar[tuple[str, ...]] = (
        "owners", "domains", "tags", "dataProducts", "extension", "dashboard",
    )  # fmt: skip

    def sent(self, values: Mapping[str, Any], *, create: bool, body: Any = None) -> Any:
        """The service by its fully qualified name."""
        if "service" in values:
            values = {**values, "service": quoted(values["service"])}
        return super().sent(values, create=create, body=body)

    def own(self, values: dict[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        """Before 1.9 a domain that comes from the service is not told from the model's own."""
        service = body.get("service")
        if values.get("domains") and service and not self.client.wire.marks_inherited:
            inherited = self._domain_of(str(service.get("id")))
            values["domains"] = [
                {**ref, "perhapsInherited": ref.get("id") == inherited} for ref in values["domains"]
            ]
        return values

    def _domain_of(self, service: str) -> str:
        if service not in self._domains:
            key = self.client.wire.key("domains")
            path = f"{PREFIX}/services/mlmodelServices/{service}"
            query = {"fields": key, "include": "all"}
            found = self.client.entity(path, query).get(key)
            self._domains[service] = str(found.get("id")) if isinstance(found, Mapping) else ""
        return self._domains[service]

    def delete(self, live: Live, *, hard: bool, recursive: bool) -> None:
        """With what belongs to the model alone, such as its data contract."""
        del recursive
        super().delete(live, hard=hard, recursive=True)


def make_api(client: OpenMetadataClient, log: Log) -> MlModelApi:
    """The calls of one operation."""
    del log
    return MlModelApi(client, client.http.base_url)
