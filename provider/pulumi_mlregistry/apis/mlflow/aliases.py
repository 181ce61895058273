"""Aliases of a registered model: each points to one version, set anew it moves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from pulumi_mlregistry.apis.mlflow import values
from pulumi_mlregistry.apis.mlflow.client import MlflowClient
from pulumi_mlregistry.apis.mlflow.markers import Marker
from pulumi_mlregistry.reconcile.errors import Conflict
from pulumi_mlregistry.reconcile.planning import Change, Kind
from pulumi_mlregistry.reconcile.protocol import Patch
from pulumi_mlregistry.reconcile.state import OWNER, stacks

_PATH: Final = "registered-models/alias"
_NAME: Final = re.compile(r"[\w\-]{1,255}")
_RESERVED: Final = re.compile(r"latest|v\d+", re.IGNORECASE)
_ORACLE: Final = (
    "cannot be set: Oracle AI Data Platform has no aliases. Leave them out there, and use a stage"
)


def judge(aliases: Any) -> Any:
    """A validator: MLflow's names of aliases, without those that it keeps for itself."""
    for name in aliases:
        if isinstance(name, str) and not _NAME.fullmatch(name):
            raise ValueError(
                f"has {name[:40]!r}; an alias has 1 to 255 letters, digits, underscores and dashes"
            )
        if isinstance(name, str) and _RESERVED.fullmatch(name):
            raise ValueError(f"has {name!r}, which MLflow keeps for itself")
    return aliases


def refuse_at_oracle(aliases: Any) -> Any:
    """A validator: an empty list declares nothing."""
    if aliases:
        raise ValueError(_ORACLE)
    return aliases


def move(steps: values.Steps, client: MlflowClient, ident: Mapping[str, str], patch: Patch) -> None:
    """Add the calls that let aliases point to a version, or to none."""
    for change in patch.changes:
        if change.path.field == "aliases":
            call = _let_go if change.new is None else _take
            steps.add(str(change.path), partial(call, client, ident, patch, change))


def _take(client: MlflowClient, ident: Mapping[str, str], patch: Patch, change: Change) -> None:
    alias = change.path[1]
    holder = _holder(client, ident["name"], alias)
    if holder == ident["version"]:
        return
    shown_in_the_plan = change.kind is Kind.CONFLICT
    if holder and not (patch.take or shown_in_the_plan):
        _refuse_others(client, ident["name"], holder, alias, patch)
    client.request("POST", _PATH, body={**ident, "alias": alias})


def _let_go(client: MlflowClient, ident: Mapping[str, str], patch: Patch, change: Change) -> None:
    del patch
    alias = change.path[1]
    if _holder(client, ident["name"], alias) == ident["version"]:
        client.request("DELETE", _PATH, body={"name": ident["name"], "alias": alias})


def _holder(client: MlflowClient, name: str, alias: str) -> str:
    """The version that an alias points to; empty where there is none."""
    answer = client.get("registered-models/get", name=name)
    model = answer.object.get("registered_model") if answer else None
    listed = (model or {}).get("aliases") or []
    return next((str(a.get("version")) for a in listed if a.get("alias") == alias), "")


def _refuse_others(client: MlflowClient, name: str, holder: str, alias: str, patch: Patch) -> None:
    """Raise `Conflict` where an alias points to a version that this program did not make."""
    if patch.ours(f"{name}/{holder}"):
        return
    answer = client.get("model-versions/get", name=name, version=holder)
    version = (answer.object.get("model_version") or {}) if answer else {}
    if _is_ours(Marker.read(version), patch.declared):
        return
    raise Conflict(
        f"the alias {alias} points to version {holder}, which is not this program's",
        remedy='Set on_conflict="adopt" to move it from there, or leave the alias to others',
    )


def _is_ours(marker: Marker, declared: Mapping[str, Any]) -> bool:
    """Whether this stack has made a version; versions up to 0.1.0 tell its name alone."""
    if marker.stack:
        return marker.is_of_stack(stacks(declared)[:1])
    return _stack(marker.owner) == _stack(str(declared.get(OWNER) or "")) != ""


def _stack(owner: str) -> str:
    """Project and stack of an owner; empty where there is none."""
    return "/".join(owner.split("/")[:2])
