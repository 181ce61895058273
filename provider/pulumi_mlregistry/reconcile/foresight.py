"""A look ahead in a preview: bounded in time, and never the reason why one fails."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

SECONDS: Final = 2.0
"""What the look-ups of one preview may take together."""


@dataclass
class Foresight:
    """The time left for look-ups in this run; safe for threads."""

    seconds: float = SECONDS
    _looking: int = 0
    _since: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _here: threading.local = field(default_factory=threading.local)

    def look(self, find: Callable[[], str], log: Callable[[str], None]) -> None:
        """Log what ``find`` answers in time; a failure, and an answer too late, say nothing."""
        with self._lock:
            left = self._left()
            if left <= 0:
                return
            self._begin()
        found: list[str] = []
        thread = threading.Thread(target=self._quietly, args=(find, found), daemon=True)
        thread.start()
        thread.join(left)
        with self._lock:
            self._end()
        for line in filter(None, found):
            log(line)

    def _left(self) -> float:
        """What is left; several at once take the time of one."""
        return self.seconds - (time.monotonic() - self._since if self._looking else 0.0)

    def _begin(self) -> None:
        if not self._looking:
            self._since = time.monotonic()
        self._looking += 1

    def _end(self) -> None:
        self._looking -= 1
        if not self._looking:
            self.seconds -= time.monotonic() - self._since

    def hushed(self, log: Callable[[str], None]) -> Callable[[str], None]:
        """The log for all other work: what a look-up itself says on its way is dropped."""
        return lambda line: None if getattr(self._here, "looking", False) else log(line)

    def _quietly(self, find: Callable[[], str], found: list[str]) -> None:
        self._here.looking = True
        with contextlib.suppress(Exception):  # whatever it is, `up` meets it again and tells it
            found.append(find())
