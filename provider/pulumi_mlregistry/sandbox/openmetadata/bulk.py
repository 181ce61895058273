"""``PUT /v1/mlmodels/bulk`` of 2.x: read in the server's source, not measured."""

from __future__ import annotations

from typing import Any

from pulumi_mlregistry.sandbox.openmetadata import entities, writing
from pulumi_mlregistry.sandbox.openmetadata.failures import Refusal
from pulumi_mlregistry.sandbox.openmetadata.forms import Context
from pulumi_mlregistry.sandbox.openmetadata.validation import violations

Body = dict[str, Any]


def put_many(context: Context, kind: str, bodies: list[Body], *, override: bool) -> Body:
    """Each item by itself; the whole always answers 200."""
    passed: list[Body] = []
    failed: list[Body] = []
    for body in _creates_first(context, kind, bodies, failed):
        fqn = entities.fqn_of(kind, body)
        try:
            if not _unchanged(context, kind, body, fqn):
                writing.put_at_once(context, kind, body, override=override)
        except Refusal as error:
            failed.append(_failure(body, fqn, error))
        else:
            passed.append({"request": fqn, "status": 200, "hasSideEffects": False})
    return {
        "status": _status(len(passed), len(failed)),
        "dryRun": None,
        "abortReason": None,
        "numberOfRowsProcessed": len(bodies),
        "numberOfRowsPassed": len(passed),
        "numberOfRowsFailed": len(failed),
        "successRequest": passed,
        "failedRequest": failed,
    }


def _creates_first(
    context: Context, kind: str, bodies: list[Body], failed: list[Body]
) -> list[Body]:
    """The valid items in the order of their treatment."""
    creates: list[Body] = []
    updates: list[Body] = []
    seen: set[str] = set()
    for body in bodies:
        if found := violations(kind, True, body):
            message = f"[{', '.join(found)}]"
            failed.append({"request": body, "status": 400, "message": message})
            continue
        fqn = entities.fqn_of(kind, body)
        new = fqn not in seen and context.store.named(kind, fqn) is None
        (creates if new else updates).append(body)
        seen.add(fqn)
    return creates + updates


def _unchanged(context: Context, kind: str, body: Body, fqn: str) -> bool:
    stored = context.store.named(kind, fqn, "non-deleted")
    sent = body.get("sourceHash")
    return bool(sent and stored and stored.get("sourceHash") == sent)


def _failure(body: Body, fqn: str, error: Refusal) -> Body:
    if error.status == 403:
        return {"request": body, "status": 403, "message": f"Permission denied: {error.message}"}
    return {"request": fqn, "status": 400, "message": error.message}


def _status(passed: int, failed: int) -> str:
    if not failed:
        return "success"
    return "partialSuccess" if passed else "failure"
