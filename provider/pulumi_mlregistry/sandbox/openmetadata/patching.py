"""JSON Patch: in the shape of the entity, all or nothing, on 2.x consolidated."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonpatch
import jsonpointer

from pulumi_mlregistry.sandbox.openmetadata import entities, views
from pulumi_mlregistry.sandbox.openmetadata.changes import Changes, between
from pulumi_mlregistry.sandbox.openmetadata.connections import prepared
from pulumi_mlregistry.sandbox.openmetadata.decoding import Decoder
from pulumi_mlregistry.sandbox.openmetadata.failures import bad, missing, refusal, unhandled
from pulumi_mlregistry.sandbox.openmetadata.forms import Context
from pulumi_mlregistry.sandbox.openmetadata.locating import Source
from pulumi_mlregistry.sandbox.openmetadata.permissions import require_patch
from pulumi_mlregistry.sandbox.openmetadata.shapes import entity
from pulumi_mlregistry.sandbox.openmetadata.store import Document
from pulumi_mlregistry.sandbox.openmetadata.writing import Outcome, settled

_FAILED = "The JSON patch could not be applied"
_CONSOLIDATION = 10 * 60 * 1000


def patch(
    context: Context,
    kind: str,
    current: Document | None,
    asked: str,
    operations: Any,
    if_match: str | None = None,
) -> Outcome:
    """PATCH of one entity."""
    if not isinstance(operations, list):
        raise bad("JSON patch must be an array")
    if not all(isinstance(item, dict) for item in operations):
        raise bad("JSON patch operations must be objects")
    members = [str(item.get("path", "")).split("/")[1:2] for item in operations]
    names = [name for found in members for name in found]
    require_patch(context.principal, names, modern=context.modern)
    if current is None:
        raise missing(kind, asked)
    if context.modern:
        _check_version(current, if_match)
    before = views.view(context, kind, current, views.full(kind, context.modern))
    patched = Decoder(Source()).read(entity(kind, context.modern), _applied(before, operations))
    if bool(patched.get("deleted")) != bool(current.get("deleted")):
        raise bad(f"{kind} attribute deleted can't be modified")
    new = entities.from_entity(context, kind, _without_inherited(before, patched, current), current)
    if kind == "mlmodelService":
        new["serviceType"] = current["serviceType"]
        _connect(context, new, current)
    sent = patched.get("domain") if patched.get("domain") != before.get("domain") else None
    changes = between(context, kind, current, new, sent)
    base = _previous(context, current) if changes and if_match is None else None
    if base is None:
        stored = settled(context, current, new, changes, current)
    else:
        stored = _consolidated(context, kind, current, new, base)
    return _outcome(context, kind, new, stored, sent, changed=bool(changes))


def _outcome(
    context: Context,
    kind: str,
    new: Document,
    stored: Document,
    sent: Document | None,
    *,
    changed: bool,
) -> Outcome:
    stamped = ("version", "updatedAt", "updatedBy")
    described = ("changeDescription", "incrementalChangeDescription")
    answered = new | {name: stored[name] for name in (*stamped, *described) if name in stored}
    shown = views.echo(context, kind, answered, patched=True)
    if sent is not None:
        # 1.2 answers a patched domain as it was sent (measured).
        shown["domain"] = dict(sent)
    if not changed:
        shown["changeDescription"] = Changes().described(stored["version"])
    change = "entityUpdated" if changed else "entityNoChange"
    return Outcome(views.addressed(context, kind, shown), change)


def _check_version(current: Document, if_match: str | None) -> None:
    """Only the weak form works; read in the server's source, not measured."""
    tag = f'W/"{current["version"]}"'
    if if_match is not None and if_match.strip() not in (tag, "*"):
        raise refusal(
            412,
            f"The entity has been modified. Current ETag: {tag}, "
            f"provided ETag: {if_match}. Please fetch the latest version and try again.",
        )


def _applied(document: Document, operations: list[Any]) -> Any:
    try:
        return jsonpatch.apply_patch(copy.deepcopy(document), operations)
    except jsonpatch.InvalidJsonPatch as error:
        raise bad(str(error)) from error
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException) as error:
        # Measured on 1.2. Whether 2.x answers otherwise is not known.
        raise unhandled(_absent(document, operations) or _FAILED) from error


def _absent(document: Document, operations: list[Any]) -> str | None:
    """The message on an absent member quotes the whole object that lacks it."""
    state: Any = copy.deepcopy(document)
    for operation in operations:
        try:
            state = jsonpatch.apply_patch(state, [operation])
        except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException):
            return _lacking(state, str(operation.get("path", "")))
    return None


def _lacking(state: Any, path: str) -> str | None:
    if not path.startswith("/") or "~" in path:
        return None
    for name in path.split("/")[1:]:
        if not isinstance(state, dict):
            return None
        if name not in state:
            text = json.dumps(state, ensure_ascii=False, separators=(",", ":"))
            return f"'{text}' contains no value for name '{name}'"
        state = state[name]
    return None


def _without_inherited(before: Document, patched: Document, current: Document) -> Document:
    """1.2 does not mark an inherited domain: one that was there and is not the entity's own."""
    untouched = patched.get("domain") is not None and patched["domain"] == before.get("domain")
    if untouched and not current.get("domains"):
        return {name: value for name, value in patched.items() if name != "domain"}
    return patched


def _connect(context: Context, new: Document, current: Document) -> None:
    connection = prepared(
        new["serviceType"],
        new.get("connection"),
        current.get("connection"),
        modern=context.modern,
    )
    if connection is not None:
        new["connection"] = connection


def _previous(context: Context, current: Document) -> Document | None:
    """The version that a patch of the same user within ten minutes is counted from.

    2.x only; read in the server's source, not measured.
    """
    recent = context.now - current["updatedAt"] <= _CONSOLIDATION
    same = current["updatedBy"] == context.principal.name
    if not (context.modern and recent and same and "changeDescription" in current):
        return None
    before = current["changeDescription"]["previousVersion"]
    return context.store.remembered(current["id"], before)


def _consolidated(
    context: Context, kind: str, current: Document, new: Document, base: Document
) -> Document:
    changes = between(context, kind, base, new)
    if changes:
        stored = settled(context, current, new, changes, base)
    else:
        # Back where it was: the version goes down and its change is forgotten.
        context.store.forget(current["id"], base["version"])
        stored = base | {"updatedAt": context.now, "updatedBy": context.principal.name}
        stored |= {name: current[name] for name in ("dashboard",) if name in current}
        context.store.save(stored)
    increment = between(context, kind, current, new).described(current["version"])
    stored = stored | {"incrementalChangeDescription": increment}
    context.store.save(stored)
    return stored
