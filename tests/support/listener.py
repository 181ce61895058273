"""An HTTP server in a thread that costs nothing while nobody asks, and ends at once."""

from __future__ import annotations

import contextlib
import socket
import threading
from http.server import ThreadingHTTPServer
from typing import Any


class Listener(ThreadingHTTPServer):
    """Waits for connections without looking now and then whether it is over: tests have many."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def begin(self) -> None:
        """Serve."""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Serve no more, and close the port."""
        self._over.set()
        with contextlib.suppress(OSError):  # it waits for a connection, so it gets one
            socket.create_connection(self.server_address[:2], timeout=1).close()
        self._thread.join()
        self.server_close()

    def _serve(self) -> None:
        while not self._over.is_set():
            self.handle_request()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Who comes when it is over is not answered."""
        return not self._over.is_set()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; a callback that failed is kept for the test."""
