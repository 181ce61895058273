"""The program that is measured: ``declare()`` registers what the environment asks for."""

from __future__ import annotations

import importlib
import os
from typing import Any

import pulumi

from benchmarks.objects import OBJECTS, PARENT, Objects, camel, name

TEXT = "from benchmarks.programs import declare\n\ndeclare()\n"
"""The ``__main__.py`` of a stack."""


class Declared(pulumi.CustomResource):
    """A resource as the SDK of a package has it: the stack of its constructor's caller is noted."""

    def __init__(self, token: str, logical: str, properties: dict[str, Any]) -> None:
        """Declare it."""
        super().__init__(token, logical, properties)


def environment(provider: str, door: str, objects: str, count: int, edit: int) -> dict[str, str]:
    """How a stack's program is told what to declare."""
    values = {
        "PROVIDER": provider,
        "DOOR": door,
        "OBJECTS": objects,
        "COUNT": str(count),
        "EDIT": str(edit),
    }
    return {f"BENCHMARK_{key}": value for key, value in values.items()}


def declare() -> None:
    """Register the parent, where there is one, and the objects."""
    objects = OBJECTS[_told("OBJECTS")]
    edit = int(_told("EDIT"))
    more: dict[str, Any] = {}
    if objects.parent_arguments:
        more[objects.refers] = _parent(objects)
    for number in range(int(_told("COUNT"))):
        arguments = {**objects.arguments(number, edit), **more}
        _register(objects, objects.kind, name(number), arguments)


def _parent(objects: Objects) -> Any:
    """What the objects refer to their parent by, known once it is made."""
    made = _register(objects, objects.parent, PARENT, dict(objects.parent_arguments or {}))
    return vars(made)["name"] if _told("PROVIDER") != "product" else made.fully_qualified_name


def _register(objects: Objects, kind: str, logical: str, arguments: dict[str, Any]) -> Any:
    provider, door = _told("PROVIDER"), _told("DOOR")
    if provider == "shaped":
        arguments = {**dict.fromkeys(outputs(objects.registry, kind)), **arguments}
    if provider == "product":
        module = importlib.import_module(f"pulumi_mlregistry.{objects.registry}")
        return getattr(module, kind)(logical, **arguments)
    if door == "plugin":
        from benchmarks.providers.plugin import PACKAGE

        token = f"{PACKAGE}{provider}:index:{kind}"
        made = Declared if provider == "shaped" else pulumi.CustomResource
        return made(token, logical, camel(arguments))
    from benchmarks.providers.dynamic import Resource

    return Resource(provider, kind, logical, camel(arguments))


def outputs(registry: str, kind: str) -> list[str]:
    """What a resource of the product answers beside its arguments."""
    from pulumi_mlregistry.catalog import KINDS  # its import is no part of the floor's time
    from pulumi_mlregistry.reconcile import table as tables

    table = KINDS[f"{registry}:{kind}"].table
    return [column.name for column in tables.outputs(table)] + ["registry"]


def _told(key: str) -> str:
    return os.environ[f"BENCHMARK_{key}"]
