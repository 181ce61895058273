"""A run that dies at its k-th write: the engine alone, or all of its processes with it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

from support.proxy import Proxy, Request

from .stacks import Stack

SECONDS: Final = 90
_READS = ("GET", "HEAD", "OPTIONS")

When = Literal["before it arrives", "before its answer"]
MOMENTS: Final[tuple[When, ...]] = ("before it arrives", "before its answer")


class Writes:
    """Counts the writes at several proxies together."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = threading.Lock()

    def reach(self, wanted: int) -> Callable[[Request], bool]:
        """Whether a request, counted now, is the wanted write."""

        def reached(request: Request) -> bool:
            if request.method in _READS:
                return False
            with self._lock:
                self.count += 1
                return self.count == wanted

        return reached


def killed(
    stack: Stack,
    proxies: Sequence[Proxy],
    nth: int,
    when: When,
    *arguments: str,
    whole: bool = True,
) -> None:
    """Run a command and kill it at its ``nth`` write.

    ``whole``: the engine with all that it started; else the engine alone, and its hosts live on
    until they notice.
    """
    writes = Writes()
    running: list[subprocess.Popen[bytes]] = []
    family: set[int] = set()

    def kill(_request: Request) -> None:
        family.update(_family(running[0].pid))
        for pid in family if whole else {running[0].pid}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    for proxy in proxies:
        proxy.clear()
        if when == "before it arrives":
            proxy.fault(kind="cut", when=writes.reach(nth), before=kill)
        else:
            proxy.fault(kind="lost", when=writes.reach(nth), after=kill)
    running.append(_start(stack, *arguments))
    code = running[0].wait(timeout=SECONDS)
    _wait_for_the_end_of(family)
    for proxy in proxies:
        proxy.clear()
    assert code == -signal.SIGKILL, f"it ended with {code} after {writes.count} writes"


def _start(stack: Stack, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        stack.command(*arguments),
        cwd=stack.folder,
        env=stack.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _family(leader: int) -> set[int]:
    """A process and all below it: engines put their hosts into groups and sessions of their own."""
    parents = {pid: parent for pid, parent, state in _processes() if state != "Z"}
    found = {leader}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _wait_for_the_end_of(family: set[int]) -> None:
    deadline = time.monotonic() + SECONDS
    while family & {pid for pid, _, state in _processes() if state != "Z"}:
        assert time.monotonic() < deadline, "its processes live on"
        time.sleep(0.02)


def _processes() -> Iterator[tuple[int, int, str]]:
    """Id, parent and state of each process."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                state, parent = (entry / "stat").read_text().rsplit(")", 1)[1].split()[:2]
                yield int(entry.name), int(parent), state
