"""How each field stands in a create body, in a patch and in an answer: one value, three shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulumi_mlregistry.apis.openmetadata.client import OpenMetadataClient
from pulumi_mlregistry.apis.openmetadata.tags import USUAL
from pulumi_mlregistry.reconcile.errors import Rejected

Json = dict[str, Any]
Shape = Callable[[OpenMetadataClient, Any], Any]


def _as_it_is(_client: OpenMetadataClient, value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Field:
    """One field's shapes; the default is a value that is the same everywhere."""

    create: Shape = _as_it_is
    patch: Shape = _as_it_is


def _owner(client: OpenMetadataClient, value: Mapping[str, Any]) -> Json:
    kind = str(value["type"])
    id_ = value.get("id") or client.named(f"{kind}s", str(value["name"]))["id"]
    return {"id": id_, "type": kind}


def _owners(client: OpenMetadataClient, value: Any) -> list[Json]:
    found = [_owner(client, owner) for owner in value]
    twice = next((o["id"] for o in found if found.count(o) > 1), None)
    if twice is not None:
        raise Rejected(
            f"owners has {twice} twice, by id and by name",
            remedy="Nothing was written; give each owner once",
        )
    return found


def _reference(kind: str) -> Shape:
    """By the id, which an answer brings along and a name does not."""

    def shape(client: OpenMetadataClient, value: Any) -> Json:
        if isinstance(value, Mapping):
            return {"id": value["id"], "type": kind}
        return {"id": client.named(f"{kind}s", str(value))["id"], "type": kind}

    return shape


def _each(shape: Shape) -> Shape:
    return lambda client, value: [shape(client, item) for item in value]


def _fqn(kind: str) -> Shape:
    """By the fully qualified name, which a create body asks for."""

    def shape(client: OpenMetadataClient, value: Any) -> Any:
        if isinstance(value, Mapping):
            found = value if "fullyQualifiedName" in value else client.by_id(kind, value["id"])
            return found["fullyQualifiedName"]
        return value

    return shape


def _label(_client: OpenMetadataClient, value: Any) -> Json:
    """All four keys: the schema requires them, though the server would fill them in."""
    label = value if isinstance(value, Mapping) else {"tagFQN": value}
    if label.get("labelType") == "Derived":  # here because it is declared: ours, if it was sent so
        label = {k: label[k] for k in ("tagFQN", "source") if k in label}
    return {**USUAL, **label}


def _feature(client: OpenMetadataClient, value: Mapping[str, Any]) -> Json:
    labels = {"tags": [_label(client, t) for t in value["tags"]]} if value.get("tags") else {}
    return {**value, **labels}


FIELDS: Final[Mapping[str, Field]] = {
    "owners": Field(_owners, _owners),
    "domains": Field(_each(_fqn("domains")), _each(_reference("domain"))),
    "dataProducts": Field(_each(_fqn("dataProducts")), _each(_reference("dataProduct"))),
    "dashboard": Field(_fqn("dashboards"), _reference("dashboard")),
    "tags": Field(_each(_label), _each(_label)),
    "mlFeatures": Field(_each(_feature), _each(_feature)),
}
"""The fields that are not `Field()`."""


def create_body(client: OpenMetadataClient, declared: Mapping[str, Any]) -> Json:
    """The body of a POST."""
    body: Json = {}
    for name, value in declared.items():
        field = FIELDS.get(name, Field())
        shaped = field.create(client, value)
        single = client.wire.is_single(name)
        if single and not shaped:
            continue
        body[client.wire.key(name)] = shaped[0] if single else shaped
    return body


def patch_operations(
    client: OpenMetadataClient, whole: Mapping[str, Any], body: Mapping[str, Any]
) -> list[Json]:
    """JSON Patch for the fields to write: `body` is the object as the server last answered it."""
    operations: list[Json] = []
    for name, value in whole.items():
        field, key = FIELDS.get(name, Field()), client.wire.key(name)
        if value in (None, [], {}):
            if body.get(key) not in (None, [], {}):
                operations.append({"op": "remove", "path": f"/{key}"})
            continue
        shaped = field.patch(client, value)
        if client.wire.is_single(name):
            shaped = shaped[-1]
        operations.append({"op": "add", "path": f"/{key}", "value": shaped})
    return operations


def answered(client: OpenMetadataClient, names: list[str], body: Mapping[str, Any]) -> Json:
    """The fields of an answer, lists where an older server has one value."""
    values: Json = {}
    for name in names:
        value = body.get(client.wire.key(name))
        if value is not None:
            values[name] = [value] if client.wire.is_single(name) else value
    return values
