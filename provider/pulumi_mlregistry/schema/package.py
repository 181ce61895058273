"""schema.json: the Pulumi package schema, from the field tables and the configuration keys."""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib import metadata
from typing import Any

from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.state import REGISTRY
from pulumi_mlregistry.reconcile.table import Column, Struct, Table
from pulumi_mlregistry.schema import functions
from pulumi_mlregistry.schema.types import PACKAGE, literals, schema_type, struct_token
from pulumi_mlregistry.settings.keys import KEYS, PROVIDER_KEYS, Key

_KEYWORDS = (
    "pulumi",
    "openmetadata",
    "mlflow",
    "nemo",
    "oracle",
    "category/infrastructure",
    "kind/native",
)
_REGISTRY_DOC = "Where the object lives: origin and platform or base path."


def render() -> str:
    """The whole file, as it is committed."""
    return json.dumps(package(), indent=2, ensure_ascii=False) + "\n"


def package() -> dict[str, Any]:
    """The schema as data."""
    return {
        "name": PACKAGE,
        "displayName": "ML model registries",
        "version": metadata.version("pulumi-mlregistry"),
        "description": metadata.metadata("pulumi-mlregistry")["Summary"],
        "keywords": [*_KEYWORDS],
        "license": "Apache-2.0",
        "meta": {"moduleFormat": "(.*)"},
        "config": {"variables": {key.name: _setting(key) for key in KEYS}},
        "provider": {
            "description": "Where the registries are and who asks.",
            "inputProperties": {key.name: _input(key) for key in PROVIDER_KEYS},
        },
        "types": {
            **_types(kind.table for kind in KINDS.values()),
            **functions.types(properties),
        },
        "resources": {
            f"{PACKAGE}:{kind.table.kind}": _resource(kind.table) for kind in KINDS.values()
        },
        "functions": functions.functions(properties),
        "language": {
            "python": {"packageName": "pulumi_mlregistry_plugin", "pyproject": {"enabled": True}},
        },
    }


def _setting(key: Key) -> dict[str, Any]:
    prop: dict[str, Any] = {"type": "string", "description": key.doc}
    if key.secret:
        prop["secret"] = True
    if key.environment:
        prop["defaultInfo"] = {"environment": list(key.environment)}
    return prop


def _input(key: Key) -> dict[str, Any]:
    """An argument of the provider, without a default for a server's address and credentials.

    SDKs fill in defaults one by one: a token of the environment would go to an address that it was
    not given for, and into the state. The provider itself reads both, and keeps them together.
    """
    prop = _setting(key)
    if key.server and prop.pop("defaultInfo", None):
        names = ", ".join(f"`{name}`" for name in key.environment)
        prop["description"] += f" Where it is left out, the provider reads {names}."
    return prop


def properties(table: type[Table]) -> dict[str, Any]:
    """What a resource, and a look-up of one, answers."""
    found: dict[str, Any] = _resource(table)["properties"]
    policies = {c.name for c in tables.policies(table)}
    return {name: prop for name, prop in found.items() if name not in policies}


def _resource(table: type[Table]) -> dict[str, Any]:
    module = table.kind.partition(":")[0]
    arguments = (*tables.inputs(table), *tables.policies(table))
    given = {c.name: _property(c, module) for c in (*arguments, *tables.short_forms(table))}
    plain = {c.name: _without_replacement(given[c.name]) for c in arguments}
    server = {c.name: _property(c, module) for c in tables.outputs(table)}
    origin = {REGISTRY: {"type": "string", "description": _REGISTRY_DOC}}
    required = [c.name for c in tables.inputs(table) if c.required]
    return {
        "description": " ".join((table.__doc__ or "").split()),
        "inputProperties": given,
        "requiredInputs": [name for name in required if name != "name" or not table.named],
        "properties": {**plain, **server, **origin},
        "required": [*required, REGISTRY],
    }


def _without_replacement(prop: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in prop.items() if k != "willReplaceOnChanges"}


def _property(column: Column, module: str) -> dict[str, Any]:
    doc = column.doc
    if values := literals(column):
        doc += f" One of {', '.join(f'`{v}`' for v in values)}."
    prop = {**schema_type(column.info.annotation, module), "description": doc}
    if "" in column.behaviour.secret and not column.behaviour.public:
        prop["secret"] = True
    if column.behaviour.create_only:
        prop["willReplaceOnChanges"] = True
    return prop


def _types(all_tables: Iterable[type[Table]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for table in all_tables:
        module = table.kind.partition(":")[0]
        for struct, secret in tables.structs(table).items():
            found[struct_token(module, struct)] = _object(struct, module, secret)
    return found


def _object(struct: type[Struct], module: str, secret: tuple[str, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "description": " ".join((struct.__doc__ or "").split()),
        "properties": {
            (info.alias or attr): {
                **schema_type(info.annotation, module),
                "description": tables.attribute_docs(struct).get(attr, ""),
                **({"secret": True} if (info.alias or attr) in secret else {}),
            }
            for attr, info in struct.model_fields.items()
        },
        "required": [
            info.alias or attr for attr, info in struct.model_fields.items() if info.is_required()
        ],
    }
