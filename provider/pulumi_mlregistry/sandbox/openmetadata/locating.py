"""Where in a JSON text a value stands, as the server's parser counts."""

from __future__ import annotations

import json
import re
from typing import Any

_SOURCE = "(org.glassfish.jersey.message.internal.ReaderInterceptorExecutor$UnCloseableInputStream)"
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class Source:
    """The text a value came from; without one (a patched entity) places are unknown."""

    def __init__(self, text: str | None = None) -> None:
        self._text = text

    def at(self, path: tuple[str | int, ...], *, after: bool = False) -> str:
        """The place of a value, or that where the parser stands when it has begun to read it."""
        if self._text is None:
            return "[Source: UNKNOWN; byte offset: #UNKNOWN]"
        offset = _offset(self._text, path)
        if after:
            offset += _read_ahead(self._text[offset:])
        return place(self._text, offset)


def place(text: str, offset: int) -> str:
    """Line and column, counted from 1."""
    line = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    return f"[Source: {_SOURCE}; line: {line}, column: {column}]"


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _read_ahead(rest: str) -> int:
    """Strings and structures are read lazily, numbers and words to their end."""
    if rest[:1] in ('"', "{", "["):
        return 1
    scalar = re.match(r"[-+.\w]+", rest)
    return scalar.end() if scalar else 1


def _offset(text: str, path: tuple[str | int, ...]) -> int:
    at = _skip(text, 0)
    for step in path:
        at = _member(text, at, step) if isinstance(step, str) else _element(text, at, step)
    return at


def _member(text: str, at: int, name: str) -> int:
    at = _skip(text, at + 1)
    while text[at] == '"':
        key, at = _value(text, at)
        at = _skip(text, _skip(text, at) + 1)
        if key == name:
            return at
        _, at = _value(text, at)
        at = _skip(text, _skip(text, at) + 1)
    return at


def _element(text: str, at: int, index: int) -> int:
    at = _skip(text, at + 1)
    for _ in range(index):
        _, at = _value(text, at)
        at = _skip(text, _skip(text, at) + 1)
    return at


def _value(text: str, at: int) -> tuple[Any, int]:
    value, end = _DECODER.raw_decode(text, at)
    return value, end


def parse(text: str) -> Any:
    """The decoded text; raises `ValueError` with the parser's own message."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(_complaint(text, error)) from None


def _complaint(text: str, error: json.JSONDecodeError) -> str:
    offset = min(error.pos, len(text))
    if offset >= len(text):
        return f"Unexpected end-of-input\n at {place(text, offset)}"
    character = text[offset]
    wanted = (
        "was expecting double-quote to start field name"
        if "property name" in error.msg
        else "expected a valid value (JSON String, Number, Array, Object or token "
        "'null', 'true' or 'false')"
    )
    return (
        f"Unexpected character ('{character}' (code {ord(character)})): {wanted}\n"
        f" at {place(text, offset + 1)}"
    )
