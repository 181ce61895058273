"""A model version as the registry answers it: by a read, by a search, by a create."""

from __future__ import annotations

from typing import Any

from pulumi_mlregistry.apis import times
from pulumi_mlregistry.apis.mlflow import values as shared
from pulumi_mlregistry.apis.mlflow.markers import Marker
from pulumi_mlregistry.reconcile.errors import InvalidAnswer
from pulumi_mlregistry.reconcile.protocol import Live
from pulumi_mlregistry.reconcile.table import to_camel

_SERVER = (
    "version", "status", "status_message", "current_stage", "user_id",
    "creation_timestamp", "last_updated_timestamp", "model_metrics", "model_params",
    "deployment_job_state",
)  # fmt: skip


def shown(body: Any, etag: str = "") -> Live:
    """What a read or a search answers."""
    if not isinstance(body, dict) or not body.get("version"):
        raise InvalidAnswer(
            "the answer holds no model_version", remedy="Is the base URL an MLflow registry's?"
        )
    server = {to_camel(key): body[key] for key in _SERVER if body.get(key) not in (None, "", [])}
    server["resolvedSource"] = body.get("source")
    pointing = sorted(body.get("aliases") or [])
    if pointing:
        server["currentAliases"] = pointing
    if etag:
        server["etag"] = etag
    stage = body.get("current_stage")
    return Live(
        id=f"{body['name']}/{body['version']}",
        values=shared.without_absent(
            {
                "name": body["name"],
                "source": body.get("source"),
                "description": body.get("description"),
                "runId": body.get("run_id"),
                "runLink": body.get("run_link"),
                "tags": shared.tag_map(body.get("tags")),
                "stage": None if stage == "None" else stage,
                "aliases": pointing,
            }
        ),
        server=server,
        changed_at=times.moment(body.get("last_updated_timestamp")),
        made_by=Marker.read(body).owner,
    )
