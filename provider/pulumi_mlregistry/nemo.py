"""Resources of the module `nemo`: ModelEntity.

Generated from the field tables by scripts/generate: change the tables instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import pulumi

from pulumi_mlregistry.gates.gate import Gate
from pulumi_mlregistry.program.resource import Resource

__all__ = ["ApiEndpointArgs", "ModelEntity"]


class ApiEndpointArgs(TypedDict, total=False):
    """Where the model answers."""

    url: pulumi.Input[str]
    """URL of the endpoint; the platform stores it normalised (`https://Example.com` as
    `https://example.com/`), which is no drift."""
    model_id: pulumi.Input[str]
    """Name of the model at the endpoint."""
    api_key: pulumi.Input[str]
    """Key for the endpoint. Secret; the platform itself returns it in the clear to its readers."""
    format: pulumi.Input[str]
    """API format, such as `openai` or `nvidia`."""


class ModelEntity(Resource, module="mlregistry/nemo", name="ModelEntity"):
    """A model entity of the NVIDIA NeMo Platform: what a model is, where its checkpoint lies and
    where it answers, under a name in a workspace."""

    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str] | None = None,
        workspace: pulumi.Input[str] | None = None,
        project: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        spec: pulumi.Input[Mapping[str, Any]] | None = None,
        finetuning_type: pulumi.Input[str] | None = None,
        fileset: pulumi.Input[str] | None = None,
        base_model: pulumi.Input[str] | None = None,
        api_endpoint: pulumi.Input[ApiEndpointArgs | Mapping[str, Any]] | None = None,
        backend_format: pulumi.Input[str] | None = None,
        prompt: pulumi.Input[Mapping[str, Any]] | None = None,
        custom_fields: pulumi.Input[Mapping[str, Any]] | None = None,
        ownership: pulumi.Input[Mapping[str, Any]] | None = None,
        model_providers: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        trust_remote_code: pulumi.Input[bool] | None = None,
        recursive: pulumi.Input[bool] | None = None,
        on_conflict: pulumi.Input[str] | None = None,
        allow_recreate: pulumi.Input[bool] | None = None,
        delete_policy: pulumi.Input[str] | None = None,
        exclusive: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        release: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        gates: Sequence[Gate] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a model entity.

        :param name: Name in the workspace: 2 to 63 characters, a lower-case letter first, then
            lower-case letters, digits and `-@.+_`, no `--`, no `-` at the end. The logical name if
            not given.
        :param workspace: Workspace of the entity; `mlregistry:nemoWorkspace`, or `default`, if not
            given.
        :param project: Name of a project in the same workspace; it must exist.
        :param description: Free text of at most 1000 characters.
        :param spec: Architecture of the model, keys as the API writes them. Required in it:
            `checkpoint_model_name`, `family`, `num_layers`, `hidden_size`, `num_attention_heads`,
            `num_kv_heads`, `ffn_hidden_size`, `vocab_size`, `tied_embeddings`, `gated_mlp`,
            `base_num_parameters`, `precision`. The platform computes it from the fileset where it
            is not declared.
        :param finetuning_type: How the model was fine-tuned, for models with full weights. One of
            `lora_merged`, `all_weights`, `last_layer`, `top_layers`, `gradual_unfreezing`,
            `bias_only`, `attention_only`, `lora`, `qlora`, `adalora`, `dora`, `lora_plus`,
            `prompt_tuning`, `prefix_tuning`, `p_tuning`, `p_tuning_v2`, `soft_prompt`, `ppo`,
            `dpo`, `cdpo`, `ipo`, `orpo`, `kto`, `rrhf`, `grpo`.
        :param fileset: Checkpoint files, as `{workspace}/{fileset}`; the fileset must exist.
        :param base_model: Name of the model that this one is made from; it need not exist.
        :param api_endpoint: Where the model answers.
        :param backend_format: Wire format of the inference backend; not set is treated as
            `OPENAI_CHAT`. One of `OPENAI_CHAT`, `ANTHROPIC_MESSAGES`.
        :param prompt: Prompt engineering, keys as the API writes them: `system_prompt`,
            `icl_few_shot_examples`, `inference_params`, `system_prompt_template`.
        :param custom_fields: Metadata of your own, keys as written. Only declared keys are this
            program's.
        :param ownership: Who owns the model, keys as written. Only declared keys are this
            program's.
        :param model_providers: Providers that serve the model, each `workspace/name`; order means
            nothing. Only declared ones are this program's.
        :param trust_remote_code: Whether the checkpoint's own code may run. Only administrators
            may set it to true.
        :param recursive: Whether a delete may take the entity's adapters along. Default false:
            they are named in an error and nothing is deleted.
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
            "nemo:ModelEntity",
            resource_name,
            {
                "name": name,
                "workspace": workspace,
                "project": project,
                "description": description,
                "spec": spec,
                "finetuning_type": finetuning_type,
                "fileset": fileset,
                "base_model": base_model,
                "api_endpoint": api_endpoint,
                "backend_format": backend_format,
                "prompt": prompt,
                "custom_fields": custom_fields,
                "ownership": ownership,
                "model_providers": model_providers,
                "trust_remote_code": trust_remote_code,
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
        """Name in the workspace: 2 to 63 characters, a lower-case letter first, then lower-case
        letters, digits and `-@.+_`, no `--`, no `-` at the end."""
        return self._output("name")

    @property
    def workspace(self) -> pulumi.Output[str | None]:
        """Workspace of the entity; `mlregistry:nemoWorkspace`, or `default`, if not given."""
        return self._output("workspace")

    @property
    def project(self) -> pulumi.Output[str | None]:
        """Name of a project in the same workspace; it must exist."""
        return self._output("project")

    @property
    def description(self) -> pulumi.Output[str | None]:
        """Free text of at most 1000 characters."""
        return self._output("description")

    @property
    def spec(self) -> pulumi.Output[Mapping[str, Any] | None]:
        """Architecture of the model, keys as the API writes them. Required in it:
        `checkpoint_model_name`, `family`, `num_layers`, `hidden_size`, `num_attention_heads`,
        `num_kv_heads`, `ffn_hidden_size`, `vocab_size`, `tied_embeddings`, `gated_mlp`,
        `base_num_parameters`, `precision`. The platform computes it from the fileset where it is
        not declared."""
        return self._output("spec")

    @property
    def finetuning_type(self) -> pulumi.Output[str | None]:
        """How the model was fine-tuned, for models with full weights."""
        return self._output("finetuningType")

    @property
    def fileset(self) -> pulumi.Output[str | None]:
        """Checkpoint files, as `{workspace}/{fileset}`; the fileset must exist."""
        return self._output("fileset")

    @property
    def base_model(self) -> pulumi.Output[str | None]:
        """Name of the model that this one is made from; it need not exist."""
        return self._output("baseModel")

    @property
    def api_endpoint(self) -> pulumi.Output[Mapping[str, Any] | None]:
        """Where the model answers."""
        return self._output("apiEndpoint")

    @property
    def backend_format(self) -> pulumi.Output[str | None]:
        """Wire format of the inference backend; not set is treated as `OPENAI_CHAT`."""
        return self._output("backendFormat")

    @property
    def prompt(self) -> pulumi.Output[Mapping[str, Any] | None]:
        """Prompt engineering, keys as the API writes them: `system_prompt`,
        `icl_few_shot_examples`, `inference_params`, `system_prompt_template`."""
        return self._output("prompt")

    @property
    def custom_fields(self) -> pulumi.Output[Mapping[str, Any] | None]:
        """Metadata of your own, keys as written. Only declared keys are this program's."""
        return self._output("customFields")

    @property
    def ownership(self) -> pulumi.Output[Mapping[str, Any] | None]:
        """Who owns the model, keys as written. Only declared keys are this program's."""
        return self._output("ownership")

    @property
    def model_providers(self) -> pulumi.Output[Sequence[str] | None]:
        """Providers that serve the model, each `workspace/name`; order means nothing. Only
        declared ones are this program's."""
        return self._output("modelProviders")

    @property
    def trust_remote_code(self) -> pulumi.Output[bool | None]:
        """Whether the checkpoint's own code may run. Only administrators may set it to true."""
        return self._output("trustRemoteCode")

    @property
    def recursive(self) -> pulumi.Output[bool | None]:
        """Whether a delete may take the entity's adapters along. Default false: they are named in
        an error and nothing is deleted."""
        return self._output("recursive")

    @property
    def reference(self) -> pulumi.Output[str]:
        """`workspace/name`, as other entities refer to this one."""
        return self._output("reference")

    @property
    def entity_id(self) -> pulumi.Output[str | None]:
        """The platform's own id; a deleted and newly created entity has another."""
        return self._output("entityId")

    @property
    def created_at(self) -> pulumi.Output[str | None]:
        """When it was created, RFC 3339 in UTC."""
        return self._output("createdAt")

    @property
    def updated_at(self) -> pulumi.Output[str | None]:
        """When its stored data last changed, RFC 3339 in UTC."""
        return self._output("updatedAt")

    @property
    def adapters(self) -> pulumi.Output[Sequence[str] | None]:
        """Names of its adapters."""
        return self._output("adapters")
