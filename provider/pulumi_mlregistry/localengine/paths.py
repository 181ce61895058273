"""Property paths such as ``tags.env``, ``list[0]``, ``list[*].name`` and ``["odd key"]``."""

from __future__ import annotations

import re
from typing import TypeAlias

from pulumi_mlregistry.localengine.errors import Refused
from pulumi_mlregistry.localengine.values import Properties, Secret, Value

Part: TypeAlias = "str | int"
WILDCARD = "*"
_TOKEN = re.compile(r"""\.?([^.\[\]"]+)|\[(\d+)\]|\[\*\]|\[\s*"((?:[^"\\]|\\.)*)"\s*\]""")
_PLAIN_KEY = re.compile(r"[A-Za-z_$][\w$-]*")


def parse_path(text: str) -> list[Part]:
    """The parts of a path; raises `Refused` where it is not one."""
    parts: list[Part] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise Refused(f"{text!r} is not a property path: write it as a.b, a[0] or a[*].b")
        key, index, quoted = match.groups()
        if index is not None:
            parts.append(int(index))
        elif quoted is not None:
            parts.append(re.sub(r"\\(.)", r"\1", quoted))
        else:
            parts.append(key if key is not None else WILDCARD)
        position = match.end()
    return parts


def join_path(parts: list[Part]) -> str:
    """The text of a path."""
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += '["' + part.replace("\\", "\\\\").replace('"', '\\"') + '"]'
    return text


def covers(pattern: list[Part], path: list[Part]) -> bool:
    """Whether ``path`` is the property that ``pattern`` names, or lies in it."""
    if len(pattern) > len(path):
        return False
    return all(p in (WILDCARD, part) for p, part in zip(pattern, path, strict=False))


def reset(path: list[Part], olds: Properties, news: Properties) -> Properties:
    """``news`` with the value at ``path`` put back to what it is in ``olds``.

    A key absent in ``olds`` is taken away; where a container on the way exists on one side
    only, or a list's length differs from the index, nothing is put back.
    """
    result = _reset(path, olds, news)
    assert isinstance(result, dict)
    return result


_MISSING = object()


def _reset(path: list[Part], old: object, new: Value) -> Value:
    old = old.value if isinstance(old, Secret) else old
    if isinstance(new, Secret):
        inner = _reset(path, old, new.value)
        return new if inner is new.value else Secret(inner)
    if not path:
        return new
    if isinstance(new, dict) and isinstance(old, dict):
        return _reset_in_object(path, old, new)
    if isinstance(new, list) and isinstance(old, list) and not _is_key(path[0]):
        indices = range(min(len(old), len(new))) if path[0] == WILDCARD else [path[0]]
        result = list(new)
        for index in indices:
            assert isinstance(index, int)
            if index < len(old) and index < len(new):
                result[index] = (
                    old[index] if len(path) == 1 else _reset(path[1:], old[index], new[index])
                )
        return result
    return new


def _reset_in_object(path: list[Part], old: Properties, new: Properties) -> Properties:
    result = dict(new)
    keys = list({**old, **new}) if path[0] == WILDCARD else [str(path[0])]
    for key in keys:
        if len(path) > 1:
            if key in old and key in new:
                result[key] = _reset(path[1:], old[key], new[key])
        elif key in old:
            result[key] = old[key]
        else:
            result.pop(key, None)
    return result


def _is_key(part: Part) -> bool:
    return isinstance(part, str) and part != WILDCARD
