"""One server process: started on a reserved port, watched until ready, ended with its user."""

from __future__ import annotations

import errno
import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pulumi_mlregistry.devserver.errors import StartError, log_tail

HOST = "127.0.0.1"

# All that a server inherits: registries read many variables, and a stray DATABASE_URL, proxy or
# PYTHONPATH of the caller's would send one somewhere else.
_INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_BOOT = "import sys; sys.path.append(sys.argv[1]); from inside.main import main; main()"
_POLL_SECONDS = 0.05
_ASK_SECONDS = 10
_STOP_SECONDS = 10


def reserve(port: int | None) -> socket.socket:
    """A bound socket on loopback, not yet listening: from now on nobody else can take the port."""
    reserved = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        reserved.bind((HOST, port or 0))
    except (OSError, OverflowError) as error:
        reserved.close()
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        why = "another program listens there" if taken else str(error)
        raise StartError(
            f"port {port} on {HOST} cannot be used: {why}: choose another port, or none for a "
            f"free one"
        ) from None
    return reserved


class Process:
    """A running server. Its standard input is a pipe whose end tells it that its user is gone."""

    def __init__(
        self,
        python: Path,
        settings: Mapping[str, Any],
        variables: Mapping[str, str],
        data: Path,
        handles: tuple[socket.socket, int],
    ) -> None:
        """Start it; ``handles`` are the reserved socket and the descriptor of the data's lock."""
        self.log_path = data / "server.log"
        reserved, lock = handles
        self.port: int = reserved.getsockname()[1]
        told = {
            **settings,
            "socket": reserved.fileno(),
            "parent": os.getpid(),
            # The signal is sent when the *thread* that forked ends, so only the main one may ask.
            "parent_death_signal": threading.current_thread() is threading.main_thread(),
        }
        kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        with self.log_path.open("ab") as log:
            self._child = subprocess.Popen(
                [python, "-I", "-c", _BOOT, Path(__file__).parent, json.dumps(told)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=data,
                env={**kept, "HOME": str(data), "PYTHONUNBUFFERED": "1", **variables},
                pass_fds=(reserved.fileno(), lock),
                start_new_session=True,
            )
        self.pid = self._child.pid

    def wait_until(self, ready: Callable[[], bool], what: str, seconds: float) -> None:
        """Return once ``ready()``; `StartError` when the process ends or time is up before."""
        deadline = time.monotonic() + seconds
        while not ready():
            code = self._child.poll()
            if code is None and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)
                continue
            happened = f"ended with code {code}" if code is not None else f"{seconds:.0f} s passed"
            raise StartError(
                f"{what} on {HOST}:{self.port} did not start: it {happened}, and its log ends "
                f"with: {log_tail(self.log_path)}: remove its data folder, or report this"
            )

    def ask(self, path: str, headers: Mapping[str, str]) -> int:
        """The status of a GET, 0 where there is no answer; ignores the proxies of the caller."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=_ASK_SECONDS)
        try:
            connection.request("GET", path, headers=dict(headers))
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    @property
    def running(self) -> bool:
        """Whether the process is still there."""
        return self._child.poll() is None

    def stop(self, *, gently: bool) -> None:
        """End it and wait: at once, or with time to finish what it is answering."""
        if self.running:
            self._child.send_signal(signal.SIGTERM if gently else signal.SIGKILL)
            try:
                self._child.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._child.kill()
        self._child.wait()
        if self._child.stdin:
            self._child.stdin.close()
