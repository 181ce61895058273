"""The filters of lists: ``filter[name]=x``, ``filter[name][$like]=%x%`` and ``filter={json}``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from pulumi_mlregistry.sandbox.nemo.errors import NemoError

MODELS: Final = {
    "adapters": "",
    "base_model": "json_extract(data, '$.base_model')",
    "created_at": "created_at",
    "description": "json_extract(data, '$.description')",
    "entity_type": "kind",
    "fileset": "json_extract(data, '$.fileset')",
    "finetuning_type": "json_extract(data, '$.finetuning_type')",
    "id": "id",
    "lora_enabled": "",
    "name": "name",
    "project": "project",
    "prompt": "",
    "updated_at": "updated_at",
    "workspace": "workspace",
}
ADAPTERS: Final = {
    "created_at": "created_at",
    "description": "json_extract(data, '$.description')",
    "enabled": "json_extract(data, '$.enabled')",
    "entity_type": "kind",
    "fileset": "json_extract(data, '$.fileset')",
    "finetuning_type": "json_extract(data, '$.finetuning_type')",
    "id": "id",
    "model": "json_extract(data, '$.model')",
    "name": "name",
    "project": "project",
    "updated_at": "updated_at",
    "workspace": "workspace",
}

_BRACKETS = re.compile(r"filter\[([^\]]*)\](?:\[\$?([^\]]*)\])?")
_COMPARE = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_OPERATORS = ("eq", "like", "in", "nin", *_COMPARE)
_PRESENCE = ("base_model", "fileset", "finetuning_type")
_TIMES = ("created_at", "updated_at")
# The platform's own filter of this name finds the opposite.
_ADAPTERS = (
    "(SELECT count(*) FROM entities child WHERE child.parent = entities.id "
    "AND child.kind = 'adapter')"
)

Condition = tuple[str, list[Any]]


class Unlistable(Exception):
    """What the platform fails on instead of refusing it."""


def parse(query: Mapping[str, list[str]]) -> dict[str, Any]:
    """The filter of a query as JSON: operators by field."""
    if "filter" in query:
        text = query["filter"][-1]
        if not text.startswith("{"):
            raise NemoError(400, f"Unexpected token in filter parameter: {text}")
        try:
            parsed = json.loads(text)
        except ValueError:
            raise NemoError(400, f"Invalid JSON in filter parameter: {text}") from None
        return dict(parsed)
    found: dict[str, Any] = {}
    for key, values in query.items():
        if match := _BRACKETS.fullmatch(key):
            name, operator = match.groups()
            value: Any = values[-1] or None
            if operator in ("in", "nin"):
                value = [part for each in values for part in each.split(",")]
            found.setdefault(name, {})["$" + (operator or "eq")] = value
    return found


def where(parsed: Mapping[str, Any], fields: Mapping[str, str]) -> Condition:
    """A filter as a condition in SQL."""
    parts = [_part(key, value, fields) for key, value in parsed.items()]
    return _joined(" AND ", parts)


def spelled_out(value: Any) -> dict[str, Any]:
    """What is compared with a field, with its operators."""
    return value if isinstance(value, dict) else {"$eq": value}


def _joined(by: str, parts: list[Condition]) -> Condition:
    clauses = [f"({clause})" for clause, _ in parts]
    return by.join(clauses) or "1", [value for _, values in parts for value in values]


def _part(key: str, value: Any, fields: Mapping[str, str]) -> Condition:
    if key in ("$or", "$and"):
        by = " OR " if key == "$or" else " AND "
        return _joined(by, [where(each, fields) for each in value])
    if key == "$not":
        if not isinstance(value, dict):
            raise NemoError(400, f"'{type(value).__name__}' object has no attribute 'items'")
        clause, values = where(value, fields)
        return f"NOT ({clause})", values
    if key not in fields:
        raise NemoError(400, f"Unknown filter field '{key}'. Valid fields: {sorted(fields)}")
    operators = spelled_out(value).items()
    return _joined(" AND ", [_compared(key, fields[key], name, each) for name, each in operators])


def _compared(key: str, column: str, operator: str, value: Any) -> Condition:
    name = operator.removeprefix("$")
    if name not in _OPERATORS:
        if operator.startswith("$") and key not in _PRESENCE:
            raise NemoError(400, f"'{operator}' is not a valid FilterOperator")
        return "0", []
    if special := _SPECIAL.get(key):
        return special(_truth(value)), []
    if key in _PRESENCE and _truth(value) is not None:
        return f"{column} IS {'NOT ' if _truth(value) else ''}NULL", []
    if value is None:
        return f"{column} IS NULL", []
    if name in ("in", "nin"):
        marks = ", ".join("?" * len(value))
        return f"{column} {'NOT ' if name == 'nin' else ''}IN ({marks})", list(value)
    if name == "like":
        return f"lower({column}) LIKE lower(?)", [value]
    given = _time(value) if key in _TIMES else value
    return f"{column} {_COMPARE.get(name, '=')} ?", [given]


def _truth(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(str(value).lower())


def _time(text: Any) -> str:
    try:
        return datetime.fromisoformat(str(text)).replace(tzinfo=None).isoformat()
    except ValueError:
        raise Unlistable from None


def _by_adapters(wanted: bool | None) -> str:
    return f"{_ADAPTERS} {'=' if wanted else '>'} 0"


_SPECIAL: Mapping[str, Callable[[bool | None], str]] = {
    "adapters": _by_adapters,
    # Nothing is deployed here, so that no deployment has LoRA on.
    "lora_enabled": lambda wanted: "0" if wanted else "1",
    "prompt": lambda wanted: "0",
}
