"""Turns JSON into what a shape says, or refuses in the words of the server's JSON library."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any, assert_never

from pulumi_mlregistry.sandbox.openmetadata.failures import Refusal, bad
from pulumi_mlregistry.sandbox.openmetadata.locating import Source
from pulumi_mlregistry.sandbox.openmetadata.shapes import (
    Choice,
    Many,
    Record,
    Scalar,
    Shape,
    Text,
    Tree,
)

_TOKENS = {dict: "START_OBJECT", list: "START_ARRAY", str: "VALUE_STRING", bool: "VALUE_TRUE"}
_KINDS = {dict: "Object", list: "Array", str: "String", bool: "Boolean", float: "Floating-point"}
_NO_URI = re.compile(r'[\s"<>\\^`{|}]')


class Decoder:
    """Reads one body."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._path: list[str | int] = []
        self._chain: list[str] = []

    def read(self, shape: Shape, value: Any) -> Any:
        """The value; members that are null are left out, as null and absent mean the same."""
        match shape:
            case Record():
                return self._record(shape, value)
            case Many():
                return self._many(shape, value)
            case Choice():
                if value not in shape.words:
                    raise self._refuse(
                        f"Cannot construct instance of `{shape.java}`, problem: {value}"
                    )
                return value
            case Text():
                return self._text(shape, value)
            case Tree():
                if shape.members and not isinstance(value, dict):
                    raise self._mistyped("java.util.LinkedHashMap", value)
                return value
            case Scalar():
                if isinstance(value, dict | list):
                    raise self._mistyped("java.lang.Object", value)
                return value
        assert_never(shape)

    def _record(self, shape: Record, value: Any) -> dict[str, Any]:
        if isinstance(value, str):
            raise self._refuse(
                f"Cannot construct instance of `{shape.java}` (although at least one Creator "
                "exists): no String-argument constructor/factory method to deserialize from "
                f"String value ('{value}')"
            )
        if not isinstance(value, dict):
            raise self._mistyped(f"`{shape.java}`", value)
        read = {}
        for name, member in value.items():
            self._path.append(name)
            self._chain.append(f'{shape.java}["{name}"]')
            if name not in shape.members:
                raise self._unknown(shape, name)
            if member is not None:
                read[name] = self.read(shape.members[name], member)
            self._path.pop()
            self._chain.pop()
        return read

    def _many(self, shape: Many, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self._mistyped("java.util.ArrayList<java.lang.Object>", value)
        read = []
        for index, item in enumerate(value):
            self._path.append(index)
            self._chain.append(f"java.util.ArrayList[{index}]")
            if item is not None:
                read.append(self.read(shape.item, item))
            self._path.pop()
            self._chain.pop()
        return read

    def _text(self, shape: Text, value: Any) -> str:
        if isinstance(value, dict | list):
            raise self._mistyped(shape.java, value)
        text = value if isinstance(value, str) else json.dumps(value)
        if shape.java == "java.net.URI" and (wrong := _NO_URI.search(text)):
            raise self._refuse(
                f'Cannot deserialize value of type `java.net.URI` from String "{text}": not a '
                "valid textual representation, problem: Illegal character in path at index "
                f"{wrong.start()}: {text}"
            )
        if shape.java == "java.util.UUID" and not is_uuid(text):
            raise self._refuse(
                f'Cannot deserialize value of type `java.util.UUID` from String "{text}": '
                "UUID has to be represented by standard 36-char representation"
            )
        return text

    def _mistyped(self, java: str, value: Any) -> Refusal:
        token = _TOKENS.get(type(value), "VALUE_NUMBER_INT")
        kind = _KINDS.get(type(value), "Integer")
        return self._refuse(
            f"Cannot deserialize value of type `{java.strip('`')}` from {kind} value "
            f"(token `JsonToken.{token}`)"
        )

    def _unknown(self, shape: Record, name: str) -> Refusal:
        known = ", ".join(f'"{member}"' for member in shape.members)
        return self._refuse(
            f'Unrecognized field "{name}" (class {shape.java}), not marked as ignorable '
            f"({len(shape.members)} known properties: {known}])",
            after=True,
        )

    def _refuse(self, what: str, *, after: bool = False) -> Refusal:
        where = self._source.at(tuple(self._path), after=after)
        chain = "->".join(self._chain)
        return bad(
            f"{what}\n at {where}" + (f" (through reference chain: {chain})" if chain else "")
        )


def is_uuid(text: str) -> bool:
    """Whether this is an id."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
