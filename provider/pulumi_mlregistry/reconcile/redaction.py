"""Redaction: known secrets never leave in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

MASK = "[secret]"
_PASSWORD = re.compile(r"://[^/@:]*:([^/@]+)@")


def redact(text: str, secrets: Iterable[str]) -> str:
    """`text` with every known secret masked; longest first, so that no part of one remains."""
    for secret in sorted((s for s in secrets if len(s) >= 3), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def texts(value: Any) -> Iterator[str]:
    """All texts inside a value, and the passwords inside those that are addresses."""
    if isinstance(value, str):
        yield value
        if found := _PASSWORD.search(value):
            yield from {found[1], unquote(found[1])}
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)


def inside(value: Any, key: str) -> Any:
    """The part of a value that a secret's nested key names; all of it where it is no object."""
    for part in key.split(".") if key else ():
        if not isinstance(value, Mapping):
            return value
        value = value.get(part)
    return value
