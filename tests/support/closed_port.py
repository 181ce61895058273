"""A port of loopback that is taken and lets nobody in."""

from __future__ import annotations

import contextlib
import select
import socket

_HOST = "127.0.0.1"
_MOST, _SECONDS = 16, 0.05


class ClosedPort:
    """Refuses connections; ``unanswered``: lets attempts to connect go without an answer.

    The port stays bound, so that nobody else gets it. An attempt goes unanswered where the queue
    of those that wait to be accepted is full, as Linux does it; `RuntimeError` where it does not.
    """

    def __init__(self, port: int, *, unanswered: bool = False) -> None:
        self._sockets = [socket.socket()]
        self._sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._sockets[0].bind((_HOST, port))
        if unanswered:
            self._sockets[0].listen(0)
            self._fill(port)

    def close(self) -> None:
        """Give the port back."""
        for each in reversed(self._sockets):
            each.close()

    def _fill(self, port: int) -> None:
        for _ in range(_MOST):
            waiting = socket.socket()
            self._sockets.append(waiting)
            waiting.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                waiting.connect((_HOST, port))
            if not select.select([], [waiting], [], _SECONDS)[1]:
                return
        self.close()
        raise RuntimeError("this system answers every attempt to connect")
