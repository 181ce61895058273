"""Names and fully qualified names."""

from __future__ import annotations

import re

_QUOTED = re.compile(r'"((?:[^"]|"")+)"')


def segment(name: str) -> str:
    """A name as one part of a fully qualified name; a quoted one is not quoted again."""
    if quoted := _QUOTED.fullmatch(name):
        return name if "." in quoted[1] or '""' in quoted[1] else quoted[1]
    if "." in name or '"' in name:
        return '"' + name.replace('"', '""') + '"'
    return name


def below(parent: str, name: str) -> str:
    """The fully qualified name of `name` in `parent`, which is one already."""
    return f"{parent}.{segment(name)}"


def parent_of(fqn: str) -> str:
    """All but the last part."""
    quoted = False
    for at in range(len(fqn) - 1, -1, -1):
        if fqn[at] == '"':
            quoted = not quoted
        elif fqn[at] == "." and not quoted:
            return fqn[:at]
    return ""
