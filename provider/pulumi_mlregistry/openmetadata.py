"""Resources of the module `openmetadata`: MlModelService, MlModel.

Generated from the field tables by scripts/generate: change the tables instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import pulumi

from pulumi_mlregistry.gates.gate import Gate
from pulumi_mlregistry.program.resource import Resource

__all__ = [
    "DashboardRefArgs",
    "DataSourceArgs",
    "FeatureSourceArgs",
    "MlFeatureArgs",
    "MlHyperParameterArgs",
    "MlModel",
    "MlModelService",
    "MlStoreArgs",
    "OwnerArgs",
    "TagLabelArgs",
]


class OwnerArgs(TypedDict, total=False):
    """A user, or a team of type Group, by `id` or by `name`."""

    type: pulumi.Input[str]
    """`user` or `team`."""
    name: pulumi.Input[str]
    """Its name, such as `alice`; not needed beside an id."""
    id: pulumi.Input[str]
    """Its UUID; not needed beside a name."""


class TagLabelArgs(TypedDict, total=False):
    """A tag of a classification, or a glossary term."""

    tag_fqn: pulumi.Input[str]
    """Its fully qualified name, such as `PII.Sensitive`."""
    source: pulumi.Input[str]
    """`Classification` if not given; `Glossary` for a glossary term."""
    label_type: pulumi.Input[str]
    """How it got there; `Manual` if not given. Taken when the tag is attached, and not
    compared."""
    state: pulumi.Input[str]
    """`Confirmed` if not given. Taken when the tag is attached, and not compared."""


class DataSourceArgs(TypedDict, total=False):
    """The entity that a feature is read from."""

    id: pulumi.Input[str]
    """UUID of the entity."""
    type: pulumi.Input[str]
    """Kind of the entity, such as `table`."""


class FeatureSourceArgs(TypedDict, total=False):
    """A column that a feature is made of."""

    name: pulumi.Input[str]
    """Name of the source."""
    data_type: pulumi.Input[str]
    """Its data type."""
    data_source: pulumi.Input[DataSourceArgs | Mapping[str, Any]]
    """The entity that it stands in; the server draws lineage from it and never takes it back."""


class MlFeatureArgs(TypedDict, total=False):
    """A feature of the model."""

    name: pulumi.Input[str]
    """Its name, by which it is owned."""
    data_type: pulumi.Input[str]
    """`numerical` or `categorical`."""
    description: pulumi.Input[str]
    """Markdown."""
    feature_algorithm: pulumi.Input[str]
    """How it is computed, such as `PCA`."""
    feature_sources: pulumi.Input[Sequence[pulumi.Input[FeatureSourceArgs | Mapping[str, Any]]]]
    """What it is made of."""
    tags: pulumi.Input[Sequence[pulumi.Input[str | TagLabelArgs | Mapping[str, Any]]]]
    """Tags of the feature."""


class MlHyperParameterArgs(TypedDict, total=False):
    """A hyperparameter of the model."""

    name: pulumi.Input[str]
    """Its name, by which it is owned."""
    value: pulumi.Input[str | float | bool]
    """Its value; numbers and booleans become texts."""
    description: pulumi.Input[str]
    """Markdown."""


class DashboardRefArgs(TypedDict, total=False):
    """A dashboard by its id."""

    id: pulumi.Input[str]
    """UUID of the dashboard."""
    type: pulumi.Input[str]
    """Always `dashboard`."""


class MlStoreArgs(TypedDict, total=False):
    """Where the model is stored."""

    storage: pulumi.Input[str]
    """Storage location, such as `s3://bucket/model`."""
    image_repository: pulumi.Input[str]
    """Image repository."""


class MlModelService(Resource, module="mlregistry/openmetadata", name="MlModelService"):
    """A service of ML models in OpenMetadata: a platform such as MLflow or SageMaker, how it is
    reached, and the parent of the models in it."""

    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str] | None = None,
        service_type: pulumi.Input[str],
        connection: pulumi.Input[Mapping[str, Any]] | None = None,
        display_name: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        owners: pulumi.Input[Sequence[pulumi.Input[OwnerArgs | Mapping[str, Any]]]] | None = None,
        domains: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        tags: pulumi.Input[Sequence[pulumi.Input[str | TagLabelArgs | Mapping[str, Any]]]]
        | None = None,
        data_products: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        domain: pulumi.Input[str] | None = None,
        recursive: pulumi.Input[bool] | None = None,
        delete_policy: pulumi.Input[str] | None = None,
        on_conflict: pulumi.Input[str] | None = None,
        allow_recreate: pulumi.Input[bool] | None = None,
        exclusive: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        release: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        gates: Sequence[Gate] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a ML model service.

        :param name: Name of the service: up to 256 characters (1.2: 128 of a narrower set), no
            `::`, no line break. The logical name if not given.
        :param service_type: Kind of the platform. `VertexAI` is younger than OpenMetadata 1.5. One
            of `Mlflow`, `Sklearn`, `SageMaker`, `VertexAI`, `CustomMlModel`.
        :param connection: How the platform is reached: `{"config": {...}}`, keys as the API writes
            them. Mlflow needs `trackingUri` and `registryUri`, SageMaker `awsConfig` with
            `awsRegion`, VertexAI `credentials` with `gcpConfig`, and `location`. Only declared
            keys are this program's. Addresses and credentials in it are secrets.
        :param display_name: Name for people.
        :param description: Markdown. The server rewrites some characters and HTML; that is no
            drift.
        :param owners: Users, or teams of type Group, by id or by name. Only declared ones are this
            program's; those that come from the service are not seen. Before OpenMetadata 1.5 at
            most one.
        :param domains: Domains by fully qualified name. Only declared ones are this program's.
            Before OpenMetadata 1.9 at most one, and many servers' rules allow no more.
        :param tags: Tags by fully qualified name (`PII.Sensitive`), or labels; glossary terms are
            labels with `source` `Glossary`. Only declared tags are this program's; derived ones
            are the server's.
        :param data_products: Data products by fully qualified name; they need a domain. Only
            declared ones are this program's. From OpenMetadata 1.5 on.
        :param domain: Short for `domains` with one item.
        :param recursive: Whether a delete may take the service's models along. Default false: they
            are named in an error and nothing is deleted.
        :param delete_policy: What removal from the program does: `soft` (default) marks the object
            deleted, so that it can be restored and its name stays taken; `hard` deletes it for
            good; `retain` leaves it. Adopted objects are retained unless this says otherwise. One
            of `soft`, `hard`, `retain`.
        :param on_conflict: What to do when the object exists already and is not this resource's:
            `fail` (default) leaves it alone and names it, `adopt` takes it over and converges it,
            `adopt_if_equal` takes it over only where nothing would change. One of `fail`, `adopt`,
            `adopt_if_equal`.
        :param allow_recreate: Whether a change that cannot be made in place may delete the object
            and create it anew under the same name, with the loss of what others attached to it.
            Default false.
        :param exclusive: The fields (`tags`, ...) of which all keys are this program's: undeclared
            keys are deleted. Elsewhere only declared keys are ever touched.
        :param release: Fields that were declared once, are no longer, and shall keep their value
            in the registry rather than be cleared.
        :param gates: What has to hold before anything of it is written, such as
            `gates.Described()`; one that does not hold stops the preview. Nothing of them is kept
            in the state.
        """
        self._declare(
            "openmetadata:MlModelService",
            resource_name,
            {
                "name": name,
                "service_type": service_type,
                "connection": connection,
                "display_name": display_name,
                "description": description,
                "owners": owners,
                "domains": domains,
                "tags": tags,
                "data_products": data_products,
                "domain": domain,
                "recursive": recursive,
                "delete_policy": delete_policy,
                "on_conflict": on_conflict,
                "allow_recreate": allow_recreate,
                "exclusive": exclusive,
                "release": release,
            },
            opts,
            gates,
        )

    @property
    def name(self) -> pulumi.Output[str]:
        """Name of the service: up to 256 characters (1.2: 128 of a narrower set), no `::`, no line
        break."""
        return self._output("name")

    @property
    def service_type(self) -> pulumi.Output[str]:
        """Kind of the platform. `VertexAI` is younger than OpenMetadata 1.5."""
        return self._output("serviceType")

    @property
    def connection(self) -> pulumi.Output[Mapping[str, Any] | None]:
        """How the platform is reached: `{"config": {...}}`, keys as the API writes them. Mlflow
        needs `trackingUri` and `registryUri`, SageMaker `awsConfig` with `awsRegion`, VertexAI
        `credentials` with `gcpConfig`, and `location`. Only declared keys are this program's.
        Addresses and credentials in it are secrets."""
        return self._output("connection")

    @property
    def display_name(self) -> pulumi.Output[str | None]:
        """Name for people."""
        return self._output("displayName")

    @property
    def description(self) -> pulumi.Output[str | None]:
        """Markdown. The server rewrites some characters and HTML; that is no drift."""
        return self._output("description")

    @property
    def owners(self) -> pulumi.Output[Sequence[Mapping[str, Any]] | None]:
        """Users, or teams of type Group, by id or by name. Only declared ones are this program's;
        those that come from the service are not seen. Before OpenMetadata 1.5 at most one."""
        return self._output("owners")

    @property
    def domains(self) -> pulumi.Output[Sequence[str] | None]:
        """Domains by fully qualified name. Only declared ones are this program's. Before
        OpenMetadata 1.9 at most one, and many servers' rules allow no more."""
        return self._output("domains")

    @property
    def tags(self) -> pulumi.Output[Sequence[str | Mapping[str, Any]] | None]:
        """Tags by fully qualified name (`PII.Sensitive`), or labels; glossary terms are labels
        with `source` `Glossary`. Only declared tags are this program's; derived ones are the
        server's."""
        return self._output("tags")

    @property
    def data_products(self) -> pulumi.Output[Sequence[str] | None]:
        """Data products by fully qualified name; they need a domain. Only declared ones are this
        program's. From OpenMetadata 1.5 on."""
        return self._output("dataProducts")

    @property
    def recursive(self) -> pulumi.Output[bool | None]:
        """Whether a delete may take the service's models along. Default false: they are named in
        an error and nothing is deleted."""
        return self._output("recursive")

    @property
    def fully_qualified_name(self) -> pulumi.Output[str]:
        """The name as others refer to it: in quotes where it holds a dot or a quote."""
        return self._output("fullyQualifiedName")

    @property
    def version(self) -> pulumi.Output[float | None]:
        """The server's version of the metadata: 0.1 when new."""
        return self._output("version")

    @property
    def updated_at(self) -> pulumi.Output[int | None]:
        """When it was last changed, in milliseconds since 1970."""
        return self._output("updatedAt")

    @property
    def updated_by(self) -> pulumi.Output[str | None]:
        """Who changed it last."""
        return self._output("updatedBy")

    @property
    def href(self) -> pulumi.Output[str | None]:
        """Its address in the API."""
        return self._output("href")

    @property
    def deleted(self) -> pulumi.Output[bool | None]:
        """Whether it is deleted softly."""
        return self._output("deleted")


