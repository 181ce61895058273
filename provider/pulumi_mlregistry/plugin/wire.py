"""Values on the wire: protobuf structs with unknowns and secrets, and the core's plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from google.protobuf import struct_pb2

from pulumi_mlregistry.dynamic.values import PROVIDER
from pulumi_mlregistry.reconcile import secrets
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.errors import Rejected
from pulumi_mlregistry.reconcile.marking import marked
from pulumi_mlregistry.reconcile.table import Table
from pulumi_mlregistry.reconcile.unknown import UNKNOWN

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_RESOURCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
_UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWNS: Final = frozenset(
    {
        _UNKNOWN_TEXT,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # a boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # a number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # an array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # an asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # an archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # an object
    }
)
"""How the engine says "not known yet", by the kind of the value."""

Place = tuple[str, ...]


class _Secret:
    """A value to be sent as a secret."""

    def __init__(self, value: Any) -> None:
        self.value = value


def received(properties: struct_pb2.Struct) -> tuple[dict[str, Any], list[Place]]:
    """The core's values, and the places that were secret; without the dynamic host's own key."""
    found: list[Place] = []
    values = {
        name: _received(value, (name,), found)
        for name, value in properties.fields.items()
        if name != PROVIDER
    }
    return {k: v for k, v in values.items() if v is not None}, found


def values_of(properties: struct_pb2.Struct) -> dict[str, Any]:
    """The core's values alone."""
    return received(properties)[0]


def _received(value: struct_pb2.Value, place: Place, found: list[Place]) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return UNKNOWN if value.string_value in UNKNOWNS else value.string_value
        case "number_value":
            return value.number_value
        case "bool_value":
            return value.bool_value
        case "list_value":
            items = value.list_value.values
            return [_received(item, (*place, str(n)), found) for n, item in enumerate(items)]
        case "struct_value":
            return _object(value.struct_value.fields, place, found)
    return None


def _object(fields: Mapping[str, struct_pb2.Value], place: Place, found: list[Place]) -> Any:
    signature = fields[SIGNATURE].string_value if SIGNATURE in fields else ""
    if not signature:
        return {k: _received(v, (*place, k), found) for k, v in fields.items()}
    if signature == SECRET:
        found.append(place)
        return _received(fields["value"], place, found)
    if signature == OUTPUT:
        if "secret" in fields and fields["secret"].bool_value:
            found.append(place)
        return _received(fields["value"], place, found) if "value" in fields else UNKNOWN
    if signature == _RESOURCE:
        found_id = fields["id"].string_value if "id" in fields else fields["urn"].string_value
        return UNKNOWN if found_id in ("", *UNKNOWNS) else found_id
    raise Rejected(
        f"{'.'.join(place)} is an asset or archive, which no registry takes",
        remedy="Give the text itself",
    )


def made_secret(table: type[Table], places: Sequence[Place]) -> list[str]:
    """The arguments that the program itself made secret, beyond what the table says is."""
    known = tables.by_name(table)
    return sorted(
        {
            place[0]
            for place in places
            if place[0] in known and not secrets.is_whole(known[place[0]].behaviour, place[1:])
        }
    )


def sent(table: type[Table], values: Mapping[str, Any]) -> struct_pb2.Struct:
    """Inputs or outputs as the engine gets them, secret parts marked."""
    return plain(shown(table, values))


def shown(table: type[Table], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values for `plain`, secret parts marked."""
    return marked(table, values, _Secret)


def plain(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """A struct; what is None is left out."""
    return struct_pb2.Struct(
        fields={k: _sent(v) for k, v in values.items() if v is not None},
    )


def _sent(value: Any) -> struct_pb2.Value:
    make: Callable[..., struct_pb2.Value] = struct_pb2.Value
    if value is UNKNOWN:
        return make(string_value=_UNKNOWN_TEXT)
    if isinstance(value, _Secret):
        fields = {SIGNATURE: make(string_value=SECRET), "value": _sent(value.value)}
        return make(struct_value=struct_pb2.Struct(fields=fields))
    if isinstance(value, bool):
        return make(bool_value=value)
    if isinstance(value, int | float):
        return make(number_value=value)
    if isinstance(value, str):
        return make(string_value=value)
    if isinstance(value, Mapping):
        return make(
            struct_value=struct_pb2.Struct(fields={str(k): _sent(v) for k, v in value.items()})
        )
    if isinstance(value, list | tuple):
        return make(list_value=struct_pb2.ListValue(values=[_sent(item) for item in value]))
    return make(null_value=struct_pb2.NULL_VALUE)
