"""Pulumi's resource options: property paths in Python's spelling, and what a provider must know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pulumi

from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.ignored import Place, parse
from pulumi_mlregistry.reconcile.table import HIDDEN, Table


def property_path(table: type[Table], text: str) -> str:
    """A property path with the resource's own names as Pulumi properties.

    ``custom_fields.my_key`` is ``customFields.my_key``, ``api_endpoint.api_key`` is
    ``apiEndpoint.apiKey``: keys of yours stay as they are.
    """
    if text.startswith(HIDDEN) or text in tables.by_name(table):
        return text
    place = parse(text)
    spelled = tuple(_spelled(table, place))
    return text if spelled == place else _joined(spelled)


def _spelled(table: type[Table], place: Place) -> Iterator[str | int]:
    column = next((c for c in tables.columns(table) if place[:1] == (c.attr,)), None)
    column = column or tables.by_name(table).get(str(place[0]) if place else "")
    if column is None:
        yield from place
        return
    yield column.name
    inside: tuple[str | int, ...] = ()
    for step in place[1:]:
        inside += (step,)
        model = tables.nested_model(column.info.annotation, inside[:-1])
        info = model.model_fields.get(str(step)) if model is not None else None
        inside = (*inside[:-1], info.alias or step) if info is not None else inside
        yield inside[-1]


def _joined(place: Place) -> str:
    text = ""
    for step in place:
        if isinstance(step, int) or step == "*":
            text += f"[{step}]" if text else str(step)
        elif step.replace("_", "").isalnum():
            text += f".{step}" if text else step
        else:
            quoted = step.replace('"', '\\"')
            text += f'["{quoted}"]'
    return text


def refuse_import(name: str, opts: pulumi.ResourceOptions | None) -> None:
    """Refuse the option for a dynamic resource: Pulumi knows no provider to read it by."""
    if opts is not None and opts.import_:
        raise pulumi.RunError(
            f"{name}: import_ works with the plugin only. Either set mlregistry:plugin to true, or "
            "leave import_ out and run `mlregistry import`, which writes an import file for "
            "`pulumi import --file`; a resource that is in the state already needs no import_"
        )


def refuse_deleted_with(table: type[Table], name: str, opts: pulumi.ResourceOptions | None) -> None:
    """Refuse the option where Pulumi would forget an object that stays in the registry.

    Pulumi itself deletes no resource that goes with another one. The registry deletes the versions
    of a registered model, whose tags say who made them, and what lies in an object that is deleted
    recursively.
    """
    other = opts.deleted_with if opts is not None else None
    if other is None:
        return
    kind, _ = table.parent
    if kind and getattr(other, "_kind", "") == kind:
        return
    if table.kind == "openmetadata:MlModel" and getattr(other, "_recursive", False):
        return
    with_it = {
        "mlflow:ModelVersion": "its mlflow.RegisteredModel",
        "openmetadata:MlModel": "its openmetadata.MlModelService, with recursive=True",
    }
    remedy = with_it.get(table.kind)
    raise pulumi.RunError(
        f"{name}: with deleted_with Pulumi forgets the {table.title}, and the registry keeps it. "
        + (f"Set it to {remedy}, or leave deleted_with out" if remedy else "Leave deleted_with out")
    )


def paths(table: type[Table], given: Any) -> list[str]:
    """The property paths of an option, in Pulumi's spelling."""
    return [property_path(table, text) for text in given or ()]
