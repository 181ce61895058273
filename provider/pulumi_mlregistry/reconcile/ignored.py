"""Property paths that a program ignores: neither compared, written nor cleared, at any depth."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.behaviour import Shape
from pulumi_mlregistry.reconcile.table import Column, Table

Place = tuple[str | int, ...]
"""A property path taken apart: names, indexes of lists, and `ANY` for each of them."""

ANY: Final = "*"
_STEP: Final = re.compile(r'\.?([^.\[\]"]+)|\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]')


def parse(text: str) -> Place:
    """A property path as an engine spells it: ``mlFeatures[0].description``, ``tags["a.b"]``."""
    return tuple(_steps(text))


def _steps(text: str) -> Iterator[str | int]:
    for plain, quoted, index in _STEP.findall(text):
        if index:
            yield index if index == ANY else int(index)
        else:
            yield plain or quoted.replace('\\"', '"')


def is_within(path: Sequence[str], places: Iterable[str]) -> bool:
    """Whether ``path`` is at one of the property paths or inside of it."""
    return any(
        len(place) <= len(path)
        and all(step in (ANY, part) for step, part in zip(place, path, strict=False))
        for place in map(parse, places)
    )


def accepted(
    table: type[Table],
    declared: Mapping[str, Any],
    live: Mapping[str, Any],
    ignored: Collection[str],
) -> dict[str, Any]:
    """What is declared, with the live values at the ``ignored`` paths.

    Nothing differs there, so that nothing is compared, written or cleared. What is fixed at
    creation stays as it is declared: the engine has put the last inputs there.
    """
    result = dict(declared)
    if not ignored:
        return result
    for column in tables.inputs(table):
        name = column.name
        value = put_ignored(column, result.get(name), live.get(name), ignored)
        if value is None:
            result.pop(name, None)
        else:
            result[name] = value
    return result


def put_ignored(column: Column, declared: Any, live: Any, ignored: Iterable[str]) -> Any:
    """One field's declared value, with the live one at those of the ``ignored`` paths in it."""
    if column.behaviour.create_only:
        return declared
    for place in map(parse, ignored):
        if place[:1] in ((column.name,), (ANY,)):
            declared = _put(column, declared, live, place[1:])
    return declared


def _put(column: Column, declared: Any, live: Any, inside: Place) -> Any:
    if not inside or column.behaviour.shape is not Shape.SET:
        return _put_inside(declared, live, inside)
    if not isinstance(declared, list):
        return declared
    there = {str(column.behaviour.key_of(item)): item for item in live or ()}
    first, rest = inside[0], inside[1:]
    items = []
    for number, item in enumerate(declared):
        if first in (ANY, number):
            item = _put_inside(item, there.get(str(column.behaviour.key_of(item))), rest)
        if item is not None:
            items.append(item)
    return items


def _put_inside(declared: Any, live: Any, inside: Place) -> Any:
    """A declared value with the live one at a nested place; None where neither has anything."""
    if not inside:
        return live
    first, rest = inside[0], inside[1:]
    if isinstance(declared, list | tuple):
        return _put_in_items(declared, live, first, rest)
    if declared is None and isinstance(live, Mapping):
        declared = {}  # all else of it is removed, and this stays
    if not isinstance(declared, Mapping) or isinstance(first, int):
        return declared
    there = live if isinstance(live, Mapping) else {}
    result = dict(declared)
    for key in dict.fromkeys((*declared, *there)) if first == ANY else (first,):
        value = _put_inside(declared.get(key), there.get(key), rest)
        if value is None:
            result.pop(key, None)
        else:
            result[key] = value
    return result or None


def _put_in_items(declared: Sequence[Any], live: Any, first: str | int, rest: Place) -> list[Any]:
    there = live if isinstance(live, list | tuple) else ()
    return [
        _put_inside(item, there[number], rest)
        if first in (ANY, number) and number < len(there)
        else item
        for number, item in enumerate(declared)
    ]
