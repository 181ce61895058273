"""`nemo.ModelEntity`: a model in a workspace of the NeMo Platform."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from pulumi_mlregistry.apis.caller import Log, is_gone
from pulumi_mlregistry.apis.nemo.client import NemoClient, model_path
from pulumi_mlregistry.apis.nemo.spec import (
    ApiEndpoint,
    ModelSpec,
    Prompt,
    canonical_endpoint,
    canonical_prompt,
    canonical_spec,
)
from pulumi_mlregistry.reconcile import canonical
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.behaviour import Behaviour, Shape
from pulumi_mlregistry.reconcile.errors import InvalidAnswer, Lost, RegistryError, Rejected, Stale
from pulumi_mlregistry.reconcile.protocol import Api, Child, Claim, Live, Patch
from pulumi_mlregistry.reconcile.table import POLICY, Table
from pulumi_mlregistry.reconcile.unknown import has_unknown
from pulumi_mlregistry.transport.answer import Answer

_NAME = r"^[a-z](?!.*--)[a-z0-9\-@.+_]{1,62}(?<!-)$"
_IGNORED = "the NeMo Platform ignores it in an update"
_KEPT = "in an update the NeMo Platform takes null for 'leave as it is'"

FinetuningType = Literal[
    "lora_merged", "all_weights", "last_layer", "top_layers", "gradual_unfreezing", "bias_only",
    "attention_only", "lora", "qlora", "adalora", "dora", "lora_plus", "prompt_tuning",
    "prefix_tuning", "p_tuning", "p_tuning_v2", "soft_prompt", "ppo", "dpo", "cdpo", "ipo", "orpo",
    "kto", "rrhf", "grpo",
]  # fmt: skip


def _reference(values: Mapping[str, Any]) -> str | None:
    workspace, name = values.get("workspace"), values.get("name")
    if has_unknown([workspace, name]) or not (workspace and name):
        return None
    return f"{workspace}/{name}"


def _no_gpu_counts(spec: Any) -> str | None:
    keys = [key for key in spec if key.startswith("minimum_gpus_")]
    return f"{keys[0]} is the platform's to compute: leave it out" if keys else None


class ModelEntity(Table):
    """A model entity of the NVIDIA NeMo Platform: what a model is, where its checkpoint lies and
    where it answers, under a name in a workspace."""

    kind: ClassVar[str] = "nemo:ModelEntity"
    system: ClassVar[str] = "the NeMo Platform"
    title: ClassVar[str] = "model entity"
    imported_by: ClassVar[str] = "`workspace/name`"
    loses: ClassVar[str] = "its adapters"
    last_change: ClassVar[tuple[str, ...]] = ("updatedAt",)
    places: ClassVar[tuple[Mapping[str, str], ...]] = ({"workspace": "workspace"},)

    name: Annotated[
        str, Field(pattern=_NAME), Behaviour(key=True, create_only=True, reasons=_IGNORED)
    ]
    """Name in the workspace: 2 to 63 characters, a lower-case letter first, then lower-case
    letters, digits and `-@.+_`, no `--`, no `-` at the end."""

    workspace: Annotated[
        str,
        Field(min_length=1),
        Behaviour(key=True, create_only=True, setting="nemoWorkspace", reasons=_IGNORED),
    ] = "default"
    """Workspace of the entity; `mlregistry:nemoWorkspace`, or `default`, if not given."""

    project: Annotated[
        str | None,
        Field(min_length=1, max_length=255, pattern=r"^[\w\-./]+$"),
        Behaviour(create_only=True, reasons=_IGNORED),
    ] = None
    """Name of a project in the same workspace; it must exist."""

    description: Annotated[
        str | None, Field(max_length=1000), Behaviour(canonical=canonical.text, clear="")
    ] = None
    """Free text of at most 1000 characters."""

    spec: Annotated[
        ModelSpec | None,
        Behaviour(computed=True, canonical=canonical_spec, advise=_no_gpu_counts, reasons=_KEPT),
    ] = None
    """Architecture of the model, keys as the API writes them. Required in it:
    `checkpoint_model_name`, `family`, `num_layers`, `hidden_size`, `num_attention_heads`,
    `num_kv_heads`, `ffn_hidden_size`, `vocab_size`, `tied_embeddings`, `gated_mlp`,
    `base_num_parameters`, `precision`. The platform computes it from the fileset where it is not
    declared."""

    finetuning_type: Annotated[FinetuningType | None, Behaviour(reasons=_KEPT)] = None
    """How the model was fine-tuned, for models with full weights."""

    fileset: Annotated[str | None, Field(min_length=1), Behaviour(reasons=_KEPT)] = None
    """Checkpoint files, as `{workspace}/{fileset}`; the fileset must exist."""

    base_model: Annotated[str | None, Behaviour(canonical=canonical.text, clear="")] = None
    """Name of the model that this one is made from; it need not exist."""

    api_endpoint: Annotated[
        ApiEndpoint | None,
        Behaviour(canonical=canonical_endpoint, clear={}, secret=("apiKey",)),
    ] = None
    """Where the model answers."""

    backend_format: Annotated[
        Literal["OPENAI_CHAT", "ANTHROPIC_MESSAGES"] | None, Behaviour(clear=None)
    ] = None
    """Wire format of the inference backend; not set is treated as `OPENAI_CHAT`."""

    prompt: Annotated[Prompt | None, Behaviour(canonical=canonical_prompt, clear={})] = None
    """Prompt engineering, keys as the API writes them: `system_prompt`, `icl_few_shot_examples`,
    `inference_params`, `system_prompt_template`."""

    custom_fields: Annotated[
        dict[str, Any] | None,
        Behaviour(
            shape=Shape.MAP, canonical=canonical.chain(canonical.plain, canonical.without_nulls)
        ),
    ] = None
    """Metadata of your own, keys as written. Only declared keys are this program's."""

    ownership: Annotated[
        dict[str, Any] | None,
        Behaviour(
            shape=Shape.MAP, canonical=canonical.chain(canonical.plain, canonical.without_nulls)
        ),
    ] = None
    """Who owns the model, keys as written. Only declared keys are this program's."""

    model_providers: Annotated[
        list[str] | None, Behaviour(shape=Shape.SET, prepare=canonical.unique)
    ] = None
    """Providers that serve the model, each `workspace/name`; order means nothing. Only declared
    ones are this program's."""

    trust_remote_code: Annotated[
        bool | None, Behaviour(canonical=canonical.false_is_absent, clear=False)
    ] = None
    """Whether the checkpoint's own code may run. Only administrators may set it to true."""

    recursive: Annotated[bool | None, POLICY] = None
    """Whether a delete may take the entity's adapters along. Default false: they are named in an
    error and nothing is deleted."""

    reference: Annotated[str | None, Behaviour(derived=_reference)] = None
    """`workspace/name`, as other entities refer to this one."""

    entity_id: Annotated[str | None, Behaviour(server=True, identity=True)] = None
    """The platform's own id; a deleted and newly created entity has another."""

    created_at: Annotated[str | None, Behaviour(server=True, lasting=True)] = None
    """When it was created, RFC 3339 in UTC."""

    updated_at: Annotated[str | None, Behaviour(server=True)] = None
    """When its stored data last changed, RFC 3339 in UTC."""

    adapters: Annotated[list[str] | None, Behaviour(server=True)] = None
    """Names of its adapters."""


