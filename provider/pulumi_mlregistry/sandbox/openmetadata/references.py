"""References between entities: owners, domains, dashboards and the like."""

from __future__ import annotations

from typing import Any

from pulumi_mlregistry.sandbox.openmetadata.failures import bad, missing
from pulumi_mlregistry.sandbox.openmetadata.forms import Context
from pulumi_mlregistry.sandbox.openmetadata.store import Document

_SHOWN = ("name", "fullyQualifiedName", "displayName", "description", "deleted")


def reference_to(kind: str, document: Document) -> Document:
    """How one entity shows another, without its address."""
    shown = {member: document[member] for member in _SHOWN if member in document}
    return {"id": document["id"], "type": kind, **shown}


def reference(context: Context, kind: str, identity: str) -> Document:
    """A reference by id."""
    document = context.store.get(kind, identity)
    if document is None:
        raise missing(kind, identity)
    return reference_to(kind, document)


def live(context: Context, kind: str, fqn: str) -> Document:
    """The entity that a body refers to by name; missing and soft-deleted are alike."""
    document = context.store.named(kind, fqn, "non-deleted")
    if document is None:
        raise missing(kind, fqn)
    return document


def owner(context: Context, given: Document) -> Document:
    """A checked owner: id and type."""
    kind, identity = given.get("type"), given.get("id")
    if kind not in ("user", "team") or not isinstance(identity, str):
        raise bad(f"Entity type {kind} not supported as owner")
    document = context.store.get(kind, identity, "non-deleted")
    if document is None:
        raise missing(kind, identity)
    if kind == "team" and document["teamType"] != "Group":
        raise bad(
            f"Team of type {document['teamType']} can't own entities. "
            "Only Team of type Group can own entities."
        )
    return {"id": identity, "type": kind}


def distinct(references: list[Document]) -> list[Document]:
    """Each once."""
    return list({reference["id"]: reference for reference in references}.values())


def by_name(context: Context, owners: list[Document]) -> list[Document]:
    """Owners as they are shown: sorted by name."""
    shown = [reference(context, owner["type"], owner["id"]) for owner in owners]
    return sorted(shown, key=lambda item: str(item["name"]).lower())


def with_hrefs(context: Context, view: Document) -> Document:
    """The view with the address of everything it refers to."""
    for value in view.values():
        items: list[Any] = value if isinstance(value, list) else [value]
        for item in items:
            if isinstance(item, dict) and "id" in item and "type" in item:
                item["href"] = context.href(item["type"], item["id"])
    return view
