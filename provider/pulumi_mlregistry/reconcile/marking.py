"""Which values of a resource are secrets: what both doors mark before the engine sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pulumi_mlregistry.reconcile import secrets
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.behaviour import INPUT
from pulumi_mlregistry.reconcile.redaction import texts
from pulumi_mlregistry.reconcile.state import secret_fields
from pulumi_mlregistry.reconcile.table import HIDDEN, Table


def marked(
    table: type[Table], values: Mapping[str, Any], wrap: Callable[[Any], Any]
) -> dict[str, Any]:
    """Inputs or outputs with every secret part wrapped: by the table, and by the program's wish.

    An output that repeats what the program made secret, a derived name for one, is wrapped too.
    """
    known = tables.by_name(table)
    chosen = secret_fields(values)
    told = {text.lower() for name in chosen for text in texts(values.get(name)) if len(text) > 2}
    result: dict[str, Any] = {}
    for name, value in values.items():
        behaviour = known[name].behaviour if name in known else INPUT
        repeats = isinstance(value, str) and any(text in value.lower() for text in told)
        if name in chosen or (repeats and not name.startswith(HIDDEN)):
            result[name] = wrap(value)
        else:
            result[name] = secrets.wrapped(behaviour, value, wrap)
    return result
