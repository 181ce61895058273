"""Times as registries give them: milliseconds since 1970."""

from __future__ import annotations

import datetime
from typing import Any


def moment(value: Any) -> str:
    """A time in milliseconds since 1970 as RFC 3339; empty where there is none."""
    if not value:
        return ""
    when = datetime.datetime.fromtimestamp(int(value) / 1000, tz=datetime.UTC)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def age(created: Any, now: float | None) -> float | None:
    """Seconds since a time in milliseconds, by the server's own clock; None where unknown."""
    return now - int(created) / 1000 if created and now is not None else None
