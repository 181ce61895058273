"""Canonical forms: equality that knows what a server rewrites, reorders or fills in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from pulumi_mlregistry.reconcile.unknown import UNKNOWN


def plain(value: Any) -> Any:
    """Whole floats as integers (Pulumi carries every number as a float), tuples as lists."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def without_nulls(value: Any) -> Any:
    """Nested keys that are null are the same as absent ones, as Pulumi's own state drops them."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {k: without_nulls(v) for k, v in value.items() if v is not None}
    if isinstance(value, list | tuple):
        return [without_nulls(item) for item in value]
    return value


def text(value: Any) -> Any:
    """The empty text is the same as none."""
    return None if value == "" else value


def same(left: Any, right: Any) -> bool:
    """Equality in which ``True`` is not ``1`` and ``1`` is ``1.0``; an unknown equals nothing."""
    if isinstance(left, str):
        return bool(left == right)
    if left is UNKNOWN:
        return False
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def as_text(value: Any) -> Any:
    """Numbers and booleans as the text an API that keeps only strings is given.

    Pulumi carries numbers as doubles: those that may have been rounded stay, for check to refuse.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and abs(value) < 2**53:
        return str(plain(value))
    return value


def values_as_text(value: Any) -> Any:
    """`as_text` for each value of a mapping."""
    if not isinstance(value, Mapping):
        return value
    return {key: as_text(item) for key, item in value.items()}


def digest(value: Any) -> str:
    """16 hexadecimal digits that tell whether a value is still the one seen before."""
    raw = json.dumps(plain(value), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(raw.encode(errors="surrogatepass")).hexdigest()[:16]


def chain(*steps: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The canonical form that takes each step in turn."""

    def run(value: Any) -> Any:
        for step in steps:
            value = step(value)
        return value

    return run


def unique(value: Any) -> Any:
    """A list without repetitions, in its first order."""
    return list(dict.fromkeys(value)) if _hashable(value) else value


def _hashable(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def false_is_absent(value: Any) -> Any:
    """``False`` is the same as not set."""
    return value or None
