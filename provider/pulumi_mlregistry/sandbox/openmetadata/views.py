"""From stored documents to what the server answers."""

from __future__ import annotations

from typing import Any

from pulumi_mlregistry.sandbox.openmetadata import labels, references
from pulumi_mlregistry.sandbox.openmetadata.connections import masked
from pulumi_mlregistry.sandbox.openmetadata.failures import bad
from pulumi_mlregistry.sandbox.openmetadata.forms import Context
from pulumi_mlregistry.sandbox.openmetadata.shapes import entity
from pulumi_mlregistry.sandbox.openmetadata.store import Document

_ORDER = (
    *("id", "name", "fullyQualifiedName", "displayName", "description", "algorithm"),
    *("mlFeatures", "mlHyperParameters", "target", "dashboard", "mlStore", "server"),
    *("owner", "owners", "followers", "tags", "usageSummary", "version", "updatedAt"),
    *("updatedBy", "service", "serviceType", "connection", "style", "ingestionRunner"),
    *("changeDescription", "incrementalChangeDescription", "deleted", "extension", "sourceUrl"),
    *("domain", "domains", "dataProducts", "votes", "lifeCycle", "certification"),
    *("sourceHash", "entityStatus"),
)
"""The order of the members matters to one error message of 1.2, which quotes the entity."""
_ON_REQUEST = {
    "mlmodel": {
        False: "owner dashboard followers tags usageSummary extension domain dataProducts votes",
        True: "owners dashboard followers tags usageSummary extension domains dataProducts votes "
        "lifeCycle certification sourceHash",
    },
    "mlmodelService": {
        False: "owner tags domain dataProducts",
        True: "owners tags domains dataProducts followers",
    },
}
_ZERO = {"count": 0, "percentileRank": 0.0}
_NO_VOTES = {"upVotes": 0, "downVotes": 0, "upVoters": [], "downVoters": []}


def on_request(kind: str, modern: bool) -> frozenset[str]:
    """What is only shown where `fields` asks for it."""
    return frozenset(_ON_REQUEST[kind][modern].split())


def full(kind: str, modern: bool) -> frozenset[str]:
    """What the answer to a patch, a deletion and a restoration shows."""
    return on_request(kind, modern) - {"usageSummary"}


def requested(context: Context, kind: str, fields: str | None) -> frozenset[str]:
    """The value of the parameter `fields`."""
    if not fields:
        return frozenset()
    if fields == "*" and context.modern:
        return on_request(kind, True)
    known = entity(kind, context.modern).members
    names = [name.strip() for name in fields.split(",")]
    for name in names:
        if name not in known:
            raise bad(f"Invalid field name {name}")
    return frozenset(names)


def view(context: Context, kind: str, document: Document, fields: frozenset[str]) -> Document:
    """What a read shows, without addresses."""
    tags = labels.shown(context, document.get("tags", [])) if "tags" in fields else None
    return _view(context, kind, document, fields, tags)


def echo(context: Context, kind: str, document: Document, *, patched: bool = False) -> Document:
    """What a write answers: the request's own values, not the stored ones."""
    fields = full(kind, context.modern)
    tags: list[Document] | None = None
    if patched or context.modern or "tags" in document:
        tags = labels.echoed(context, document.get("tags", []))
    if not patched and not context.modern:
        fields -= {"followers", "votes"}
    return _view(context, kind, document, fields, tags)


def _view(
    context: Context,
    kind: str,
    document: Document,
    fields: frozenset[str],
    tags: list[Document] | None,
) -> Document:
    hidden = on_request(kind, context.modern) - fields
    looked_up = ("owners", "domains", "dataProducts", "tags")
    values = {name: value for name, value in document.items() if name not in looked_up}
    values |= _governance(context, kind, document)
    if tags is not None:
        values["tags"] = tags
    if kind == "mlmodel":
        values |= _of_model(context, document)
    elif "connection" in document and not context.principal.is_bot:
        values["connection"] = masked(document["serviceType"], document["connection"])
    if context.modern:
        values["entityStatus"] = "Unprocessed"
    social = {"followers": [], "votes": _NO_VOTES, "usageSummary": _usage(context)}
    values |= {name: value for name, value in social.items() if name in fields}
    shown = (name for name in _ORDER if name in values and name not in hidden)
    known = entity(kind, context.modern).members
    return {name: values[name] for name in shown if name in known}


def _usage(context: Context) -> Document:
    return {
        "dailyStats": _ZERO,
        "weeklyStats": _ZERO,
        "monthlyStats": _ZERO,
        "date": context.today,
    }


def _of_model(context: Context, document: Document) -> Document:
    service = context.store.get("mlmodelService", document["service"])
    assert service is not None
    shown: Document = {
        "service": references.reference_to("mlmodelService", service),
        "serviceType": service["serviceType"],
    }
    if "mlFeatures" in document:
        shown["mlFeatures"] = labels.features_shown(context, document["mlFeatures"])
    if "dashboard" in document:
        shown["dashboard"] = references.reference(context, "dashboard", document["dashboard"])
    return shown


def _governance(context: Context, kind: str, document: Document) -> Document:
    owners, domains = document.get("owners", []), document.get("domains", [])
    inherited = _inherited(context, kind, document)
    products = [
        references.reference(context, "dataProduct", identity)
        for identity in document.get("dataProducts", [])
    ]
    shown_owners = references.by_name(context, owners)
    shown_domains = [references.reference(context, "domain", identity) for identity in domains]
    if context.modern:
        # That owners are inherited, and the mark: read in the server's source, not measured.
        return {
            "owners": shown_owners or inherited["owners"],
            "domains": shown_domains or inherited["domains"],
            "dataProducts": products,
        }
    # 1.2 inherits the domain only, and does not say that it is inherited (measured).
    shown: Document = {"dataProducts": products} if products else {}
    if shown_owners:
        shown["owner"] = shown_owners[0]
    if one := shown_domains or inherited["domains"]:
        shown["domain"] = one[0]
    return shown


def _inherited(context: Context, kind: str, document: Document) -> dict[str, list[Document]]:
    if kind != "mlmodel":
        return {"owners": [], "domains": []}
    service = context.store.get("mlmodelService", document["service"]) or {}
    owners = references.by_name(context, service.get("owners", []))
    domains = [references.reference(context, "domain", d) for d in service.get("domains", [])]
    mark: dict[str, Any] = {"inherited": True} if context.modern else {}
    return {"owners": [o | mark for o in owners], "domains": [d | mark for d in domains]}


def addressed(context: Context, kind: str, shown: Document) -> Document:
    """The view with all addresses, the entity's own included."""
    references.with_hrefs(context, shown)
    shown["href"] = context.href(kind, shown["id"])
    return shown
