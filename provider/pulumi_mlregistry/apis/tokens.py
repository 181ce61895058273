"""What a token says of itself, read without believing it: nobody's signature is checked here."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Token:
    """The times (seconds since 1970) and names in a JWT; None or empty where it has none."""

    issued: float | None
    ends: float | None
    issuer: str
    key: str


def read_token(text: str | None) -> Token | None:
    """The claims of a JWT; None where it is none."""
    parts = (text or "").strip().split(".")
    if len(parts) != 3:
        return None
    head, claims = _decoded(parts[0]), _decoded(parts[1])
    if head is None or claims is None:
        return None
    return Token(
        _time(claims.get("iat")),
        _time(claims.get("exp")),
        str(claims.get("iss") or ""),
        str(head.get("kid") or ""),
    )


def _decoded(part: str) -> dict[str, Any] | None:
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        value = json.loads(raw)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _time(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)
