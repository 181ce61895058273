"""`mlflow.ModelVersion`: one numbered version of a registered model."""

from __future__ import annotations

import itertools
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from pulumi_mlregistry.apis.caller import Log, is_gone
from pulumi_mlregistry.apis.mlflow import aliases as alias_calls
from pulumi_mlregistry.apis.mlflow import once
from pulumi_mlregistry.apis.mlflow import values as shared
from pulumi_mlregistry.apis.mlflow.answers import shown
from pulumi_mlregistry.apis.mlflow.client import MlflowClient
from pulumi_mlregistry.apis.mlflow.markers import TAG, Marker
from pulumi_mlregistry.apis.mlflow.registration import until_ready
from pulumi_mlregistry.apis.mlflow.versions import (
    Version,
    made_before,
    mark_anew,
    newest_first,
)
from pulumi_mlregistry.reconcile import canonical
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.behaviour import Behaviour, Shape
from pulumi_mlregistry.reconcile.errors import Gone, Lost, Rejected
from pulumi_mlregistry.reconcile.protocol import Api, Claim, Live, Mark, Patch
from pulumi_mlregistry.reconcile.table import AsText, Table

_FIXED = "the registry takes it at creation only"
_TOKEN_LIFE = 24 * 3600.0
"""Seconds for which Oracle keeps a retry token."""


class ModelVersion(Table):
    """A version of a registered model, plain MLflow's or Oracle's. The registry gives the number: a
    change of what is fixed at creation makes a new version."""

    kind: ClassVar[str] = "mlflow:ModelVersion"
    system: ClassVar[str] = "MLflow"
    title: ClassVar[str] = "model version"
    last_change: ClassVar[tuple[str, ...]] = ("lastUpdatedTimestamp",)
    imported_by: ClassVar[str] = "`name/version`"
    named: ClassVar[bool] = False
    identified: ClassVar[bool] = True
    parent: ClassVar[tuple[str, str]] = ("mlflow:RegisteredModel", "name")
    looked_up_by: ClassVar[tuple[str, ...]] = ("name", "version")
    listed_by: ClassVar[tuple[str, ...]] = ("name",)
    places: ClassVar[tuple[Mapping[str, str], ...]] = ({"model": "name"}, {})

    @classmethod
    def unfinished(cls, outputs: Mapping[str, Any]) -> str:
        """A version that is not READY."""
        status, said = outputs.get("status"), outputs.get("statusMessage") or "no message"
        return "" if status in (None, "READY") else f"it is {status}: {said}"

    name: Annotated[
        str,
        Field(min_length=1, pattern=r"^[^/:]+$"),
        Behaviour(
            key=True, create_only=True, dialects=shared.oracle(low=1, high=255), reasons=_FIXED
        ),
    ]
    """Name of the registered model, which must exist; at Oracle at most 255 characters."""

    source: Annotated[
        str,
        Field(min_length=1),
        Behaviour(
            create_only=True,
            dialects=shared.oracle(low=1, high=500),
            rewritten=shared.resolves_to,
            reasons=_FIXED,
        ),
    ]
    """URI of the model's artifacts, such as `oci://bucket@namespace/path`; at Oracle at most 500
    characters. A source `models:/name@alias` is resolved at creation: see `resolved_source`."""

    description: Annotated[
        str | None,
        Behaviour(canonical=canonical.text, clear="", dialects=shared.oracle(high=5000)),
    ] = None
    """Free text; at Oracle at most 5000 characters."""

    model_id: Annotated[
        str | None,
        Behaviour(
            create_only=True,
            write_only=True,
            canonical=canonical.text,
            dialects=shared.oracle(high=36),
            reasons=_FIXED,
        ),
    ] = None
    """Id of the logged model that the version is made from; at Oracle at most 36 characters. The
    registry never returns it."""

    run_id: Annotated[
        str | None,
        Field(min_length=1),
        Behaviour(
            create_only=True,
            computed=True,
            canonical=canonical.text,
            dialects=shared.oracle(low=1, high=32),
            reasons=_FIXED,
        ),
    ] = None
    """Id of the run that made the model; at Oracle at most 32 characters. The registry fills it in
    where the source tells."""

    run_link: Annotated[
        str | None,
        Behaviour(
            create_only=True,
            canonical=canonical.text,
            dialects=shared.oracle(high=500),
            reasons=_FIXED,
        ),
    ] = None
    """Link to the run; at Oracle at most 500 characters."""

    tags: Annotated[
        dict[str, AsText] | None,
        AfterValidator(shared.judge_tags(entries=None, value=100_000)),
        Behaviour(
            shape=Shape.MAP,
            prepare=canonical.values_as_text,
            dialects={
                "mlflow": (AfterValidator(shared.judge_keys),),
                "oracle": (
                    AfterValidator(shared.judge_tags(entries=shared.ORACLE_TAGS, value=8000)),
                ),
            },
        ),
    ] = None
    """Tags; numbers and booleans become texts. Keys of 1 to 250 characters, values of at most
    100000; at Oracle at most 20 tags with values of at most 8000. Only declared keys are this
    program's. Beside them the tag `mlregistry.owner` marks what this program made."""

    stage: Annotated[
        str | None,
        Field(min_length=1, max_length=64),
        AfterValidator(shared.judge_text),
        Behaviour(
            after_create=True,
            canonical=shared.canonical_stage,
            clear="None",
            dialects={"mlflow": (AfterValidator(shared.judge_stage),)},
        ),
    ] = None
    """Stage such as `Staging` or `Production`, at most 64 characters; entered only after the
    version is READY. MLflow 3 calls stages deprecated."""

    aliases: Annotated[
        list[str] | None,
        AfterValidator(alias_calls.judge),
        Behaviour(
            shape=Shape.SET,
            after_create=True,
            single=True,
            dialects={"oracle": (AfterValidator(alias_calls.refuse_at_oracle),)},
        ),
    ] = None
    """Aliases that point to this version, such as `champion`; only declared ones are this
    program's. They move last, to a version that is READY, from whichever version of this program
    has them; from another's only with `on_conflict="adopt"`. Oracle has no aliases."""

    version: Annotated[str | None, Behaviour(server=True, lasting=True)] = None
    """Number of the version, a text."""

    status: Annotated[str | None, Behaviour(server=True)] = None
    """`READY` after a successful creation."""

    status_message: Annotated[str | None, Behaviour(server=True)] = None
    """The registry's words on the status."""

    resolved_source: Annotated[str | None, Behaviour(server=True, lasting=True)] = None
    """The source as the registry stores it."""

    current_stage: Annotated[str | None, Behaviour(server=True)] = None
    """The stage as the registry spells it; `None` where there is none."""

    current_aliases: Annotated[list[str] | None, Behaviour(server=True)] = None
    """All aliases that point to this version, whoever set them."""

    user_id: Annotated[str | None, Behaviour(server=True, lasting=True)] = None
    """Who registered it."""

    creation_timestamp: Annotated[int | None, Behaviour(server=True, identity=True)] = None
    """When it was created, in milliseconds since 1970; it tells versions of one number apart."""

    last_updated_timestamp: Annotated[int | None, Behaviour(server=True)] = None
    """When it was last changed, in milliseconds since 1970; tags and aliases do not count."""

    model_metrics: Annotated[list[dict[str, Any]] | None, Behaviour(server=True)] = None
    """Metrics of the logged model: `key`, `value`, `step`, `timestamp`."""

    model_params: Annotated[list[dict[str, Any]] | None, Behaviour(server=True)] = None
    """Parameters of the logged model: `name`, `value`."""

    deployment_job_state: Annotated[dict[str, Any] | None, Behaviour(server=True)] = None
    """State of the deployment job, keys as the API writes them."""

    etag: Annotated[str | None, Behaviour(server=True)] = None
    """Oracle's entity tag; its API takes no `if-match`."""


