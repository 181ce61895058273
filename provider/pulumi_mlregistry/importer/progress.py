"""How far a walk has come, on standard error: always on a terminal, else every few seconds."""

from __future__ import annotations

import sys
import time
from typing import Final

_OFTEN, _SELDOM = 0.2, 5.0
_WIPE: Final = "\r\x1b[K"


class Progress:
    """Counts of what was found, one line at a time."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._told = time.monotonic()
        self._open = False

    def tell(self, what: str, count: int, total: int | None) -> None:
        """``count`` of ``total`` were seen, where the registry says how many there are."""
        now = time.monotonic()
        if now - self._told < (_OFTEN if self._terminal else _SELDOM):
            return
        self._told = now
        line = f"{what}: {count}" + (f" of {total}" if total is not None else "")
        print(f"{_WIPE}{line}" if self._terminal else line, end="" if self._terminal else "\n",
              file=sys.stderr, flush=True)  # fmt: skip
        self._open = self._terminal

    def note(self, line: str) -> None:
        """A line that stays."""
        self.end()
        print(line, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Wipe the line that tells how far it is."""
        if self._open:
            print(_WIPE, end="", file=sys.stderr, flush=True)
            self._open = False
