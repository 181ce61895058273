"""Creates, updates, deletes and restores."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Any

from pulumi_mlregistry.sandbox.openmetadata import entities, labels, merging, references, views
from pulumi_mlregistry.sandbox.openmetadata.changes import Changes, between
from pulumi_mlregistry.sandbox.openmetadata.connections import prepared
from pulumi_mlregistry.sandbox.openmetadata.failures import bad, exists, missing, unhandled
from pulumi_mlregistry.sandbox.openmetadata.forms import Context
from pulumi_mlregistry.sandbox.openmetadata.permissions import require
from pulumi_mlregistry.sandbox.openmetadata.store import Document

_WINDOW = 0.03
"""Seconds between looking a name up and writing it: what makes concurrent PUTs collide."""
_STAMPED = (
    *("version", "updatedAt", "updatedBy"),
    *("changeDescription", "incrementalChangeDescription"),
)


@dataclass(frozen=True)
class Outcome:
    """What a write answers."""

    view: Document
    change: str
    status: int = 200


def create(context: Context, kind: str, body: dict[str, Any]) -> Outcome:
    """POST, and PUT of a name that is free."""
    require(context.principal, "Create")
    document = entities.from_body(context, kind, body)
    if kind == "mlmodelService":
        _connect(context, document, None)
    labels.check_exclusive(context, document.get("tags", []))
    if context.store.named(kind, document["fullyQualifiedName"]) is not None:
        raise exists()
    document |= {"id": str(uuid.uuid4()), "version": 0.1, "deleted": False}
    document |= {"updatedAt": context.now, "updatedBy": context.principal.name}
    context.store.insert(kind, _storable(document), document.get("service"))
    shown = views.addressed(context, kind, views.echo(context, kind, document))
    return Outcome(shown, "entityCreated", 201)


def _storable(document: Document) -> Document:
    stored = dict(document)
    if "tags" in stored:
        stored["tags"] = labels.stored_form(stored["tags"])
    return stored


def _connect(context: Context, document: Document, stored: Document | None) -> None:
    if stored is not None and not context.modern and "connection" not in stored:
        raise unhandled(
            'Cannot invoke "org.openmetadata.schema.ServiceConnectionEntityInterface.getConfig()" '
            "because the return value is null"
        )
    connection = prepared(
        document["serviceType"],
        document.get("connection"),
        (stored or {}).get("connection"),
        modern=context.modern,
    )
    if connection is not None:
        document["connection"] = connection


def put(context: Context, kind: str, body: dict[str, Any]) -> Outcome:
    """PUT. Who loses a race for a new name gets a conflict, as measured."""
    if context.store.named(kind, entities.fqn_of(kind, body)) is None:
        time.sleep(_WINDOW)
        with context.store.transaction():
            return create(context, kind, body)
    return put_at_once(context, kind, body)


def put_at_once(
    context: Context, kind: str, body: dict[str, Any], *, override: bool = False
) -> Outcome:
    """PUT without a race; ``override``: see `merging.merged`."""
    with context.store.transaction():
        old = context.store.named(kind, entities.fqn_of(kind, body))
        if old is None:
            return create(context, kind, body)
        return _update(context, kind, old, body, override=override)


def _update(
    context: Context, kind: str, old: Document, body: dict[str, Any], *, override: bool
) -> Outcome:
    require(context.principal, "EditAll")
    sent = entities.from_body(context, kind, body)
    if kind == "mlmodelService":
        _connect(context, sent, old)
    stored, answered = merging.merged(context, old, sent, override=override)
    changes = between(context, kind, old, stored)
    stored = settled(context, old, stored, changes, old)
    if old.get("deleted"):
        _restore_children(context, old["id"])
    answered |= {name: stored[name] for name in _STAMPED if name in stored}
    if not changes:
        answered["changeDescription"] = Changes().described(old["version"])
    shown = views.addressed(context, kind, views.echo(context, kind, answered))
    return Outcome(shown, "entityUpdated" if changes else "entityNoChange")


def settled(
    context: Context, old: Document, new: Document, changes: Changes, base: Document
) -> Document:
    """Store `new`; `base` is the version that `changes` are counted from, usually `old`."""
    document = dict(new)
    if old.get("dashboard"):
        # The server adds the new relation and, by a mix-up of its ends, never removes the old.
        document["dashboard"] = old["dashboard"]
    document.setdefault("algorithm", old.get("algorithm"))
    if context.modern:
        document["tags"] = labels.with_stored(document.get("tags", []), old.get("tags", []))
    stamp = {"updatedAt": context.now, "updatedBy": context.principal.name}
    if not changes:
        return _unchanged(context, old, document, stamp)
    if base is old:
        context.store.remember(old)
    document |= stamp | {"version": changes.next_version(base["version"])}
    document["changeDescription"] = changes.described(base["version"])
    if context.modern:
        document["incrementalChangeDescription"] = document["changeDescription"]
    return _saved(context, document)


def _saved(context: Context, document: Document) -> Document:
    stored = {k: v for k, v in _storable(document).items() if v is not None}
    context.store.save(stored)
    return stored


def _unchanged(context: Context, old: Document, new: Document, stamp: Document) -> Document:
    """Nothing that counts; some things are stored all the same."""
    if not context.modern:
        # labelType and state of a present label (measured).
        return _saved(context, old | {"tags": new["tags"]} if new.get("tags") else old)
    # Read in the server's source, not measured.
    silent = {k: new[k] for k in ("lifeCycle",) if k in new}
    if new.get("sourceHash") != old.get("sourceHash"):
        silent |= stamp | {"sourceHash": new.get("sourceHash")}
    return _saved(context, old | silent)


def delete(
    context: Context, kind: str, document: Document | None, asked: str, *, hard: bool, deep: bool
) -> Outcome:
    """DELETE; soft unless `hard`; `deep` takes what lives below along."""
    require(context.principal, "Delete")
    if document is None:
        raise missing(kind, asked)
    children = context.store.children(document["id"])
    if children and not deep:
        raise bad(f"{kind} is not empty")
    for child_kind, child in children:
        if hard:
            context.store.remove(child["id"])
        elif not child.get("deleted"):
            _mark(context, child_kind, child, deleted=True)
    if hard:
        shown = _after(context, kind, document)
        context.store.remove(document["id"])
        return Outcome(shown, "entityDeleted")
    if document.get("deleted"):
        # Deleting it again changes nothing, and shows an empty change (measured).
        document = document | {"changeDescription": Changes().described(document["version"])}
    else:
        document = _mark(context, kind, document, deleted=True)
    return Outcome(_after(context, kind, document), "entitySoftDeleted")


def restore(context: Context, kind: str, identity: str) -> Outcome:
    """PUT of ``/restore``; a live entity is as good as missing."""
    require(context.principal, "EditAll")
    document = context.store.get(kind, identity, "deleted")
    if document is None:
        raise missing(kind, identity)
    _restore_children(context, identity)
    document = _mark(context, kind, document, deleted=False)
    return Outcome(_after(context, kind, document), "entityRestored")


def _restore_children(context: Context, identity: str) -> None:
    for kind, child in context.store.children(identity):
        if child.get("deleted"):
            _mark(context, kind, child, deleted=False)


def _mark(context: Context, kind: str, old: Document, *, deleted: bool) -> Document:
    new = old | {"deleted": deleted}
    changes = Changes()
    changes.value("deleted", old.get("deleted", False), deleted)
    return settled(context, old, new, changes, old)


def _after(context: Context, kind: str, document: Document) -> Document:
    """What a deletion or restoration shows: everything but the entity's own address."""
    shown = views.view(context, kind, document, views.full(kind, context.modern))
    return references.with_hrefs(context, shown)
