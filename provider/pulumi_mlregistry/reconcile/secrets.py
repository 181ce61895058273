"""Which parts of a nested value are secret: those that a table names, or all that it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pulumi_mlregistry.reconcile.behaviour import Behaviour

Keys = tuple[str, ...]


def is_secret(behaviour: Behaviour, inside: Sequence[str]) -> bool:
    """Whether the part at these nested keys is secret, or holds what is."""
    if behaviour.public:
        return not any(_starts(inside, key) for key in _keys(behaviour.public))
    return any(_starts(inside, key) or _starts(key, inside) for key in _keys(behaviour.secret))


def is_whole(behaviour: Behaviour, inside: Sequence[str]) -> bool:
    """Whether the part at these nested keys is secret with all that is in it."""
    return is_secret(behaviour, inside) and not _is_mixed(behaviour, inside)


def parts(behaviour: Behaviour, value: Any, inside: Keys = ()) -> Iterator[Any]:
    """The secret parts of a value; all of it where keys go deeper than it does."""
    if value is None or not is_secret(behaviour, inside):
        return
    if isinstance(value, Mapping) and _is_mixed(behaviour, inside):
        for key, item in value.items():
            yield from parts(behaviour, item, (*inside, key))
    else:
        yield value


def wrapped(behaviour: Behaviour, value: Any, wrap: Callable[[Any], Any], inside: Keys = ()) -> Any:
    """The value with its secret parts wrapped."""
    if value is None or not is_secret(behaviour, inside):
        return value
    if isinstance(value, Mapping) and _is_mixed(behaviour, inside):
        return {k: wrapped(behaviour, v, wrap, (*inside, k)) for k, v in value.items()}
    return wrap(value)


def _is_mixed(behaviour: Behaviour, inside: Sequence[str]) -> bool:
    """Whether some part below these keys is secret and another is not."""
    named = _keys(behaviour.public or behaviour.secret)
    return any(len(key) > len(inside) and _starts(key, inside) for key in named)


def _starts(longer: Sequence[str], shorter: Sequence[str]) -> bool:
    return tuple(longer[: len(shorter)]) == tuple(shorter)


def _keys(names: Sequence[str]) -> list[Keys]:
    return [tuple(name.split(".")) if name else () for name in names]
