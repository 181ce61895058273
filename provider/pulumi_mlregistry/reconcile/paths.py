"""Paths to values: shown as Pulumi shows property paths, stored as JSON pointers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True, order=True)
class Path:
    """A property and, where keys are owned one by one, the key: ``tags["team"]``."""

    parts: tuple[str, ...]

    @classmethod
    def of(cls, *parts: str) -> Path:
        """``Path.of("tags", "team")``."""
        return cls(parts)

    @classmethod
    def parse(cls, pointer: str) -> Path:
        """The path that `pointer` wrote."""
        return cls(tuple(p.replace("~1", "/").replace("~0", "~") for p in pointer.split("/")))

    @property
    def field(self) -> str:
        """The top-level property."""
        return self.parts[0]

    @property
    def pointer(self) -> str:
        """A JSON pointer without its leading slash: unambiguous for any key."""
        return "/".join(p.replace("~", "~0").replace("/", "~1") for p in self.parts)

    def child(self, part: str) -> Path:
        """The path one step deeper."""
        return Path((*self.parts, part))

    def __str__(self) -> str:
        text = self.parts[0]
        for part in self.parts[1:]:
            text += f".{part}" if _PLAIN.match(part) else f"[{json.dumps(part)}]"
        return text
