"""`openmetadata.MlModelService`: a platform that ML models are served or registered on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pulumi_mlregistry.apis.caller import Log
from pulumi_mlregistry.apis.openmetadata.client import PREFIX, OpenMetadataClient
from pulumi_mlregistry.apis.openmetadata.connection import (
    PUBLIC,
    Connection,
    ServiceType,
    judge_connection,
    say_connection,
)
from pulumi_mlregistry.apis.openmetadata.entity import NAME, Entity, EntityApi
from pulumi_mlregistry.apis.openmetadata.names import quoted
from pulumi_mlregistry.apis.openmetadata.values import prepare_object
from pulumi_mlregistry.reconcile.behaviour import Behaviour
from pulumi_mlregistry.reconcile.errors import HasChildren, InvalidAnswer
from pulumi_mlregistry.reconcile.protocol import Child, Live
from pulumi_mlregistry.reconcile.table import POLICY, Table

_FEW = 6


def _fqn(values: Mapping[str, Any]) -> str | None:
    name = values.get("name")
    return quoted(name) if isinstance(name, str) else None


class MlModelService(Entity):
    """A service of ML models in OpenMetadata: a platform such as MLflow or SageMaker, how it is
    reached, and the parent of the models in it."""

    kind: ClassVar[str] = "openmetadata:MlModelService"
    title: ClassVar[str] = "ML model service"
    imported_by: ClassVar[str] = "its name, or its UUID"
    loses: ClassVar[str] = "its models, and their tags, lineage and followers"

    name: Annotated[
        str,
        NAME,
        Behaviour(
            key=True,
            create_only=True,
            reasons="OpenMetadata cannot rename a service; one of another name starts empty",
        ),
    ]
    """Name of the service: up to 256 characters (1.2: 128 of a narrower set), no `::`, no line
    break."""

    service_type: Annotated[
        ServiceType,
        Behaviour(create_only=True, reasons="OpenMetadata keeps the type of a service"),
    ]
    """Kind of the platform. `VertexAI` is younger than OpenMetadata 1.5."""

    connection: Annotated[
        Connection | None,
        Behaviour(
            prepare=prepare_object,
            spell=say_connection,
            defaults=True,
            secret=("",),
            public=PUBLIC,
            reasons="OpenMetadata keeps a connection once it has one",
        ),
    ] = None
    """How the platform is reached: `{"config": {...}}`, keys as the API writes them. Mlflow needs
    `trackingUri` and `registryUri`, SageMaker `awsConfig` with `awsRegion`, VertexAI `credentials`
    with `gcpConfig`, and `location`. Only declared keys are this program's. Addresses and
    credentials in it are secrets."""

    recursive: Annotated[bool | None, POLICY] = None
    """Whether a delete may take the service's models along. Default false: they are named in an
    error and nothing is deleted."""

    fully_qualified_name: Annotated[str | None, Behaviour(derived=_fqn)] = None
    """The name as others refer to it: in quotes where it holds a dot or a quote."""

    @classmethod
    def judge(cls, inputs: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """The connection has to fit the service type."""
        return judge_connection(inputs.get("serviceType"), inputs.get("connection"))


@dataclass
class MlModelServiceApi(EntityApi):
    """The calls of a service."""

    table: type[Table] = MlModelService
    collection: ClassVar[str] = "services/mlmodelServices"
    entity: ClassVar[str] = "mlmodelService"
    fields: ClassVar[tuple[str, ...]] = ("owners", "domains", "tags", "dataProducts")

    def sent(self, values: Mapping[str, Any], *, create: bool, body: Any = None) -> Any:
        """The connection says its type, as the schema asks."""
        type_ = values.get("serviceType") or (body or {}).get("serviceType")
        values = dict(values)
        if values.get("connection"):
            config = {"type": type_, **values["connection"]["config"]}
            values["connection"] = {**values["connection"], "config": config}
        return super().sent(values, create=create, body=body)

    def delete(self, live: Live, *, hard: bool, recursive: bool) -> None:
        """The server counts soft-deleted models as well, which a soft delete leaves as they are."""
        try:
            super().delete(live, hard=hard, recursive=recursive)
        except HasChildren:
            if recursive or self.children(live, hard=hard, stacks=()):
                raise
            super().delete(live, hard=hard, recursive=True)

    def children(self, live: Live, *, hard: bool, stacks: Collection[str]) -> list[Child]:
        """Its models; for good go the soft-deleted ones too."""
        del stacks
        query = {
            "service": quoted(str(live.values.get("name"))),
            "limit": str(_FEW),
            "include": "all" if hard else "non-deleted",
        }
        found = self.client.call("GET", f"{PREFIX}/mlmodels", query=query).object.get("data")
        if not isinstance(found, list):
            raise InvalidAnswer(
                "the answer holds no list of models",
                remedy="Is mlregistry:openmetadataUrl OpenMetadata's?",
            )
        return [
            Child(
                f"model {m.get('fullyQualifiedName')}{' (soft-deleted)' * bool(m.get('deleted'))}"
            )
            for m in found
        ]


def make_api(client: OpenMetadataClient, log: Log) -> MlModelServiceApi:
    """The calls of one operation."""
    del log
    return MlModelServiceApi(client, client.http.base_url)