_AT_CREATION = ("name", "source", "description", "model_id", "run_id", "run_link")


@dataclass
class ModelVersionApi(Api):
    """The calls of a version. One object serves one operation: a create keeps its retry token."""

    client: MlflowClient
    registry: str
    log: Log
    table: type[Table] = ModelVersion
    _newest: int | None = field(default=None, init=False)

    @property
    def repeatable(self) -> bool:
        """At Oracle, by the retry token; MLflow makes a version of every POST."""
        return self.client.dialect.tokens

    def settle(self, live: Live) -> Live:
        """Wait for READY; FAILED_REGISTRATION is an error with the registry's words."""
        return until_ready(live, self.read, self.log)

    def locate(self, declared: Mapping[str, Any]) -> str:
        """The registry gives the number."""
        del declared
        return ""

    def address(self, keys: Mapping[str, Any]) -> str:
        """Name and number."""
        return f"{keys.get('name')}/{keys.get('version')}"

    def members(self, keys: Mapping[str, Any]) -> list[Live]:
        """The versions of a model."""
        return [shown(v) for v in newest_first(self.client, str(keys["name"]))]

    def find(self, declared: Mapping[str, Any], claim: Claim) -> Live | None:
        """The version that an earlier attempt at this very create made, or may have made."""
        versions = newest_first(self.client, str(declared["name"]))
        first = next(versions, None)
        if self._newest is None:
            self._newest = int(first["version"]) if first else 0
            self._suspect(first, declared, claim)
        if first is None or not claim.owner:
            return None
        made = made_before(itertools.chain([first], versions), Marker.of(claim), self._newest)
        if made is None:
            return None
        live = shown(made.version)
        live.unproven = made.doubt
        return live

    def _suspect(self, newest: Version | None, declared: Mapping[str, Any], claim: Claim) -> None:
        """Without a marker, the newest version may be a lost reply: let its retry token tell."""
        if self._marked(declared) or newest is None:
            return
        live = shown(newest)
        same = all(live.values.get(k) == declared.get(k) for k in ("source", "tags", "runLink"))
        if not same:
            return
        created = int(newest.get("creation_timestamp") or 0) / 1000
        if time.time() - created > _TOKEN_LIFE:
            raise Lost(
                f"version {live.id} is the same as this one and older than the 24 hours for which "
                "Oracle remembers creations: whether it is this program's cannot be told",
                remedy="Delete that version, change a tag, or leave room for the marker by "
                f"declaring at most {shared.ORACLE_TAGS - 1} tags",
            )
        self._newest = int(live.server["version"]) - 1

    def read(self, id_: str) -> Live | None:
        """GET by name and number."""
        name, _, version = id_.rpartition("/")
        answer = self.client.get("model-versions/get", name=name, version=version)
        if answer is None:
            return None
        live = shown(answer.object.get("model_version"), answer.headers.get("etag", ""))
        if live.id != id_:  # MLflow reads ` 1`, `+1` and `1_0` as numbers
            raise Rejected(f"{id_!r} is no model version's id", remedy=f"Did you mean {live.id}?")
        return live

    def create(self, declared: Mapping[str, Any], claim: Claim) -> Live:
        """POST with the owner's marker; at Oracle with a token that every retry repeats."""
        names = tables.by_name(self.table)
        body: dict[str, Any] = {
            c.attr: declared[c.name]
            for c in names.values()
            if c.attr in _AT_CREATION and declared.get(c.name) not in (None, "")
        }
        tags = shared.tag_list(declared.get("tags") or {})
        if claim.owner and self._marked(declared):
            tags.append({"key": TAG, "value": Marker.of(claim).text})
        if tags:
            body["tags"] = tags
        try:
            if not self.client.dialect.tokens:
                return self._post(body, "")
            content = canonical.digest(body) if self._marked(declared) else claim.fingerprint
            seed = f"{claim.owner} {content} {self._newest or 0}"
            if claim.stack:
                seed += f" {claim.stack} {claim.instance}"
            return once.create(self.client, body, seed, self._post, self.read)
        except Rejected:
            if {"model_id", "run_id"} <= set(body):
                self._remove_refused(body["name"], claim)
            raise

    def _remove_refused(self, name: str, claim: Claim) -> None:
        """Beside a run MLflow looks the logged model up last: its refusal leaves the version."""
        for found in newest_first(self.client, name):
            number = int(found["version"])
            if number <= (self._newest or 0):
                return
            if Marker.read(found) == Marker.of(claim):
                self.client.delete("model-versions", {"name": name, "version": str(number)})

    def _post(self, body: Mapping[str, Any], token: str) -> Live:
        answer = self.client.request("POST", "model-versions/create", body=body, token=token)
        return shown(answer.object.get("model_version"), answer.headers.get("etag", ""))

    def patch(self, live: Live, patch: Patch) -> Live | None:
        """Description, tags, stage and then aliases; none of them answers the stored state."""
        name, _, version = live.id.rpartition("/")
        ident = {"name": name, "version": version}
        steps = shared.Steps()
        if "description" in patch.whole:
            # Always sent in full: an update without it clears it.
            body = {**ident, "description": patch.whole["description"]}
            verb = self.client.dialect.update
            steps.add(
                "description", lambda: self.client.request(verb, "model-versions/update", body=body)
            )
        shared.update_tags_step(steps, self.client, "model-versions", ident, patch)
        if "stage" in patch.whole:
            move = {**ident, "stage": patch.whole["stage"], "archive_existing_versions": False}
            steps.add(
                "stage",
                lambda: self.client.request("POST", "model-versions/transition-stage", body=move),
            )
        alias_calls.move(steps, self.client, ident, patch)
        steps.run()
        return None

    def delete(self, live: Live, *, hard: bool, recursive: bool) -> None:
        """Delete the version; its number is never used again. Gone already is done."""
        del hard, recursive
        name, _, version = live.id.rpartition("/")
        try:
            self.client.delete("model-versions", {"name": name, "version": version})
        except (Gone, Lost) as error:
            if not is_gone(self.read, live.id, error):
                raise

    def siblings(self, id_: str, stacks: Collection[str]) -> list[str]:
        """The versions of the model that another stack, or nobody's program, has made."""
        name, _, version = id_.rpartition("/")
        others = (v for v in newest_first(self.client, name) if str(v["version"]) != version)
        return [f"version {v['version']}" for v in others if Marker.read(v).is_foreign(stacks)]

    def mark(self, id_: str, mark: Mark) -> None:
        """Say in the version's marker tag whose it is, and whether it goes with its model."""
        mark_anew(self.client, id_, mark)

    def _marked(self, declared: Mapping[str, Any]) -> bool:
        """Whether there is room for the marker: Oracle takes 20 tags, all of them the user's."""
        return (
            not self.client.dialect.tokens or len(declared.get("tags") or {}) < shared.ORACLE_TAGS
        )


def make_api(client: MlflowClient, log: Log) -> ModelVersionApi:
    """The calls of one operation."""
    return ModelVersionApi(client, client.registry, log)
