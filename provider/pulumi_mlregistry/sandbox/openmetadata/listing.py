"""Lists: cursors, limits, `include`."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pulumi_mlregistry.sandbox.openmetadata.failures import bad, of_framework
from pulumi_mlregistry.sandbox.openmetadata.forms import Context
from pulumi_mlregistry.sandbox.openmetadata.store import Document

_MOST = 1_000_000
_INCLUDES = ("all", "deleted", "non-deleted")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=]")


def include(query: Mapping[str, str]) -> str:
    """The parameter `include`."""
    value = query.get("include", "non-deleted")
    if value not in _INCLUDES:
        raise bad(f"[query param include must be one of [{', '.join(_INCLUDES)}]]")
    return value


def _limit(context: Context, query: Mapping[str, str]) -> int:
    text = query.get("limit", "10")
    if not re.fullmatch(r"[-+]?\d+", text):
        raise of_framework(404, modern=context.modern)
    limit = int(text)
    if limit < 0:
        raise bad("[query param limit must be greater than or equal to 0]")
    if limit > _MOST:
        raise bad(f"[query param limit must be less than or equal to {_MOST}]")
    return limit


@dataclass(frozen=True)
class _Cursors:
    """1.2's are the name (measured); 2.x's hold name and id (read in the source)."""

    modern: bool

    def make(self, document: Document) -> str:
        text = document["name"]
        if self.modern:
            text = json.dumps({"name": document["name"], "id": document["id"]})
        return base64.b64encode(text.encode()).decode()

    def read(self, cursor: str, *, forward: bool) -> tuple[str, str]:
        if wrong := _NOT_BASE64.search(cursor):
            raise bad(f"Illegal base64 character {ord(wrong[0]):x}")
        try:
            text = base64.b64decode(cursor).decode()
            if not self.modern:
                return text, "\U0010ffff" if forward else ""
            place = json.loads(text)
            return str(place["name"]), str(place["id"])
        except (ValueError, KeyError, TypeError) as error:
            raise bad("Input byte array has incorrect ending byte at 0") from error


def page(
    context: Context,
    kind: str,
    query: Mapping[str, str],
    parent: str | None,
    show: Callable[[Document], Document],
) -> Document:
    """One page; `parent` is the id of the service asked for."""
    before, after = query.get("before"), query.get("after")
    if before is not None and after is not None:
        raise bad("Only one of before or after query parameter allowed")
    limit, included = _limit(context, query), include(query)
    paging: Document = {"total": context.store.count(kind, included, parent)}
    if limit == 0:
        return {"data": [], "paging": paging}
    cursors = _Cursors(context.modern)
    backward = before is not None
    cursor = before if before is not None else after
    beyond = None if cursor is None else cursors.read(cursor, forward=not backward)
    order = "desc" if backward else "asc"
    found = context.store.page(kind, included, parent, beyond=beyond, order=order, limit=limit + 1)
    more = len(found) > limit
    found = found[:limit]
    if backward:
        found.reverse()
    if found and (more if backward else after is not None):
        paging["before"] = cursors.make(found[0])
    if found and (backward or more):
        paging["after"] = cursors.make(found[-1])
    return {"data": [show(document) for document in found], "paging": paging}
