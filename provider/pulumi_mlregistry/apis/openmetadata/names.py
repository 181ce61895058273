"""Fully qualified names: segments with dots or quotes in them are quoted, quotes doubled."""

from __future__ import annotations

import re

_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_SEGMENT = re.compile(r'"(?:[^"]|"")*"|[^."]+')


def quoted(name: str) -> str:
    """A name as one segment; what is quoted already stays, or loses quotes it does not need."""
    if _QUOTED.fullmatch(name):
        inner = name[1:-1].replace('""', '"')
        return name if _needs_quotes(inner) else inner
    return '"' + name.replace('"', '""') + '"' if _needs_quotes(name) else name


def _needs_quotes(name: str) -> bool:
    return "." in name or '"' in name


def normalised(fqn: str) -> str:
    """A fully qualified name with each segment quoted as the server quotes it."""
    segments = _SEGMENT.findall(fqn)
    return ".".join(map(quoted, segments)) if ".".join(segments) == fqn else fqn


def child(parent: str, name: str) -> str:
    """The fully qualified name of ``name`` in the service of that name or fully qualified name."""
    return f"{quoted(parent)}.{quoted(name)}"
