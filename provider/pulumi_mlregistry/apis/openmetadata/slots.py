"""Fields in which the server keeps one value of several: who holds the place, and who gets it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pulumi_mlregistry.apis.openmetadata.wire import Wire
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.errors import Conflict, Rejected
from pulumi_mlregistry.reconcile.planning import Kind
from pulumi_mlregistry.reconcile.protocol import Live, Patch
from pulumi_mlregistry.reconcile.table import Table

_EXCLUSIVE, _ONE_DOMAIN = "mutually exclusive", "Multiple Domains are not allowed"


def make_room(wire: Wire, table: type[Table], live: Live, patch: Patch) -> dict[str, Any]:
    """The values to write, where an older server holds one owner and one domain."""
    whole = dict(patch.whole)
    for name in ("owners", "domains"):
        if wire.is_single(name) and len(whole.get(name) or ()) > 1:
            whole[name] = _without_rivals(table, name, live, patch, lambda _key: True)
    return whole


def swap_rivals(
    table: type[Table], live: Live, patch: Patch, whole: Mapping[str, Any], refused: Rejected
) -> dict[str, Any]:
    """The values to write, others' that exclude ours taken out; else the refusal as it is."""
    said, name = refused.why, ""
    if _EXCLUSIVE in said and "tags" in whole:
        name, kept = (
            "tags",
            _without_rivals(table, "tags", live, patch, lambda key: _names(said, key)),
        )
    elif _ONE_DOMAIN in said and "domains" in whole:
        name, kept = "domains", _without_rivals(table, "domains", live, patch, lambda _key: True)
    if not name or kept == whole[name]:
        raise refused
    return {**whole, name: kept}


def _without_rivals(
    table: type[Table], name: str, live: Live, patch: Patch, is_rival: Callable[[str], bool]
) -> list[Any]:
    """One field's items without those of others; `Conflict` where these were never ours to take.

    They are where the program adopts, and where they stand in the place of ours that a refresh
    has shown to be gone.
    """
    key_of = tables.column(table, name).behaviour.key_of
    mine = {str(key_of(item)) for item in patch.declared.get(name) or ()}
    pairs = zip(live.answered.get(name) or (), live.values.get(name) or (), strict=True)
    rivals = {str(key_of(word)): item for item, word in pairs if str(key_of(word)) not in mine}
    rivals = {key: item for key, item in rivals.items() if is_rival(_bare(key))}
    added = [c for c in patch.changes if c.path.field == name and c.new is not None]
    added = [c for c in added if is_rival(_bare(str(c.path[-1])))]
    if not (rivals and added):
        return list(patch.whole[name])  # not between ours and others': the server says how
    if not (patch.take or all(c.kind is Kind.CONFLICT for c in added)):
        last = f" ({live.last_change})" if live.last_change else ""
        raise Conflict(
            f"{name} holds {', '.join(rivals)}, set by others{last}, and the server does not keep "
            f"it beside {', '.join(str(c.path[-1]) for c in added)}",
            remedy=f'Declare what is there, or set on_conflict="adopt" or exclusive=["{name}"] '
            "to put yours in its place",
        )
    return [item for item in patch.whole[name] if item not in rivals.values()]


def _bare(key: str) -> str:
    return key.removeprefix("Glossary:")


def _names(said: str, key: str) -> bool:
    """Whether a refusal names a tag, and not one of which its name is a part."""
    return re.search(rf"(?<![\w.]){re.escape(key)}(?![\w.])", said) is not None