@dataclass
class ModelEntityApi(Api):
    """The calls of a model entity: POST, GET, PATCH, DELETE; this API has no PUT."""

    client: NemoClient
    registry: str
    table: type[Table] = ModelEntity
    repeatable: bool = True

    def locate(self, declared: Mapping[str, Any]) -> str:
        """`workspace/name`."""
        return _reference(declared) or ""

    def find(self, declared: Mapping[str, Any], claim: Claim) -> Live | None:
        """By workspace and name."""
        del claim
        return self.read(self.locate(declared))

    def read(self, id_: str) -> Live | None:
        """GET with `verbose`, without which `linear_layers` reads back as null."""
        answer = self.client.get(_path(id_))
        return None if answer is None else _live(answer)

    def create(self, declared: Mapping[str, Any], claim: Claim) -> Live:
        """POST; a second one of the same name is refused by the platform."""
        del claim
        body = {
            c.attr: c.in_snake(declared[c.name])
            for c in tables.inputs(self.table)
            if declared.get(c.name) is not None and c.attr != "workspace"
        }
        path = model_path(str(declared["workspace"]))
        answer = self.client.call("POST", path, body=body)
        try:
            live = _live(answer)
        except InvalidAnswer as error:
            raise Lost(error.why, remedy="Run pulumi refresh, then up") from None
        live.complete = _shows_all(declared)
        return live

    def patch(self, live: Live, patch: Patch) -> Live | None:
        """PATCH of the changed fields; absent means keep, objects and lists are replaced whole."""
        body = {
            tables.column(self.table, name).attr: tables.column(self.table, name).in_snake(value)
            for name, value in patch.whole.items()
        }
        # Quirk (0.3.0 to 0.6.0): `fileset` beside `trust_remote_code: false` leaves trust at true.
        alone = {"trust_remote_code": body.pop("trust_remote_code")} if _undone(body) else {}
        answer: Answer | None = None
        for part in (body, alone):
            if part:
                answer = self.client.call("PATCH", _path(live.id), body=part)
        if answer is None or not _shows_all(patch.declared):
            return None
        return _live(answer)

    def delete(self, live: Live, *, hard: bool, recursive: bool) -> None:
        """DELETE; the platform deletes the adapters with it. Gone already is done."""
        del hard, recursive
        for _ in range(3):
            try:
                if self.client.call("DELETE", _path(live.id)).status == 204:
                    return
                failure: RegistryError = self.client.unproven_delete()
            except (Stale, Lost) as error:
                failure = error
            except RegistryError as error:
                if is_gone(self.read, live.id, error):
                    return
                raise
            if is_gone(self.read, live.id, failure):
                return
        raise failure

    def children(self, live: Live, *, hard: bool, stacks: Collection[str]) -> list[Child]:
        """Its adapters."""
        del hard, stacks
        return [Child(f"adapter {name}") for name in live.server.get("adapters") or []]


