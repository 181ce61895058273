"""Paths to values: shown as Pulumi shows property paths, stored as JSON pointers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def property_path(
    name: str, inside: Iterable[str | int], quoted: Callable[[str], str] = json.dumps
) -> str:
    """A place inside a property as Pulumi spells it: ``mlFeatures[0].dataType``.

    ``quoted`` puts a key that is no plain word into quotes.
    """
    text = name
    for part in inside:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if _PLAIN.match(part) else f"[{quoted(part)}]"
    return text


class Path(tuple[str, ...]):
    """A property and, where keys are owned one by one, the key: ``tags["team"]``.

    A tuple, as many are made and looked up for each object.
    """

    __slots__ = ()

    @classmethod
    def of(cls, *parts: str) -> Path:
        """``Path.of("tags", "team")``."""
        return cls(parts)

    @classmethod
    def parse(cls, pointer: str) -> Path:
        """The path that `pointer` wrote."""
        return cls(p.replace("~1", "/").replace("~0", "~") for p in pointer.split("/"))

    @property
    def field(self) -> str:
        """The top-level property."""
        return self[0]

    @property
    def pointer(self) -> str:
        """A JSON pointer without its leading slash: unambiguous for any key."""
        return "/".join(p.replace("~", "~0").replace("/", "~1") for p in self)

    def child(self, part: str) -> Path:
        """The path one step deeper."""
        return Path((*self, part))

    def __str__(self) -> str:
        return property_path(self[0], self[1:])
