"""Nested values: the part of one that the program declares, and a write that keeps the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from pulumi_mlregistry.reconcile.canonical import same
from pulumi_mlregistry.reconcile.unknown import UNKNOWN

KeyOf = Callable[[Any], Any]
Lists = Mapping[str, KeyOf]
"""The lists inside a value whose items are owned one by one: by dotted path, how an item is
identified. All other lists are owned whole."""
NO_LISTS: Final[Lists] = MappingProxyType({})


def declared_part(value: Any, words: Sequence[Any], lists: Lists = NO_LISTS, at: str = "") -> Any:
    """`value` reduced to the keys that any of the declarations in `words` has, at each depth.

    Where none of them is an object, nothing is known of its keys and the value stays whole.
    """
    if isinstance(value, Mapping):
        known = [word for word in words if isinstance(word, Mapping)]
        if not known:
            return value
        return {
            key: declared_part(item, [w.get(key) for w in known], lists, _inside(at, key))
            for key, item in value.items()
            if any(key in word for word in known)
        }
    if isinstance(value, list) and at in lists:
        return _declared_items(value, words, lists, at)
    return value


def _declared_items(value: list[Any], words: Sequence[Any], lists: Lists, at: str) -> list[Any]:
    known = [word for word in words if isinstance(word, list | tuple)]
    if not known or any(UNKNOWN in word for word in known):
        return value
    kept = []
    for item in value:
        key = lists[at](item)
        meant = [each for word in known for each in word if lists[at](each) == key]
        if meant:
            kept.append(declared_part(item, meant, lists, at))
    return kept


def merged(answered: Any, declared: Any, new: Any, lists: Lists = NO_LISTS, at: str = "") -> Any:
    """The value to write: `new`, with all that the registry holds beside what was declared.

    `answered` is what the registry answered, `declared` the `declared_part` of it before the
    change: what that has and `new` has not is removed, what neither has is kept.
    """
    if isinstance(answered, Mapping) and isinstance(new, Mapping):
        known = declared if isinstance(declared, Mapping) else {}
        left = {
            k: without(v, known[k], lists, _inside(at, k)) if k in known else v
            for k, v in answered.items()
            if k not in new
        }
        others = {k: v for k, v in left.items() if v is not None or k not in known}
        mine = {
            k: merged(answered.get(k), known.get(k), v, lists, _inside(at, k))
            for k, v in new.items()
        }
        return {**others, **mine}
    if isinstance(answered, list) and isinstance(new, list | tuple) and at in lists:
        return _merged_items(answered, declared, new, lists, at)
    unchanged = isinstance(answered, Mapping | list) and same(new, declared)
    return answered if unchanged else new


def _merged_items(
    answered: list[Any], declared: Any, new: Sequence[Any], lists: Lists, at: str
) -> list[Any]:
    key_of = lists[at]
    known = {key_of(item): item for item in declared or ()}
    wanted = {key_of(item): item for item in new}
    items: list[Any] = []
    for item in answered:
        key = key_of(item)
        if key in wanted:
            items.append(merged(item, known.get(key), wanted.pop(key), lists, at))
        elif key not in known:
            items.append(item)
    return items + list(wanted.values())


def without(answered: Any, declared: Any, lists: Lists = NO_LISTS, at: str = "") -> Any:
    """What stays of a value when all that was declared of it is removed; None for nothing.

    An item of a list goes whole, with what others have put into it.
    """
    if isinstance(answered, list) and isinstance(declared, list | tuple) and at in lists:
        known = [lists[at](item) for item in declared]
        return [item for item in answered if lists[at](item) not in known] or None
    if not (isinstance(answered, Mapping) and isinstance(declared, Mapping)):
        return None
    left = {
        k: without(v, declared[k], lists, _inside(at, k)) if k in declared else v
        for k, v in answered.items()
    }
    return {k: v for k, v in left.items() if v is not None} or None


def is_apart(declared: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether an object holds nothing of what was declared, at any depth."""
    return all(
        isinstance(item, Mapping) and isinstance(now[key], Mapping) and is_apart(item, now[key])
        for key, item in declared.items()
        if key in now
    )


def _inside(at: str, key: str) -> str:
    return f"{at}.{key}" if at else str(key)
