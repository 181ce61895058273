"""Requests as protobuf reads them: up to the first value of a wrong type, silently.

What comes after that value is lost, and the reply is 200 unless a field that the operation looks
at itself is wrong or missing. That is MLflow's, and the reason why a client reads back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_mlregistry.sandbox.mlflow.errors import invalid
from pulumi_mlregistry.sandbox.service import Request

_HINT = " See the API docs for more information about request parameters."

Given = dict[str, Any]


class Message(Given):
    """The values by field; a text that was not given reads as empty."""

    def __missing__(self, key: str) -> str:
        return ""


class NotAnObject(Exception):
    """A body that is JSON but no object, which MLflow answers with a page."""


@dataclass(frozen=True)
class Field:
    """A field of a request; ``checked`` ones are looked at by the operation itself."""

    kind: str = "string"
    required: bool = False
    most: int | None = None
    checked: bool = True


TEXT = Field()
NEEDED = Field(required=True)
TAGS = Field("tags")
BOOL = Field("bool")
UNCHECKED = Field(checked=False)

Fields = Mapping[str, Field]


def read(request: Request, fields: Fields) -> Message:
    """The values of a request by field; those that were not given are not there."""
    if request.method == "GET" and request.query:
        given = _from_query(request.query, fields)
    else:
        given = _from_body(request)
    for name in fields:
        if _camel(name) != name and name in given and _camel(name) in given:
            raise invalid(
                f"Request specifies both '{name}' and '{_camel(name)}'; provide only one of them."
            )
    message, whole = _parse(given, fields)
    for name, field in fields.items():
        if field.checked and (name in given or field.required):
            _check(name, field, given.get(name), types=not whole)
    return message


def _from_query(query: Mapping[str, list[str]], fields: Fields) -> Given:
    given: Given = {}
    for name, field in fields.items():
        if name not in query:
            continue
        values = query[name]
        if field.kind == "bool":
            if values[0].lower() not in ("true", "false"):
                raise invalid(f"Invalid boolean value: {values[0]}, must be 'true' or 'false'.")
            given[name] = values[0].lower() == "true"
        else:
            given[name] = values if field.kind == "strings" else values[0]
    return given


def _from_body(request: Request) -> Given:
    if request.method in ("POST", "PUT"):
        kind = request.headers.get("content-type")
        if kind is None:
            raise invalid("Bad Request. Content-Type header is missing.")
        if kind.split(";")[0] != "application/json":
            raise invalid("Bad Request. Content-Type must be one of ['application/json'].")
    try:
        given = json.loads(request.body)
    except ValueError:
        return {}
    if isinstance(given, str):  # older clients encode twice
        try:
            given = json.loads(given)
        except ValueError:
            raise NotAnObject from None
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise NotAnObject
    return given


def _parse(given: Given, fields: Fields) -> tuple[Message, bool]:
    """What protobuf makes of it, and whether it read to the end."""
    names = {_camel(name): name for name in fields} | {name: name for name in fields}
    message = Message()
    for key, value in given.items():
        name = names.get(key)
        if name is None or value is None:
            continue
        if not _PARSERS[fields[name].kind](message, name, value):
            return message, False
    return message, True


def _text(message: Given, name: str, value: Any) -> bool:
    if isinstance(value, str):
        message[name] = value
    return isinstance(value, str)


def _bool(message: Given, name: str, value: Any) -> bool:
    if isinstance(value, bool):
        message[name] = value
    return isinstance(value, bool)


def _int(message: Given, name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and re.fullmatch(r"[+-]?\d+", value):
        value = int(value)
    if not isinstance(value, int):
        return False
    message[name] = value
    return True


def _texts(message: Given, name: str, value: Any) -> bool:
    if not isinstance(value, list):
        return False
    message[name] = []
    for item in value:
        if not isinstance(item, str):
            return False
        message[name].append(item)
    return True


def _tags(message: Given, name: str, value: Any) -> bool:
    """A tag that goes wrong stays with what was read of it."""
    if not isinstance(value, list):
        return False
    message[name] = []
    for item in value:
        tag = {"key": "", "value": ""}
        message[name].append(tag)
        if not isinstance(item, dict):
            return False
        for key, each in item.items():
            if key not in tag or each is None:
                continue
            if not isinstance(each, str):
                return False
            tag[key] = each
    return True


_PARSERS: Mapping[str, Callable[[Given, str, Any], bool]] = {
    "string": _text,
    "bool": _bool,
    "int": _int,
    "strings": _texts,
    "tags": _tags,
}
_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "bool": lambda value: isinstance(value, bool),
    "int": lambda value: _int({}, "", value),
    "strings": lambda value: isinstance(value, list) and all(isinstance(v, str) for v in value),
    "tags": lambda value: isinstance(value, list),
}


def _check(name: str, field: Field, value: Any, *, types: bool) -> None:
    if types and not _TYPES[field.kind](value):
        raise _wrong(name, value)
    if field.required and value in (None, ""):
        raise invalid(f"Missing value for required parameter '{name}'.{_HINT}")
    number: Given = {}
    if field.most is not None and _int(number, name, value) and number[name] > field.most:
        raise _wrong(name, value)


def _wrong(name: str, value: Any) -> Exception:
    shown = json.dumps(value, sort_keys=True, separators=(",", ":"))
    kind = type(value).__name__
    return invalid(
        f"Invalid value {shown} for parameter '{name}' supplied:  "
        f"Hint: Value was of type '{kind}'.{_HINT}"
    )


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
