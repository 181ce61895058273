"""Imports modules once and forks a child for each program and host that the engine asks for.

Requests come over a socket: the length of a JSON object, with the child's three standard streams
beside it, then the object. Answers are lines of JSON: ``{"started": pid}`` at once and
``{"ended": pid, "code": exit code}`` later. It stays a single thread, or a fork would not be safe.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import struct
import sys
from typing import Any

import launcher  # type: ignore[import-not-found]  # beside this script


def serve(connection: socket.socket) -> list[str] | None:
    """Fork until the engine is gone; answers the launcher's arguments in each forked child."""
    waking, woken = os.pipe()
    os.set_blocking(waking, False)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    nest = os.getpid()
    while True:
        ready, _, _ = select.select([connection.fileno(), waking], [], [])
        if waking in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(waking, 4096)
            _tell_ended(connection)
        if connection.fileno() not in ready:
            continue
        wanted, streams = _receive(connection)
        if wanted is None:
            return None
        pid = os.fork()
        if pid == 0:
            connection.close()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _settle(wanted, streams)
            return [wanted["role"], str(nest), *wanted["arguments"]]
        for stream in streams:
            os.close(stream)
        _tell(connection, {"started": pid})


def _receive(connection: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    head, streams, _, _ = socket.recv_fds(connection, 4, 3)
    if len(head) < 4:
        return None, streams
    (left,) = struct.unpack("!I", head)
    body = b""
    while len(body) < left:
        part = connection.recv(left - len(body))
        if not part:
            return None, streams
        body += part
    return json.loads(body), streams


def _settle(wanted: dict[str, Any], streams: list[int]) -> None:
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(wanted["cwd"])
    os.environ.clear()
    os.environ.update(wanted["env"])


def _tell_ended(connection: socket.socket) -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            _tell(connection, {"ended": pid, "code": os.waitstatus_to_exitcode(status)})


def _tell(connection: socket.socket, answer: dict[str, Any]) -> None:
    connection.sendall(json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    del sys.path[0]  # this folder must not stand on a program's import path
    launcher.tie_to_parent(int(sys.argv[1]))
    for module in sys.argv[3:]:
        importlib.import_module(module)
    gc.freeze()
    arguments = serve(socket.socket(fileno=int(sys.argv[2])))
    if arguments is not None:
        sys.exit(launcher.main(arguments, forked=True))
