"""Resources of the module `mlflow`: RegisteredModel, ModelVersion.

Generated from the field tables by scripts/generate: change the tables instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from pulumi_mlregistry.gates.gate import Gate
from pulumi_mlregistry.program.resource import Resource

__all__ = ["ModelVersion", "RegisteredModel"]


class RegisteredModel(Resource, module="mlregistry/mlflow", name="RegisteredModel"):
    """A registered model of an MLflow registry, plain or Oracle's: the name under which versions
    are registered."""

    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str | float | bool]]] | None = None,
        recursive: pulumi.Input[bool] | None = None,
        on_conflict: pulumi.Input[str] | None = None,
        allow_recreate: pulumi.Input[bool] | None = None,
        delete_policy: pulumi.Input[str] | None = None,
        exclusive: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        release: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        gates: Sequence[Gate] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a registered model.

        :param name: Name of the model: case-sensitive, without `/` and `:`; at Oracle at most 255
            characters. The logical name if not given.
        :param description: Free text; at Oracle at most 5000 characters.
        :param tags: Tags; numbers and booleans become texts. Keys of 1 to 250 characters, values
            of at most 100000, at Oracle 8000. Only declared keys are this program's.
        :param recursive: Whether a delete may take the model's versions along. Default false: they
            are named in an error and nothing is deleted.
        :param on_conflict: What to do when the object exists already and is not this resource's:
            `fail` (default) leaves it alone and names it, `adopt` takes it over and converges it,
            `adopt_if_equal` takes it over only where nothing would change. One of `fail`, `adopt`,
            `adopt_if_equal`.
        :param allow_recreate: Whether a change that cannot be made in place may delete the object
            and create it anew under the same name, with the loss of what others attached to it.
            Default false.
        :param delete_policy: What removal from the program does: `hard` (default) deletes the
            object, `retain` leaves it in the registry. Adopted objects are retained unless this
            says otherwise. One of `hard`, `retain`.
        :param exclusive: The fields (`tags`, ...) of which all keys are this program's: undeclared
            keys are deleted. Elsewhere only declared keys are ever touched.
        :param release: Fields that were declared once, are no longer, and shall keep their value
            in the registry rather than be cleared.
        :param gates: What has to hold before anything of it is written, such as
            `gates.Described()`; one that does not hold stops the preview. Nothing of them is kept
            in the state.
        """
        self._declare(
            "mlflow:RegisteredModel",
            resource_name,
            {
                "name": name,
                "description": description,
                "tags": tags,
                "recursive": recursive,
                "on_conflict": on_conflict,
                "allow_recreate": allow_recreate,
                "delete_policy": delete_policy,
                "exclusive": exclusive,
                "release": release,
            },
            opts,
            gates,
        )

    @property
    def name(self) -> pulumi.Output[str]:
        """Name of the model: case-sensitive, without `/` and `:`; at Oracle at most 255
        characters."""
        return self._output("name")

    @property
    def description(self) -> pulumi.Output[str | None]:
        """Free text; at Oracle at most 5000 characters."""
        return self._output("description")

    @property
    def tags(self) -> pulumi.Output[Mapping[str, str] | None]:
        """Tags; numbers and booleans become texts. Keys of 1 to 250 characters, values of at most
        100000, at Oracle 8000. Only declared keys are this program's."""
        return self._output("tags")

    @property
    def recursive(self) -> pulumi.Output[bool | None]:
        """Whether a delete may take the model's versions along. Default false: they are named in
        an error and nothing is deleted."""
        return self._output("recursive")

    @property
    def creation_timestamp(self) -> pulumi.Output[int | None]:
        """When it was created, in milliseconds since 1970; it tells models of one name apart."""
        return self._output("creationTimestamp")

    @property
    def last_updated_timestamp(self) -> pulumi.Output[int | None]:
        """When it was last changed, in milliseconds since 1970; tags do not count."""
        return self._output("lastUpdatedTimestamp")