def _undone(body: Mapping[str, Any]) -> bool:
    return body.get("trust_remote_code") is False and "fileset" in body


def _shows_all(values: Mapping[str, Any]) -> bool:
    """Whether the answer of a write shows all that was written: layers need a verbose read."""
    spec = values.get("spec")
    return not (isinstance(spec, Mapping) and spec.get("linear_layers") is not None)


def _path(id_: str) -> str:
    workspace, _, name = id_.partition("/")
    if not (workspace and name):
        raise Rejected(f"{id_!r} is no model entity's id", remedy="It is workspace/name")
    return model_path(workspace, name)


def _live(answer: Answer) -> Live:
    return shown(answer.object, answer.server_time)


def shown(body: Mapping[str, Any], now: float | None) -> Live:
    """What a read answers, nulls left out or not; ``now`` is the server's clock."""
    if not (body.get("id") and body.get("workspace") and body.get("name")):
        raise InvalidAnswer(
            "the answer holds no model entity", remedy="Is mlregistry:nemoUrl a NeMo Platform's?"
        )
    values = {
        c.name: c.in_camel(body[c.attr])
        for c in tables.inputs(ModelEntity)
        if body.get(c.attr) is not None
    }
    created = _moment(body.get("created_at"))
    updated = _moment(body.get("updated_at"))
    server = {
        "entityId": body.get("id"),
        "createdAt": created,
        "updatedAt": updated,
        "adapters": sorted(str(a.get("name")) for a in body.get("adapters") or []),
    }
    return Live(
        id=f"{body.get('workspace')}/{body.get('name')}",
        values=values,
        server=server,
        changed_at=updated or "",
        age=_age(created, now),
    )


def _moment(value: Any) -> str | None:
    """The platform's times are UTC without saying so."""
    if not isinstance(value, str) or not value:
        return None
    return value if value.endswith("Z") or "+" in value else f"{value}Z"


def _age(created: str | None, now: float | None) -> float | None:
    if created is None or now is None:
        return None
    return now - datetime.datetime.fromisoformat(created).timestamp()


def make_api(client: NemoClient, log: Log) -> ModelEntityApi:
    """The calls of one operation."""
    del log
    return ModelEntityApi(client, client.http.base_url)
