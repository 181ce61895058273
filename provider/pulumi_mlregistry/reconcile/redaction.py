"""Redaction: known secrets never leave in a text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

MASK = "[secret]"
_PASSWORD = re.compile(r"://[^/@:]*:([^/@]+)@")
_SHORTEST, _LONG_LINE = 3, 16
_LONGEST = 1000


def redact(text: str, secrets: Iterable[str]) -> str:
    """`text` with every known secret masked; longest first, so that no part of one remains.

    Also where it is escaped as JSON or Python does it, and line by line where it has many.
    """
    known = {form for secret in secrets for form in _forms(secret) if len(form) >= _SHORTEST}
    for secret in sorted(known, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def shortened(text: str) -> str:
    """`text`, cut where it is long: some servers quote a whole object. Redact it before."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield " ".join(secret.split())
    for escaped in (json.dumps(secret), json.dumps(secret, ensure_ascii=False), repr(secret)):
        yield escaped[1:-1]
    if "\n" in secret:
        yield from (line.strip() for line in secret.splitlines() if len(line) >= _LONG_LINE)


def texts(value: Any) -> Iterator[str]:
    """All texts inside a value, and the passwords inside those that are addresses."""
    if isinstance(value, str):
        yield value
        if "://" in value:
            yield from _credentials(value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)


def _credentials(address: str) -> Iterator[str]:
    """The password in an address, and the values of its query."""
    if found := _PASSWORD.search(address):
        yield from {found[1], unquote(found[1])}
    for part in address.partition("?")[2].split("&"):
        value = part.partition("=")[2]
        yield from {value, unquote(value)}
