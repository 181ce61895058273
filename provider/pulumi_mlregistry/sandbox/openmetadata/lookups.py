"""The entities that models refer to: read, and (tags) created."""

from __future__ import annotations

from typing import Any

from pulumi_mlregistry.sandbox.openmetadata import labels, references, seeding
from pulumi_mlregistry.sandbox.openmetadata.failures import bad
from pulumi_mlregistry.sandbox.openmetadata.forms import Context
from pulumi_mlregistry.sandbox.openmetadata.permissions import require
from pulumi_mlregistry.sandbox.openmetadata.store import Document
from pulumi_mlregistry.sandbox.openmetadata.writing import Outcome

READ = (
    *("user", "team", "domain", "dataProduct", "dashboard", "dashboardService", "table"),
    *("classification", "tag", "glossary", "glossaryTerm"),
)


def view(context: Context, kind: str, document: Document, fields: frozenset[str]) -> Document:
    """An entity with its references resolved."""
    shown = {name.rstrip("_"): _resolved(context, value) for name, value in document.items()}
    if "tags" in shown:
        del shown["tags"]
        if "tags" in fields:
            shown["tags"] = labels.shown(context, document["tags"])
    if kind == "dataProduct" and not context.modern:
        shown["domain"] = shown.pop("domains")[0]
    references.with_hrefs(context, shown)
    shown["href"] = context.href(kind, document["id"])
    return shown


def _resolved(context: Context, value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"id", "type"}:
        return references.reference(context, value["type"], value["id"])
    if isinstance(value, list):
        return [_resolved(context, item) for item in value]
    return value


def put_tag(context: Context, body: Any) -> Outcome:
    """PUT of a tag; one that is there is answered as it is."""
    require(context.principal, "Create")
    if not isinstance(body, dict) or not body.get("name") or not body.get("classification"):
        raise bad("[name must not be null, classification must not be null]")
    parent = references.live(context, "classification", body["classification"])
    fqn = f"{parent['fullyQualifiedName']}.{body['name']}"
    known = context.store.named("tag", fqn) is not None
    tag = seeding.add_tag(context.store, parent, body["name"], body.get("description"))
    shown = view(context, "tag", tag, frozenset())
    return Outcome(shown, "entityNoChange") if known else Outcome(shown, "entityCreated", 201)
