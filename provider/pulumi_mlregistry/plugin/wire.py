"""Values on the wire: protobuf structs with unknowns and secrets, and the core's plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class _Marked:
    """A value beside which its signature stands: a secret, or what no registry takes."""

    value: Any = field(repr=False)
    signature: str = SECRET


def received(properties: struct_pb2.Struct) -> tuple[dict[str, Any], list[Place]]:
    """The core's values, and the places that were secret; without the dynamic host's own key."""
    signed: list[_Marked] = []
    values = {
        name: _received(value, signed)
        for name, value in properties.fields.items()
        if name != PROVIDER
    }
    found: list[Place] = []
    if signed:  # few are, and only they are looked for
        values = {name: _opened(value, (name,), found) for name, value in values.items()}
    return {k: v for k, v in values.items() if v is not None}, found


def values_of(properties: struct_pb2.Struct) -> dict[str, Any]:
    """The core's values alone."""
    return received(properties)[0]


def _received(value: struct_pb2.Value, signed: list[_Marked]) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            text = value.string_value
            return UNKNOWN if text in UNKNOWNS else text
        case "number_value":
            return value.number_value
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_received(item, signed) for item in value.list_value.values]
        case "struct_value":
            return _object(value.struct_value.fields, signed)
    return None


def _object(fields: Mapping[str, struct_pb2.Value], signed: list[_Marked]) -> Any:
    signature = fields[SIGNATURE].string_value if SIGNATURE in fields else ""
    if not signature:
        return {k: _received(v, signed) for k, v in fields.items()}
    if signature == _RESOURCE:
        found_id = fields["id"].string_value if "id" in fields else fields["urn"].string_value
        return UNKNOWN if found_id in ("", *UNKNOWNS) else found_id
    missing = None if signature == SECRET else UNKNOWN
    value = _received(fields["value"], signed) if "value" in fields else missing
    if signature == OUTPUT:
        if not ("secret" in fields and fields["secret"].bool_value):
            return value
        signature = SECRET
    mark = _Marked(value, signature)
    signed.append(mark)
    return mark


def _opened(value: Any, place: Place, found: list[Place]) -> Any:
    """What is inside of marked values, whose places are added to those that are ``found``."""
    if isinstance(value, _Marked):
        if value.signature != SECRET:
            raise Rejected(
                f"{'.'.join(place)} is an asset or archive, which no registry takes",
                remedy="Give the text itself",
            )
        found.append(place)
        return _opened(value.value, place, found)
    if isinstance(value, dict):
        return {k: _opened(v, (*place, k), found) for k, v in value.items()}
    if isinstance(value, list):
        return [_opened(item, (*place, str(n)), found) for n, item in enumerate(value)]
    return value


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
    return marked(table, values, _Marked)


def plain(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """A struct; what is None is left out."""
    present = {k: v for k, v in values.items() if v is not None}
    try:
        return _struct(present)
    except (TypeError, ValueError):  # an unknown or a secret is in it, as in few
        return _struct({k: _sent(v) for k, v in present.items()})


def _struct(values: dict[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(values)
    return struct


def _sent(value: Any) -> Any:
    if isinstance(value, str | int | float):
        return value
    if value is UNKNOWN:
        return _UNKNOWN_TEXT
    if isinstance(value, _Marked):
        return {SIGNATURE: value.signature, "value": _sent(value.value)}
    if isinstance(value, Mapping):
        return {str(k): _sent(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_sent(item) for item in value]
    return None
