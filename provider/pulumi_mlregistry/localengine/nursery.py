"""Children that need not import anything: forks of one process that has done it for all."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from pulumi_mlregistry.localengine import processes

_NEST: Final = Path(__file__).parent / "child" / "nest.py"
_START_SECONDS: Final = 30.0


@contextlib.contextmanager
def warmed(*modules: str) -> Iterator[None]:
    """Programs and hosts of engines in this process start with these modules imported.

    A run of a small program then takes a third of the time. Where processes cannot fork, and for
    the interpreter of another environment, nothing changes.
    """
    if not hasattr(os, "fork") or not hasattr(socket, "send_fds") or processes.nursery is not None:
        yield
        return
    nursery = _Nursery(modules)
    processes.nursery = nursery
    try:
        yield
    finally:
        processes.nursery = None
        nursery.close()


@dataclass
class _Forked:
    """A child of the nest, as a `subprocess.Popen` would show it."""

    pid: int
    stdin: IO[str] | None = None
    stdout: IO[str] | None = None
    stderr: IO[str] | None = None
    returncode: int | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code; raises `subprocess.TimeoutExpired`."""
        if not self.ended.wait(timeout):
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        assert self.returncode is not None
        return self.returncode


class _Nursery:
    """The engine's side of the nest."""

    def __init__(self, modules: tuple[str, ...]) -> None:
        ours, theirs = socket.socketpair()
        self._connection = ours
        self._lock = threading.Lock()
        self._started: queue.SimpleQueue[_Forked] = queue.SimpleQueue()
        self._living: dict[int, _Forked] = {}
        self._variables = _python_variables(os.environ)
        command = [sys.executable, "-u", str(_NEST), str(os.getpid()), str(theirs.fileno())]
        self._nest = processes.spawner.start(
            [*command, *modules], Path.cwd(), os.environ, keep=[theirs.fileno()]
        )
        theirs.close()
        threading.Thread(target=self._listen, name="nursery", daemon=True).start()

    def start(
        self, role: str, arguments: list[str], *, python: str, cwd: Path, env: Mapping[str, str]
    ) -> _Forked | None:
        """A forked child; None for another interpreter, or one that is told to behave otherwise."""
        if python != sys.executable or _python_variables(env) != self._variables:
            return None
        wanted = {"role": role, "arguments": arguments, "cwd": str(cwd), "env": dict(env)}
        body = json.dumps(wanted).encode()
        pipes = [os.pipe() for _ in range(3)]
        (child_in, stdin), (stdout, child_out), (stderr, child_err) = pipes
        theirs = [child_in, child_out, child_err]
        try:
            with self._lock:
                socket.send_fds(self._connection, [struct.pack("!I", len(body))], theirs)
                self._connection.sendall(body)
                child = self._started.get(timeout=_START_SECONDS)
        except (OSError, queue.Empty):
            for end in (stdin, stdout, stderr):
                os.close(end)
            return None
        finally:
            for end in theirs:
                os.close(end)
        child.stdin = os.fdopen(stdin, "w", encoding="utf-8")
        child.stdout = os.fdopen(stdout, encoding="utf-8", errors="replace")
        child.stderr = os.fdopen(stderr, encoding="utf-8", errors="replace")
        return child

    def close(self) -> None:
        """End the nest; what it started has ended before, or ends with it."""
        self._connection.close()
        self._nest.kill()
        self._nest.wait()

    def _listen(self) -> None:
        with contextlib.suppress(OSError), self._connection.makefile("rb") as lines:
            for line in lines:
                self._take(json.loads(line))
        for child in list(self._living.values()):
            self._end(child, -9)

    def _take(self, answer: Mapping[str, Any]) -> None:
        if "started" in answer:
            child = self._living[answer["started"]] = _Forked(answer["started"])
            self._started.put(child)
        else:
            self._end(self._living.pop(answer["ended"]), answer["code"])

    @staticmethod
    def _end(child: _Forked, code: int) -> None:
        child.returncode = code
        child.ended.set()


def _python_variables(env: Mapping[str, str]) -> dict[str, str]:
    """What an interpreter reads at its start, which a fork would not."""
    return {k: v for k, v in env.items() if k.startswith("PYTHON")}
