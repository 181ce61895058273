"""Property values: plain Python data plus secrets and unknowns, and their forms on the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from google.protobuf import struct_pb2

from pulumi_mlregistry.localengine.errors import Refused

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"
_ASSET_SIGNATURES = {"c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"}
UNKNOWN_SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWN_SENTINELS = {
    UNKNOWN_SENTINEL,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
    "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
}
_EXACT_INTEGERS = 2**53


class Unknown:
    """A value that is known only after an update; there is one, ``UNKNOWN``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "[unknown]"


UNKNOWN = Unknown()


class Secret:
    """A value that is encrypted in state and never displayed."""

    __slots__ = ("sealed", "value")

    def __init__(self, value: Value) -> None:
        self.value = value
        # The plaintext and the ciphertext it was last saved as: an unchanged secret
        # keeps its ciphertext, so an unchanged stack keeps its file.
        self.sealed: tuple[str, str] | None = None

    def __repr__(self) -> str:
        return "[secret]"


Value: TypeAlias = (
    "bool | int | float | str | list[Value] | dict[str, Value] | Secret | Unknown | None"
)
Properties: TypeAlias = dict[str, Value]


def number(value: float) -> int | float:
    """A JSON number as Pulumi writes it: whole numbers without a fraction."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT_INTEGERS:
        return int(value)
    return value


def from_struct(struct: struct_pb2.Struct) -> Properties:
    """Read properties from the wire; raises `Refused` for assets and archives."""
    return {key: _from_wire(value) for key, value in struct.fields.items()}


def _from_wire(value: struct_pb2.Value) -> Value:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in _UNKNOWN_SENTINELS else value.string_value
    if kind == "number_value":
        return number(value.number_value)
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_from_wire(item) for item in value.list_value.values]
    if kind == "struct_value":
        return _object_from_wire(value.struct_value)
    return None


def _object_from_wire(struct: struct_pb2.Struct) -> Value:
    signature = struct.fields[SIGNATURE].string_value if SIGNATURE in struct.fields else ""
    if signature == SECRET_SIGNATURE:
        return secret(_from_wire(struct.fields["value"]))
    if signature in _ASSET_SIGNATURES:
        raise Refused("assets and archives are not supported by the local engine; use strings")
    if signature:
        raise Refused(
            f"a property value of the special kind {signature} is not supported by the local engine"
        )
    return from_struct(struct)


def to_struct(properties: Mapping[str, Value], *, keep_secrets: bool) -> struct_pb2.Struct:
    """Write properties for the wire; without ``keep_secrets`` they go in plain."""
    struct = struct_pb2.Struct()
    for key, value in properties.items():
        _to_wire(struct.fields[key], value, keep_secrets)
    return struct


def _to_wire(target: struct_pb2.Value, value: Value, keep_secrets: bool) -> None:
    if isinstance(value, Secret):
        if not keep_secrets:
            _to_wire(target, value.value, keep_secrets)
            return
        fields = target.struct_value.fields
        fields[SIGNATURE].string_value = SECRET_SIGNATURE
        _to_wire(fields["value"], value.value, keep_secrets)
    elif isinstance(value, dict):
        target.struct_value.SetInParent()
        for key, item in value.items():
            _to_wire(target.struct_value.fields[key], item, keep_secrets)
    elif isinstance(value, list):
        target.list_value.SetInParent()
        for item in value:
            _to_wire(target.list_value.values.add(), item, keep_secrets)
    else:
        _scalar_to_wire(target, value)


def _scalar_to_wire(target: struct_pb2.Value, value: bool | float | str | Unknown | None) -> None:
    if value is None:
        target.null_value = struct_pb2.NULL_VALUE
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, (int, float)):
        target.number_value = value
    elif isinstance(value, Unknown):
        target.string_value = UNKNOWN_SENTINEL
    else:
        target.string_value = value


def secret(value: Value) -> Secret:
    """Mark a value as secret, once."""
    return value if isinstance(value, Secret) else Secret(value)


def _walk(value: Value) -> Iterator[Value]:
    yield value
    if isinstance(value, Secret):
        yield from _walk(value.value)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _walk(item)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item)


def contains_secret(value: Value) -> bool:
    """Whether a secret stands anywhere in the value."""
    return any(isinstance(item, Secret) for item in _walk(value))


def contains_unknown(value: Value) -> bool:
    """Whether an unknown stands anywhere in the value."""
    return any(item is UNKNOWN for item in _walk(value))


def plain(value: Value) -> Value:
    """The value with its secrets unwrapped."""
    if isinstance(value, Secret):
        return plain(value.value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def equal(left: Value, right: Value) -> bool:
    """Equality by kind and content (``True`` is not 1); a secret never equals its plain value."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, Secret) and isinstance(right, Secret):
        return equal(left.value, right.value)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (Secret, dict, list)) or isinstance(right, (Secret, dict, list)):
        return False
    return left == right


def annotate_secrets(outputs: Properties, inputs: Mapping[str, Value]) -> None:
    """Mark in ``outputs`` what is secret in ``inputs``: objects by key, a list as a whole.

    A dynamic provider sees and returns plain values, so this is how a secret stays one.
    """
    for key, given in inputs.items():
        if key not in outputs:
            continue
        got = outputs[key]
        if isinstance(got, dict) and isinstance(given, dict):
            annotate_secrets(got, given)
        elif not isinstance(got, Secret) and contains_secret(given):
            outputs[key] = secret(got)


def redacted(value: Value) -> object:
    """Plain JSON data for display: secrets as ``[secret]``, unknowns as ``[unknown]``."""
    if isinstance(value, (Secret, Unknown)):
        return repr(value)
    if isinstance(value, dict):
        return {key: redacted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [redacted(item) for item in value]
    return value


def revealed(value: Value) -> object:
    """Plain JSON data with secrets in the clear, for a user who asked to see them."""
    return redacted(plain(value))


def compact_json(value: object) -> str:
    """JSON as the Go encoder writes it: sorted keys, no spaces, ``<>&`` escaped."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text
