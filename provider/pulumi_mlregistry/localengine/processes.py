"""Child processes: started from one lasting thread, read line by line, never left behind."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Final, Protocol

from pulumi_mlregistry.localengine.errors import EngineError

OnLine = Callable[[str], None]
_LAUNCHER: Final = Path(__file__).parent / "child" / "launcher.py"
_STOP_SECONDS = 5.0


class _Spawner:
    """Starts processes from one thread that lasts as long as the engine's process.

    Linux ends a child with the *thread* that started it, and a worker thread ends early.
    """

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(
        self, command: list[str], cwd: Path, env: Mapping[str, str], keep: Sequence[int] = ()
    ) -> subprocess.Popen[str]:
        """Start a process in a session of its own, so that Ctrl-C reaches the engine only.

        ``keep``: file descriptors that it inherits.
        """
        done: queue.SimpleQueue[subprocess.Popen[str] | OSError] = queue.SimpleQueue()

        def job() -> None:
            try:
                done.put(_popen(command, cwd, env, keep))
            except OSError as error:
                done.put(error)

        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._serve, name="spawner", daemon=True)
                self._thread.start()
        self._jobs.put(job)
        result = done.get()
        if isinstance(result, OSError):
            raise EngineError(f"{command[0]} cannot be started: {result.strerror}") from None
        return result

    def _serve(self) -> None:
        while True:
            self._jobs.get()()


spawner = _Spawner()


def _popen(
    command: list[str], cwd: Path, env: Mapping[str, str], keep: Sequence[int]
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
        pass_fds=keep,
    )


class Process(Protocol):
    """What a child needs of `subprocess.Popen`, and what a forked process offers too."""

    pid: int
    stdin: IO[str] | None
    stdout: IO[str] | None
    stderr: IO[str] | None

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """The exit code; raises `subprocess.TimeoutExpired`."""


class Nursery(Protocol):
    """Where children may come from in the place of a fresh interpreter."""

    def start(
        self, role: str, arguments: list[str], *, python: str, cwd: Path, env: Mapping[str, str]
    ) -> Process | None:
        """A started child, or None where only a fresh interpreter will do."""


nursery: Nursery | None = None
"""The nursery of this process, where there is one: see `nursery.warmed`."""


class Child:
    """A child process whose lines are handed on; ``first_line`` keeps the first for the caller."""

    def __init__(
        self,
        role: str,
        arguments: list[str],
        *,
        python: str,
        cwd: Path,
        env: Mapping[str, str],
        on_line: OnLine,
        first_line: bool = False,
    ) -> None:
        python = python or sys.executable
        self._process = self._start(role, arguments, python, cwd, env)
        self._first: queue.SimpleQueue[str] = queue.SimpleQueue()
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._readers = [
            self._reader(self._process.stdout, on_line, first_line),
            self._reader(self._process.stderr, on_line, False),
        ]

    @staticmethod
    def _start(
        role: str, arguments: list[str], python: str, cwd: Path, env: Mapping[str, str]
    ) -> Process:
        if nursery is not None:
            forked = nursery.start(role, arguments, python=python, cwd=cwd, env=env)
            if forked is not None:
                return forked
        command = [python, "-u", str(_LAUNCHER), role, str(os.getpid()), *arguments]
        return spawner.start(command, cwd, env)

    def _reader(self, stream: IO[str], on_line: OnLine, keep_first: bool) -> threading.Thread:
        def read() -> None:
            waiting = keep_first
            for line in stream:
                if waiting:
                    waiting = False
                    self._first.put(line.strip())
                else:
                    on_line(line.rstrip("\n"))
            if waiting:
                self._first.put("")

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        return thread

    def first_line(self, seconds: float) -> str:
        """The first line of stdout; empty if the process ended or ``seconds`` passed without."""
        try:
            return self._first.get(timeout=seconds)
        except queue.Empty:
            return ""

    def poll(self) -> int | None:
        """The exit code, or None while the process runs."""
        return self._process.poll()

    def wait(self, seconds: float) -> int | None:
        """Wait up to ``seconds`` for the end; the exit code, or None."""
        try:
            code = self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None
        self._drain()
        return code

    def stop(self) -> None:
        """End the process and what it started: ask, and after 5 s insist."""
        for name in (signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is not None:
                break
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, name)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=_STOP_SECONDS)
        self._drain()

    def _drain(self) -> None:
        # A grandchild that keeps the pipe open must not keep the engine.
        for reader in self._readers:
            reader.join(timeout=1.0)
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