class MlModel(Resource, module="mlregistry/openmetadata", name="MlModel"):
    """An ML model in a service of OpenMetadata: what it is made of, who owns it, and how it is
    classified."""

    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str] | None = None,
        service: pulumi.Input[str],
        algorithm: pulumi.Input[str] | None = None,
        ml_features: pulumi.Input[Sequence[pulumi.Input[MlFeatureArgs | Mapping[str, Any]]]]
        | None = None,
        ml_hyper_parameters: pulumi.Input[
            Sequence[pulumi.Input[MlHyperParameterArgs | Mapping[str, Any]]]
        ]
        | None = None,
        target: pulumi.Input[str] | None = None,
        server: pulumi.Input[str] | None = None,
        dashboard: pulumi.Input[str | DashboardRefArgs | Mapping[str, Any]] | None = None,
        extension: pulumi.Input[Mapping[str, Any]] | None = None,
        ml_store: pulumi.Input[MlStoreArgs | Mapping[str, Any]] | None = None,
        source_url: pulumi.Input[str] | None = None,
        display_name: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        owners: pulumi.Input[Sequence[pulumi.Input[OwnerArgs | Mapping[str, Any]]]] | None = None,
        domains: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        tags: pulumi.Input[Sequence[pulumi.Input[str | TagLabelArgs | Mapping[str, Any]]]]
        | None = None,
        data_products: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        domain: pulumi.Input[str] | None = None,
        delete_policy: pulumi.Input[str] | None = None,
        on_conflict: pulumi.Input[str] | None = None,
        allow_recreate: pulumi.Input[bool] | None = None,
        exclusive: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        release: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        gates: Sequence[Gate] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        r"""Declare a ML model.

        :param name: Name in the service: up to 256 characters (1.2: 128 of a narrower set), no
            `::`, no line break. The logical name if not given.
        :param service: Fully qualified name of the service, such as
            `service.fully_qualified_name`.
        :param algorithm: Algorithm, such as `RandomForest`. The server writes `mlmodel` where none
            is given; before OpenMetadata 1.8 it has to be.
        :param ml_features: Features by name; order means nothing. Only declared ones, and of them
            only what is declared, are this program's.
        :param ml_hyper_parameters: Hyperparameters by name; order means nothing. Only declared
            ones are this program's.
        :param target: What the model predicts: up to 256 characters (1.2: 128 of a narrower set),
            no `::`, no line break.
        :param server: URL at which the model is served, without blanks and any of `"<>\^{|}` or
            backquotes.
        :param dashboard: A dashboard by fully qualified name, or as `{"id": ..., "type":
            "dashboard"}`. It can be set later, and never changed.
        :param extension: Custom properties by name, as the server's administrators have defined
            them. Only declared ones are this program's.
        :param ml_store: Where the model is stored.
        :param source_url: Address of the model at its source.
        :param display_name: Name for people.
        :param description: Markdown. The server rewrites some characters and HTML; that is no
            drift.
        :param owners: Users, or teams of type Group, by id or by name. Only declared ones are this
            program's; those that come from the service are not seen. Before OpenMetadata 1.5 at
            most one.
        :param domains: Domains by fully qualified name. Only declared ones are this program's.
            Before OpenMetadata 1.9 at most one, and many servers' rules allow no more.
        :param tags: Tags by fully qualified name (`PII.Sensitive`), or labels; glossary terms are
            labels with `source` `Glossary`. Only declared tags are this program's; derived ones
            are the server's.
        :param data_products: Data products by fully qualified name; they need a domain. Only
            declared ones are this program's. From OpenMetadata 1.5 on.
        :param domain: Short for `domains` with one item.
        :param delete_policy: What removal from the program does: `soft` (default) marks the object
            deleted, so that it can be restored and its name stays taken; `hard` deletes it for
            good; `retain` leaves it. Adopted objects are retained unless this says otherwise. One
            of `soft`, `hard`, `retain`.
        :param on_conflict: What to do when the object exists already and is not this resource's:
            `fail` (default) leaves it alone and names it, `adopt` takes it over and converges it,
            `adopt_if_equal` takes it over only where nothing would change. One of `fail`, `adopt`,
            `adopt_if_equal`.
        :param allow_recreate: Whether a change that cannot be made in place may delete the object
            and create it anew under the same name, with the loss of what others attached to it.
            Default false.
        :param exclusive: The fields (`tags`, ...) of which all keys are this program's: undeclared
            keys are deleted. Elsewhere only declared keys are ever touched.
        :param release: Fields that were declared once, are no longer, and shall keep their value
            in the registry rather than be cleared.
        :param gates: What has to hold before anything of it is written, such as
            `gates.Described()`; one that does not hold stops the preview. Nothing of them is kept
            in the state.
        """
        self._declare(
            "openmetadata:MlModel",
            resource_name,
            {
                "name": name,
                "service": service,
                "algorithm": algorithm,
                "ml_features": ml_features,
                "ml_hyper_parameters": ml_hyper_parameters,
                "target": target,
                "server": server,
                "dashboard": dashboard,
                "extension": extension,
                "ml_store": ml_store,
                "source_url": source_url,
                "display_name": display_name,
                "description": description,
                "owners": owners,
                "domains": domains,
                "tags": tags,
                "data_products": data_products,
                "domain": domain,
                "delete_policy": delete_policy,
                "on_conflict": on_conflict,
                "allow_recreate": allow_recreate,
                "exclusive": exclusive,
                "release": release,
            },
            opts,
            gates,
        )

    @property
    def name(self) -> pulumi.Output[str]:
        """Name in the service: up to 256 characters (1.2: 128 of a narrower set), no `::`, no line
        break."""
        return self._output("name")

    @property
    def service(self) -> pulumi.Output[str]:
        """Fully qualified name of the service, such as `service.fully_qualified_name`."""
        return self._output("service")

    @property
    def algorithm(self) -> pulumi.Output[str | None]:
        """Algorithm, such as `RandomForest`. The server writes `mlmodel` where none is given;
        before OpenMetadata 1.8 it has to be."""
        return self._output("algorithm")

    @property
    def ml_features(self) -> pulumi.Output[Sequence[Mapping[str, Any]] | None]:
        """Features by name; order means nothing. Only declared ones, and of them only what is
        declared, are this program's."""
        return self._output("mlFeatures")

    @property
    def ml_hyper_parameters(self) -> pulumi.Output[Sequence[Mapping[str, Any]] | None]:
        """Hyperparameters by name; order means nothing. Only declared ones are this program's."""
        return self._output("mlHyperParameters")

    @property
    def target(self) -> pulumi.Output[str | None]:
        """What the model predicts: up to 256 characters (1.2: 128 of a narrower set), no `::`, no
        line break."""
        return self._output("target")

    @property
    def server(self) -> pulumi.Output[str | None]:
        r"""URL at which the model is served, without blanks and any of `"<>\^{|}` or backquotes."""
        return self._output("server")

    @property
    def dashboard(self) -> pulumi.Output[str | Mapping[str, Any] | None]:
        """A dashboard by fully qualified name, or as `{"id": ..., "type": "dashboard"}`. It can be
        set later, and never changed."""
        return self._output("dashboard")

    @property
    def extension(self) -> pulumi.Output[Mapping[str, Any] | None]:
        """Custom properties by name, as the server's administrators have defined them. Only
        declared ones are this program's."""
        return self._output("extension")

    @property
    def ml_store(self) -> pulumi.Output[Mapping[str, Any] | None]:
        """Where the model is stored."""
        return self._output("mlStore")

    @property
    def source_url(self) -> pulumi.Output[str | None]:
        """Address of the model at its source."""
        return self._output("sourceUrl")

    @property
    def display_name(self) -> pulumi.Output[str | None]:
        """Name for people."""
        return self._output("displayName")

    @property
    def description(self) -> pulumi.Output[str | None]:
        """Markdown. The server rewrites some characters and HTML; that is no drift."""
        return self._output("description")

    @property
    def owners(self) -> pulumi.Output[Sequence[Mapping[str, Any]] | None]:
        """Users, or teams of type Group, by id or by name. Only declared ones are this program's;
        those that come from the service are not seen. Before OpenMetadata 1.5 at most one."""
        return self._output("owners")

    @property
    def domains(self) -> pulumi.Output[Sequence[str] | None]:
        """Domains by fully qualified name. Only declared ones are this program's. Before
        OpenMetadata 1.9 at most one, and many servers' rules allow no more."""
        return self._output("domains")

    @property
    def tags(self) -> pulumi.Output[Sequence[str | Mapping[str, Any]] | None]:
        """Tags by fully qualified name (`PII.Sensitive`), or labels; glossary terms are labels
        with `source` `Glossary`. Only declared tags are this program's; derived ones are the
        server's."""
        return self._output("tags")

    @property
    def data_products(self) -> pulumi.Output[Sequence[str] | None]:
        """Data products by fully qualified name; they need a domain. Only declared ones are this
        program's. From OpenMetadata 1.5 on."""
        return self._output("dataProducts")

    @property
    def fully_qualified_name(self) -> pulumi.Output[str]:
        """`service.name`, as others refer to it: segments with dots or quotes in quotes."""
        return self._output("fullyQualifiedName")

    @property
    def service_type(self) -> pulumi.Output[str | None]:
        """The type of its service."""
        return self._output("serviceType")

    @property
    def version(self) -> pulumi.Output[float | None]:
        """The server's version of the metadata: 0.1 when new."""
        return self._output("version")

    @property
    def updated_at(self) -> pulumi.Output[int | None]:
        """When it was last changed, in milliseconds since 1970."""
        return self._output("updatedAt")

    @property
    def updated_by(self) -> pulumi.Output[str | None]:
        """Who changed it last."""
        return self._output("updatedBy")

    @property
    def href(self) -> pulumi.Output[str | None]:
        """Its address in the API."""
        return self._output("href")

    @property
    def deleted(self) -> pulumi.Output[bool | None]:
        """Whether it is deleted softly."""
        return self._output("deleted")
