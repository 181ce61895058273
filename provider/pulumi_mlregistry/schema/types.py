"""A field's type as the Pulumi schema and as Python spell it."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.table import Coerced, Column, Struct

PACKAGE = "mlregistry"
_UNIONS = (types.UnionType, typing.Union)
_SIMPLE = {str: "string", bool: "boolean", int: "integer", float: "number"}


def _members(union: Any) -> list[Any]:
    return [arg for arg in get_args(union) if arg is not type(None)]


def bare(annotation: Any) -> Any:
    """The type without ``| None`` and without constraints."""
    origin = get_origin(annotation)
    if origin is typing.Annotated:
        return bare(get_args(annotation)[0])
    if origin in _UNIONS:
        kept = [a for a in get_args(annotation) if a is not type(None)]
        return bare(kept[0]) if len(kept) == 1 else annotation
    return annotation


def struct_token(module: str, struct: type[BaseModel]) -> str:
    """The schema's token of a nested type."""
    return f"{PACKAGE}:{module}:{struct.__name__}"


def schema_type(annotation: Any, module: str) -> dict[str, Any]:
    """A type as the Pulumi schema has it."""
    kind = bare(annotation)
    if kind in _SIMPLE:
        return {"type": _SIMPLE[kind]}
    origin, args = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"type": "string"}
    if origin in _UNIONS:
        return {"oneOf": [schema_type(arg, module) for arg in _members(kind)]}
    if origin is list:
        return {"type": "array", "items": schema_type(args[0], module)}
    if origin in (dict, Mapping):
        return {"type": "object", "additionalProperties": schema_type(args[1], module)}
    if isinstance(kind, type) and issubclass(kind, Struct):
        return {"type": "object", "$ref": f"#/types/{struct_token(module, kind)}"}
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Any"}}
    return {"$ref": "pulumi.json#/Any"}


def python_type(annotation: Any, *, inside: bool = False) -> str:
    """A type as an argument of the Python classes has it; `inside` a collection or an input."""
    kind = bare(annotation)
    if kind is str and not inside and _coerced(annotation):
        return "str | float | bool"
    if kind in _SIMPLE:
        return str(kind.__name__)
    origin, args = get_origin(kind), get_args(kind)
    if origin is Literal:
        return "str"
    if origin in _UNIONS:
        return " | ".join(python_type(arg, inside=inside) for arg in _members(kind))
    if origin is list:
        return f"Sequence[{_item(args[0], inside)}]"
    if origin in (dict, Mapping):
        return f"Mapping[str, {_item(args[1], inside)}]"
    if isinstance(kind, type) and issubclass(kind, Struct):
        return "Mapping[str, Any]" if inside else f"{kind.__name__}Args | Mapping[str, Any]"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return "Mapping[str, Any]"
    return "Any"


def _coerced(annotation: Any) -> bool:
    return any(
        isinstance(part, Coerced) or _coerced(part)
        for part in (*getattr(annotation, "__metadata__", ()), *get_args(annotation))
    )


def _item(annotation: Any, inside: bool) -> str:
    kind = python_type(annotation, inside=inside)
    return kind if inside or kind == "Any" else f"pulumi.Input[{kind}]"


def literals(column: Column) -> tuple[str, ...]:
    """The values that a field may have, where they are a fixed set."""
    return tables.choices(column)
