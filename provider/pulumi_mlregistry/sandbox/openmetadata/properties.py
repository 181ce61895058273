"""Custom properties: the ``extension`` of an entity."""

from __future__ import annotations

import re
from typing import Any

from pulumi_mlregistry.sandbox.openmetadata.failures import bad

_ENVIRONMENTS = ("dev", "staging", "production")
_ALWAYS = {"costCenter": "string", "riskScore": "integer", "notes": "markdown"}
_MODERN = {"reviewedOn": "date", "environments": "enum"}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def defined(kind: str, modern: bool) -> dict[str, str]:
    """The custom properties of a type of entity; 1.2 knows neither dates nor enums."""
    if kind != "mlmodel":
        return {}
    return _ALWAYS | _MODERN if modern else _ALWAYS


def checked(kind: str, modern: bool, extension: Any) -> dict[str, Any]:
    """The extension as it is stored."""
    known = defined(kind, modern)
    if not isinstance(extension, dict):
        raise bad(f"Custom field extension has invalid JSON [$: {_kind(extension)} found]")
    values = {}
    for name, value in extension.items():
        if name not in known:
            raise bad(f"Unknown custom field {name}")
        if value is not None:
            values[name] = _value(name, known[name], value)
    return values


def _value(name: str, wanted: str, value: Any) -> Any:
    if wanted == "enum":
        return _enum(name, value)
    expected = "integer" if wanted == "integer" else "string"
    if _kind(value) != expected:
        raise _mistyped(name, value, expected)
    # 2.x: the words of these two are read in the server's source, not measured.
    if wanted == "date" and not _DATE.fullmatch(value):
        raise bad(f"Custom field {name} value is not as per defined format yyyy-MM-dd")
    return value


def _enum(name: str, value: Any) -> list[str]:
    if not isinstance(value, list):
        raise _mistyped(name, value, "array")
    if unknown := [item for item in value if item not in _ENVIRONMENTS]:
        raise bad(f"Values '{unknown}' not supported for property {name}")
    # 2.x sorts the values; read in the server's source, not measured.
    return sorted(value)


def _mistyped(name: str, value: Any, expected: str) -> Exception:
    return bad(
        f"Custom field {name} has invalid JSON [$: {_kind(value)} found, {expected} expected]"
    )


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"
        case _:
            return "null"
