"""Names in URLs: quoted so that no name can reach another object."""

from __future__ import annotations

from urllib.parse import quote


def segment(name: str) -> str:
    """One path segment. A name of dots alone would climb or vanish; the caller refuses those."""
    if name in ("", ".", ".."):
        raise ValueError(f"{name!r} cannot stand in a URL's path")
    return quote(name, safe="")
