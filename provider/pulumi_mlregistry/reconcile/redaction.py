"""Redaction: known secrets never leave in a text."""

from __future__ import annotations

from collections.abc import Iterable

MASK = "[secret]"


def redact(text: str, secrets: Iterable[str]) -> str:
    """`text` with every known secret masked; longest first, so that no part of one remains."""
    for secret in sorted((s for s in secrets if len(s) >= 3), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text
