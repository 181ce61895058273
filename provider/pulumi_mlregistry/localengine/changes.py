"""Differences between two property maps, one entry for each path, with nothing secret in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pulumi_mlregistry.localengine.paths import Part, covers, join_path, parse_path
from pulumi_mlregistry.localengine.values import (
    Secret,
    Value,
    equal,
    plain,
    redacted,
)

HIDDEN_PREFIX = "__"


@dataclass(frozen=True)
class Change:
    """One property that differs; secret values read ``[secret]``, unknown ones ``[unknown]``."""

    path: str
    kind: str
    """add, update or delete."""
    old: object
    new: object
    replaces: bool = False

    @property
    def top(self) -> str:
        """The top-level property the path lies in."""
        first = parse_path(self.path)[0]
        return str(first)


def property_changes(
    olds: Mapping[str, Value],
    news: Mapping[str, Value],
    replaces: Sequence[str] = (),
    hide: Sequence[str] = (),
) -> tuple[Change, ...]:
    """What differs, in the order of paths; ``__*`` keys and ``hide`` paths are left out."""
    replace_paths = [parse_path(path) for path in replaces]
    hide_paths = [parse_path(path) for path in hide]
    found = []
    for path, old, new in _differences([], dict(olds), dict(news)):
        if str(path[0]).startswith(HIDDEN_PREFIX) or _any_covers(hide_paths, path):
            continue
        forces = _any_covers(replace_paths, path)
        found.append(_change(path, old, new, forces))
    return tuple(found)


def _any_covers(patterns: list[list[Part]], path: list[Part]) -> bool:
    return any(covers(pattern, path) for pattern in patterns)


class _Absent:
    pass


_ABSENT = _Absent()


def _differences(
    path: list[Part], old: Value | _Absent, new: Value | _Absent
) -> Iterator[tuple[list[Part], Value | _Absent, Value | _Absent]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from _differences([*path, key], old.get(key, _ABSENT), new.get(key, _ABSENT))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            left = old[index] if index < len(old) else _ABSENT
            right = new[index] if index < len(new) else _ABSENT
            yield from _differences([*path, index], left, right)
    elif isinstance(old, _Absent) or isinstance(new, _Absent):
        yield path, old, new
    elif not equal(plain(old), plain(new)):
        if isinstance(old, Secret) and not isinstance(new, Secret):
            new = Secret(new)
        elif isinstance(new, Secret) and not isinstance(old, Secret):
            old = Secret(old)
        yield path, old, new


def _change(path: list[Part], old: Value | _Absent, new: Value | _Absent, forces: bool) -> Change:
    text = join_path(path)
    if isinstance(old, _Absent):
        assert not isinstance(new, _Absent)
        return Change(text, "add", None, redacted(new), forces)
    if isinstance(new, _Absent):
        return Change(text, "delete", redacted(old), None, forces)
    return Change(text, "update", redacted(old), redacted(new), forces)


def visible(properties: Mapping[str, Value]) -> dict[str, object]:
    """A property map for display: no ``__*`` keys, secrets and unknowns redacted."""
    return {
        key: redacted(value)
        for key, value in properties.items()
        if not key.startswith(HIDDEN_PREFIX)
    }