class ModelVersion(Resource, module="mlregistry/mlflow", name="ModelVersion"):
    """A version of a registered model, plain MLflow's or Oracle's. The registry gives the number:
    a change of what is fixed at creation makes a new version."""

    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str],
        source: pulumi.Input[str],
        description: pulumi.Input[str] | None = None,
        model_id: pulumi.Input[str] | None = None,
        run_id: pulumi.Input[str] | None = None,
        run_link: pulumi.Input[str] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str | float | bool]]] | None = None,
        stage: pulumi.Input[str] | None = None,
        aliases: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        on_conflict: pulumi.Input[str] | None = None,
        allow_recreate: pulumi.Input[bool] | None = None,
        delete_policy: pulumi.Input[str] | None = None,
        exclusive: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        release: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        gates: Sequence[Gate] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a model version.

        :param name: Name of the registered model, which must exist; at Oracle at most 255
            characters.
        :param source: URI of the model's artifacts, such as `oci://bucket@namespace/path`; at
            Oracle at most 500 characters. A source `models:/name@alias` is resolved at creation:
            see `resolved_source`.
        :param description: Free text; at Oracle at most 5000 characters.
        :param model_id: Id of the logged model that the version is made from; at Oracle at most 36
            characters. The registry never returns it.
        :param run_id: Id of the run that made the model; at Oracle at most 32 characters. The
            registry fills it in where the source tells.
        :param run_link: Link to the run; at Oracle at most 500 characters.
        :param tags: Tags; numbers and booleans become texts. Keys of 1 to 250 characters, values
            of at most 100000; at Oracle at most 20 tags with values of at most 8000. Only declared
            keys are this program's. Beside them the tag `mlregistry.owner` marks what this program
            made.
        :param stage: Stage such as `Staging` or `Production`, at most 64 characters; entered only
            after the version is READY. MLflow 3 calls stages deprecated.
        :param aliases: Aliases that point to this version, such as `champion`; only declared ones
            are this program's. They move last, to a version that is READY, from whichever version
            of this program has them; from another's only with `on_conflict="adopt"`. Oracle has no
            aliases.
        :param on_conflict: What to do when the object exists already and is not this resource's:
            `fail` (default) leaves it alone and names it, `adopt` takes it over and converges it,
            `adopt_if_equal` takes it over only where nothing would change. One of `fail`, `adopt`,
            `adopt_if_equal`.
        :param allow_recreate: Whether a change that cannot be made in place may delete the object
            and create it anew under the same name, with the loss of what others attached to it.
            Default false.
        :param delete_policy: What removal from the program does: `hard` (default) deletes the
            object, `retain` leaves it in the registry. Adopted objects are retained unless this
            says otherwise. One of `hard`, `retain`.
        :param exclusive: The fields (`tags`, ...) of which all keys are this program's: undeclared
            keys are deleted. Elsewhere only declared keys are ever touched.
        :param release: Fields that were declared once, are no longer, and shall keep their value
            in the registry rather than be cleared.
        :param gates: What has to hold before anything of it is written, such as
            `gates.Described()`; one that does not hold stops the preview. Nothing of them is kept
            in the state.
        """
        self._declare(
            "mlflow:ModelVersion",
            resource_name,
            {
                "name": name,
                "source": source,
                "description": description,
                "model_id": model_id,
                "run_id": run_id,
                "run_link": run_link,
                "tags": tags,
                "stage": stage,
                "aliases": aliases,
                "on_conflict": on_conflict,
                "allow_recreate": allow_recreate,
                "delete_policy": delete_policy,
                "exclusive": exclusive,
                "release": release,
            },
            opts,
            gates,
        )

    @property
    def name(self) -> pulumi.Output[str]:
        """Name of the registered model, which must exist; at Oracle at most 255 characters."""
        return self._output("name")

    @property
    def source(self) -> pulumi.Output[str]:
        """URI of the model's artifacts, such as `oci://bucket@namespace/path`; at Oracle at most
        500 characters. A source `models:/name@alias` is resolved at creation: see
        `resolved_source`."""
        return self._output("source")

    @property
    def description(self) -> pulumi.Output[str | None]:
        """Free text; at Oracle at most 5000 characters."""
        return self._output("description")

    @property
    def model_id(self) -> pulumi.Output[str | None]:
        """Id of the logged model that the version is made from; at Oracle at most 36 characters.
        The registry never returns it."""
        return self._output("modelId")

    @property
    def run_id(self) -> pulumi.Output[str | None]:
        """Id of the run that made the model; at Oracle at most 32 characters. The registry fills
        it in where the source tells."""
        return self._output("runId")

    @property
    def run_link(self) -> pulumi.Output[str | None]:
        """Link to the run; at Oracle at most 500 characters."""
        return self._output("runLink")

    @property
    def tags(self) -> pulumi.Output[Mapping[str, str] | None]:
        """Tags; numbers and booleans become texts. Keys of 1 to 250 characters, values of at most
        100000; at Oracle at most 20 tags with values of at most 8000. Only declared keys are this
        program's. Beside them the tag `mlregistry.owner` marks what this program made."""
        return self._output("tags")

    @property
    def stage(self) -> pulumi.Output[str | None]:
        """Stage such as `Staging` or `Production`, at most 64 characters; entered only after the
        version is READY. MLflow 3 calls stages deprecated."""
        return self._output("stage")

    @property
    def aliases(self) -> pulumi.Output[Sequence[str] | None]:
        """Aliases that point to this version, such as `champion`; only declared ones are this
        program's. They move last, to a version that is READY, from whichever version of this
        program has them; from another's only with `on_conflict="adopt"`. Oracle has no aliases."""
        return self._output("aliases")

    @property
    def version(self) -> pulumi.Output[str | None]:
        """Number of the version, a text."""
        return self._output("version")

    @property
    def status(self) -> pulumi.Output[str | None]:
        """`READY` after a successful creation."""
        return self._output("status")

    @property
    def status_message(self) -> pulumi.Output[str | None]:
        """The registry's words on the status."""
        return self._output("statusMessage")

    @property
    def resolved_source(self) -> pulumi.Output[str | None]:
        """The source as the registry stores it."""
        return self._output("resolvedSource")

    @property
    def current_stage(self) -> pulumi.Output[str | None]:
        """The stage as the registry spells it; `None` where there is none."""
        return self._output("currentStage")

    @property
    def current_aliases(self) -> pulumi.Output[Sequence[str] | None]:
        """All aliases that point to this version, whoever set them."""
        return self._output("currentAliases")

    @property
    def user_id(self) -> pulumi.Output[str | None]:
        """Who registered it."""
        return self._output("userId")

    @property
    def creation_timestamp(self) -> pulumi.Output[int | None]:
        """When it was created, in milliseconds since 1970; it tells versions of one number
        apart."""
        return self._output("creationTimestamp")

    @property
    def last_updated_timestamp(self) -> pulumi.Output[int | None]:
        """When it was last changed, in milliseconds since 1970; tags and aliases do not count."""
        return self._output("lastUpdatedTimestamp")

    @property
    def model_metrics(self) -> pulumi.Output[Sequence[Mapping[str, Any]] | None]:
        """Metrics of the logged model: `key`, `value`, `step`, `timestamp`."""
        return self._output("modelMetrics")

    @property
    def model_params(self) -> pulumi.Output[Sequence[Mapping[str, Any]] | None]:
        """Parameters of the logged model: `name`, `value`."""
        return self._output("modelParams")

    @property
    def deployment_job_state(self) -> pulumi.Output[Mapping[str, Any] | None]:
        """State of the deployment job, keys as the API writes them."""
        return self._output("deploymentJobState")

    @property
    def etag(self) -> pulumi.Output[str | None]:
        """Oracle's entity tag; its API takes no `if-match`."""
        return self._output("etag")
