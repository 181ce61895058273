"""A registry as all others see it, in a form in which two runs of one operation are equal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

Picture = dict[str, Any]

VOLATILE: Final = frozenset(
    {
        "updated_at", "last_updated_timestamp", "latest_versions", "updatedAt", "updatedBy",
        "changeDescription", "incrementalChangeDescription", "href", "etag", "appliedAt",
        "appliedBy", "usageSummary",
    }
)  # fmt: skip
"""What a write changes by itself."""
IDENTITY: Final = frozenset({"id", "created_at", "creation_timestamp"})
_KEYS: Final = ("key", "tagFQN", "alias", "name")
"""What tells the items of a list from each other."""
_MARK: Final = "mlregistry.owner"
_FILES: Final = re.compile(r"files-[0-9a-f]{8}")


def tidy(value: Any, words: Mapping[str, str], known: frozenset[str]) -> Any:
    """Without what every run has of its own: names, ids, times; ``known``: the ids from before."""
    if isinstance(value, Mapping):
        kept = {k: v for k, v in value.items() if k not in VOLATILE}
        return {_say(k, words): _item(k, v, words, known) for k, v in kept.items()}
    if isinstance(value, list | tuple):
        return _listed([tidy(item, words, known) for item in value])
    return _say(value, words) if isinstance(value, str) else value


def _say(text: str, words: Mapping[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(name, word)
    return _FILES.sub("FILES", text)


def _item(key: str, value: Any, words: Mapping[str, str], known: frozenset[str]) -> Any:
    if key in IDENTITY and value is not None:
        return "kept" if str(value) in known else "new"
    return tidy(value, words, known)


def _listed(items: list[Any]) -> Any:
    """Objects by their keys, others in order: the order that a server answers means nothing."""
    for key in _KEYS:
        names = [item.get(key) if isinstance(item, dict) else None for item in items]
        if items and None not in names and len(set(names)) == len(names):
            # The marker holds a fingerprint of the declaration, names included.
            pairs = zip(names, items, strict=True)
            return {str(n): "marked" if n == _MARK else item for n, item in pairs}
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))


def ids(value: Any) -> frozenset[str]:
    """All that tells an object from another of its name."""
    return frozenset(_ids(value))


def _ids(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key in IDENTITY and item is not None:
                yield str(item)
            else:
                yield from _ids(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _ids(item)


def differences(before: Any, after: Any, path: tuple[str, ...] = ()) -> list[str]:
    """The paths at which two pictures differ: ``ours/tags/team``."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = sorted({*before, *after})
        found = [differences(before.get(k), after.get(k), (*path, k)) for k in keys]
        return [line for lines in found for line in lines]
    return [] if before == after else ["/".join(path)]
