"""The package's functions: a look-up for each resource, and a list where its table has one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.looking import ID, keys_of
from pulumi_mlregistry.reconcile.table import Column, Table
from pulumi_mlregistry.schema.types import PACKAGE

Properties = Callable[[type[Table]], dict[str, Any]]
_ID = {"type": "string", "description": "The id by which the object is imported."}


def functions(properties: Properties) -> dict[str, Any]:
    """All functions by token; ``properties`` gives what a resource answers."""
    found = {}
    for table in _tables():
        module, _, name = table.kind.partition(":")
        found[f"{PACKAGE}:{module}:get{name}"] = {
            "description": f"Look up a {table.title}; an error where there is none.",
            "inputs": _inputs(keys_of(table)),
            "outputs": _object(properties(table)),
        }
        if table.listed_by:
            columns = tuple(tables.by_name(table)[name] for name in table.listed_by)
            item = {"$ref": f"#/types/{_item_token(table)}"}
            items = {"type": "array", "items": item, "description": "What was found."}
            found[f"{PACKAGE}:{module}:list{name}s"] = {
                "description": f"List each {table.title} that shares these, the newest first.",
                "inputs": _inputs(columns),
                "outputs": {
                    "type": "object",
                    "properties": {"items": items},
                    "required": ["items"],
                },
            }
    return found


def types(properties: Properties) -> dict[str, Any]:
    """The types of what is listed."""
    return {
        _item_token(table): {"description": f"A {table.title}.", **_object(properties(table))}
        for table in _tables()
        if table.listed_by
    }


def _tables() -> Iterator[type[Table]]:
    return (kind.table for kind in KINDS.values())


def _item_token(table: type[Table]) -> str:
    module, _, name = table.kind.partition(":")
    return f"{PACKAGE}:{module}:{name}Item"


def _inputs(columns: tuple[Column, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {c.name: {"type": "string", "description": c.doc} for c in columns},
        "required": [c.name for c in columns if not c.behaviour.setting],
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {ID: _ID, **properties},
        "required": [ID],
    }
