"""What clients ask of a registry, counted: cheaper than the log, and without its end."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Load:
    """Counts from the last `reset` on; safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = 0
        self.reset()

    def reset(self) -> None:
        """Begin anew; what is under way stays counted as being at once."""
        with self._lock:
            self._requests: Counter[str] = Counter()
            self._clients: set[Any] = set()
            self._first = self._last = 0.0
            self._at_once = self._open = 0

    @contextmanager
    def counting(self, request: str, client: Any, connections: int) -> Iterator[None]:
        """A request from its arrival to its answer, and how many connections are open with it."""
        with self._lock:
            self._now += 1
            self._requests[request] += 1
            self._clients.add(client)
            self._at_once = max(self._at_once, self._now)
            self._open = max(self._open, connections)
            self._first = self._first or time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._now -= 1
                self._last = time.monotonic()

    def report(self) -> dict[str, Any]:
        """All of it, as the control answers it."""
        with self._lock:
            return {
                "requests": dict(self._requests),
                "seconds": max(0.0, self._last - self._first),
                "at_once": self._at_once,
                "connections": len(self._clients),
                "connections_at_once": self._open,
            }
