"""The nested values of a model entity: what the NeMo Platform keeps of them, and their forms."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AnyUrl, ConfigDict, Field, ValidationError

from pulumi_mlregistry.reconcile.canonical import plain, without_nulls
from pulumi_mlregistry.reconcile.table import AsWritten, Struct


def _url(value: str) -> str:
    try:
        AnyUrl(value)
    except ValidationError:
        raise ValueError("is not a URL with a scheme and a host") from None
    return value


class ApiEndpoint(Struct):
    """Where the model answers."""

    url: Annotated[str, Field(min_length=1), AfterValidator(_url)] | None = None
    """URL of the endpoint; the platform stores it normalised (`https://Example.com` as
    `https://example.com/`), which is no drift."""
    model_id: str | None = None
    """Name of the model at the endpoint."""
    api_key: str | None = None
    """Key for the endpoint. Secret; the platform itself returns it in the clear to its readers."""
    format: str | None = None
    """API format, such as `openai` or `nvidia`."""


class InferenceParams(AsWritten):
    """Inference parameters to override; further keys go through to the inference request."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    model: str | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    stop: list[str] | None = None


class Prompt(AsWritten):
    """Configuration for prompt engineering."""

    system_prompt: str | None = None
    icl_few_shot_examples: str | None = None
    inference_params: InferenceParams | None = None
    system_prompt_template: str | None = None


class MoeConfig(AsWritten):
    """Mixture of experts."""

    num_experts: int
    num_experts_per_tok: int
    num_expert_layers: int
    expert_ffn_size: int | None = None
    num_shared_experts: int | None = None


class MambaConfig(AsWritten):
    """Mamba or state space model."""

    is_hybrid: bool
    num_mamba_layers: int
    num_attention_layers: int | None = None
    num_mlp_layers: int | None = None
    state_size: int | None = None
    conv_kernel: int | None = None


class SlidingWindowConfig(AsWritten):
    """Sliding window attention."""

    window_size: int


class LinearLayer(AsWritten):
    """One linear layer."""

    name: str
    in_features: int
    out_features: int


class ToolCallConfig(AsWritten):
    """Tool calling in deployments."""

    tool_call_parser: Annotated[str, Field(max_length=255)] | None = None
    tool_call_plugin: Annotated[str, Field(max_length=255)] | None = None
    auto_tool_choice: bool | None = None


class ModelSpec(AsWritten):
    """The model's architecture; twelve keys are required as soon as there is a spec."""

    checkpoint_model_name: str
    family: str
    num_layers: int
    hidden_size: int
    num_attention_heads: int
    num_kv_heads: int
    ffn_hidden_size: int
    vocab_size: int
    tied_embeddings: bool
    gated_mlp: bool
    base_num_parameters: int
    precision: str
    context_size: int | None = None
    num_virtual_tokens: int | None = None
    is_chat: bool | None = None
    head_type: Literal["causal_lm", "embedding", "cross_encoder", "unknown"] | None = None
    is_embedding_model: bool | None = None
    moe_config: MoeConfig | None = None
    mamba_config: MambaConfig | None = None
    sliding_window_config: SlidingWindowConfig | None = None
    linear_layers: list[LinearLayer] | None = None
    chat_template: str | None = None
    tool_call_config: ToolCallConfig | None = None


_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "moe_config": {"num_shared_experts": 0},
    "mamba_config": {
        "num_attention_layers": 0,
        "num_mlp_layers": 0,
        "state_size": 16,
        "conv_kernel": 4,
    },
}
"""What the platform fills in where a nested key is left out."""
_COMPUTED = ("minimum_gpus_all_weights", "minimum_gpus_lora")
"""The platform's own: accepted in a request, and always read back as null."""


def canonical_spec(value: Any) -> Any:
    """A spec without nulls, defaults and the platform's own keys; one key for the head."""
    if not isinstance(value, Mapping):
        return plain(value)
    spec = {k: v for k, v in without_nulls(plain(value)).items() if k not in _COMPUTED}
    embedding = spec.pop("is_embedding_model", False)
    if embedding and spec.get("head_type") in (None, "unknown"):
        spec["head_type"] = "embedding"
    if spec.get("head_type") == "unknown":
        del spec["head_type"]
    for key, defaults in _DEFAULTS.items():
        if isinstance(spec.get(key), Mapping):
            spec[key] = {**defaults, **spec[key]}
    return spec


def canonical_endpoint(value: Any) -> Any:
    """An endpoint without nulls, its URL as the platform normalises it; empty is not set."""
    if not isinstance(value, Mapping):
        return value
    endpoint = without_nulls(value)
    if isinstance(endpoint.get("url"), str):
        with contextlib.suppress(ValidationError):  # check has told the user of a bad one
            endpoint["url"] = str(AnyUrl(endpoint["url"]))
    return endpoint or None


def canonical_prompt(value: Any) -> Any:
    """A prompt without nulls; empty is not set."""
    return without_nulls(plain(value)) or None
