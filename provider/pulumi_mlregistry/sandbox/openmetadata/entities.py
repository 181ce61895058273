"""From bodies and patched entities to stored documents.

A stored document has the same form in both versions: ``owners`` as ids with types, ``domains`` and
``dataProducts`` as ids, ``service`` and ``dashboard`` as an id; what is unset is left out.
"""

from __future__ import annotations

from typing import Any

from pulumi_mlregistry.sandbox.openmetadata import labels, properties, references
from pulumi_mlregistry.sandbox.openmetadata.descriptions import sanitized
from pulumi_mlregistry.sandbox.openmetadata.failures import bad, missing, unhandled
from pulumi_mlregistry.sandbox.openmetadata.forms import Context
from pulumi_mlregistry.sandbox.openmetadata.names import below, segment
from pulumi_mlregistry.sandbox.openmetadata.shapes import FEATURE, FEATURE_SOURCE
from pulumi_mlregistry.sandbox.openmetadata.store import Document

_PLAIN = {
    "mlmodel": (
        *("displayName", "algorithm", "mlFeatures", "mlHyperParameters", "target", "mlStore"),
        *("server", "sourceUrl", "sourceHash", "lifeCycle", "certification"),
    ),
    "mlmodelService": ("displayName", "serviceType", "style", "ingestionRunner"),
}


def fqn_of(kind: str, body: dict[str, Any]) -> str:
    """The fully qualified name that a create body means."""
    if kind == "mlmodelService":
        return segment(body["name"])
    return below(segment(body["service"]), body["name"])


def from_body(context: Context, kind: str, body: dict[str, Any]) -> Document:
    """The document that a create body asks for, references checked; a connection stays raw."""
    document = _plain(context, kind, body)
    document["name"] = body["name"]
    document |= _governance(context, body)
    if kind == "mlmodel":
        if context.modern:
            document.setdefault("algorithm", "mlmodel")
        service = references.live(context, "mlmodelService", segment(body["service"]))
        document["service"] = service["id"]
        if "dashboard" in body:
            dashboard = references.live(context, "dashboard", body["dashboard"])
            document["dashboard"] = dashboard["id"]
        fqn = below(service["fullyQualifiedName"], body["name"])
    else:
        fqn = segment(body["name"])
        if "connection" in body:
            document["connection"] = body["connection"]
    document["fullyQualifiedName"] = fqn
    # 1.2 does not take a service's labels from the create body (measured).
    if "tags" in body and (kind == "mlmodel" or context.modern):
        completed = labels.completed(context, body["tags"])
        document["tags"] = labels.applied(context, completed)
    _finish(context, kind, document, body)
    return document


def _plain(context: Context, kind: str, given: dict[str, Any]) -> Document:
    document = {name: given[name] for name in _PLAIN[kind] if name in given}
    if "description" in given:
        text = given["description"]
        document["description"] = sanitized(text) if context.modern else text
    return document


def _finish(context: Context, kind: str, document: Document, given: dict[str, Any]) -> None:
    if "extension" in given:
        document["extension"] = properties.checked(kind, context.modern, given["extension"])
    if "mlFeatures" in document:
        _complete_features(context, document)


def _governance(context: Context, body: dict[str, Any]) -> Document:
    owners = body.get("owners") if context.modern else _listed(body.get("owner"))
    domains = body.get("domains") if context.modern else _listed(body.get("domain"))
    found: Document = {}
    if owners is not None:
        checked = [references.owner(context, owner) for owner in owners]
        found["owners"] = references.distinct(checked)
    if domains is not None:
        ids = [references.live(context, "domain", fqn)["id"] for fqn in domains]
        found["domains"] = _few(context, ids)
    if "dataProducts" in body:
        products = body["dataProducts"]
        if products and not domains:
            raise bad("Domain cannot be empty when data products are provided.")
        found["dataProducts"] = [
            references.live(context, "dataProduct", fqn)["id"] for fqn in products
        ]
    return found


def _listed(value: Any) -> list[Any] | None:
    return None if value is None else [value]


def _few(context: Context, domains: list[str]) -> list[str]:
    # 2.x, by a rule that is on by default and can be switched off; read in the server's source.
    if context.modern and len(set(domains)) > 1:
        raise bad(
            "Rule [Multiple Domains are not allowed] validation failed: "
            "Entity does not satisfy the rule."
        )
    return list(dict.fromkeys(domains))


def _complete_features(context: Context, document: Document) -> None:
    for feature in document["mlFeatures"]:
        if not feature.get("name"):
            raise _nameless(context)
        feature["fullyQualifiedName"] = below(document["fullyQualifiedName"], feature["name"])
        sources = feature.get("featureSources", [])
        for source in sources:
            source["fullyQualifiedName"] = _source_fqn(context, source)
        if "featureSources" in feature:
            feature["featureSources"] = [FEATURE_SOURCE.ordered(s) for s in sources]
    labels.of_features(context, document["mlFeatures"])
    document["mlFeatures"] = [FEATURE.ordered(feature) for feature in document["mlFeatures"]]


def _nameless(context: Context) -> Exception:
    # 2.x: read in the server's source, not measured; 1.2 fails on it (measured).
    if context.modern:
        return bad("Entity name cannot be null or empty")
    return unhandled('Cannot invoke "String.length()" because "this.text" is null')


def _source_fqn(context: Context, source: dict[str, Any]) -> str:
    name = str(source.get("name", ""))
    if "dataSource" not in source:
        return name
    given = source["dataSource"]
    source["dataSource"] = references.reference(context, given.get("type"), given.get("id"))
    return below(source["dataSource"]["fullyQualifiedName"], name)


def from_entity(context: Context, kind: str, given: Document, current: Document) -> Document:
    """The document that a patched entity asks for; what cannot be changed stays as it is."""
    document = _plain(context, kind, given)
    kept = ("id", "name", "fullyQualifiedName", "service", "version", "deleted")
    document |= {name: current[name] for name in kept if name in current}
    owners = given.get("owners", []) if context.modern else _listed(given.get("owner")) or []
    domains = given.get("domains", []) if context.modern else _listed(given.get("domain")) or []
    own = [owner for owner in owners if not owner.get("inherited")]
    document["owners"] = references.distinct([references.owner(context, item) for item in own])
    ids = [_id(context, "domain", item) for item in domains if not item.get("inherited")]
    document["domains"] = _few(context, ids)
    products = given.get("dataProducts", [])
    document["dataProducts"] = [
        _id(context, "dataProduct", item) for item in products if not item.get("inherited")
    ]
    if document["dataProducts"] and not domains:
        raise bad("Domain cannot be empty when data products are provided.")
    if "dashboard" in given:
        document["dashboard"] = _id(context, "dashboard", given["dashboard"])
    if "connection" in given:
        document["connection"] = given["connection"]
    completed = labels.completed(context, given.get("tags", []))
    document["tags"] = labels.applied(context, completed)
    labels.check_exclusive(context, document["tags"])
    _finish(context, kind, document, given)
    return document


def _id(context: Context, kind: str, given: Document) -> str:
    identity = str(given.get("id"))
    if given.get("type") != kind or context.store.get(kind, identity, "non-deleted") is None:
        raise missing(kind, identity)
    return identity
