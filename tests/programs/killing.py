"""A run that dies at a request of its own: all of its processes, the engine, or the host alone."""

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
At = Callable[[Request], bool]
Victim = Literal["all", "engine", "host"]
MOMENTS: Final[tuple[When, ...]] = ("before it arrives", "before its answer")


def nth_write(wanted: int) -> At:
    """The n-th write that reaches any of the proxies."""
    lock, count = threading.Lock(), 0

    def reached(request: Request) -> bool:
        nonlocal count
        if request.method in _READS:
            return False
        with lock:
            count += 1
            return count == wanted

    return reached


def killed(
    stack: Stack,
    proxies: Sequence[Proxy],
    at: At,
    when: When,
    *arguments: str,
    victim: Victim = "all",
) -> None:
    """Run a command and kill it ``at`` a request: by SIGKILL, which no process can handle.

    A host that outlives its engine goes on with what it does, and is ended once that is done.
    """
    running: list[subprocess.Popen[str]] = []
    family: set[int] = set()

    def kill(_request: Request) -> None:
        family.update(_family(running[0].pid))
        hosts = {pid for pid in family if _is_host(pid)}
        _end({"all": family, "engine": {running[0].pid}, "host": hosts}[victim])

    for proxy in proxies:
        proxy.clear()
        if when == "before it arrives":
            proxy.fault(kind="cut", when=at, before=kill)
        else:
            proxy.fault(kind="lost", when=at, after=kill)
    running.append(stack.start(*arguments))
    code = running[0].wait(timeout=SECONDS)
    if victim == "engine":
        _wait_until(lambda: all(r.status or r.fault for p in proxies for r in p.requests))
        _end(family)
    _wait_until(lambda: not family & {pid for pid, _, state in _processes() if state != "Z"})
    for proxy in proxies:
        proxy.clear()
    expected = 1 if victim == "host" else -signal.SIGKILL
    assert code in (expected, 255), f"it ended with {code} before it could be killed"


def up(stack: Stack) -> list[str]:
    """The command line of an up that asks nothing."""
    return ["up", "--yes", *(["--skip-preview"] if stack.engine == "pulumi" else [])]


def unlock(stack: Stack) -> None:
    """What a user of pulumi does about the lock that a killed run leaves behind."""
    if stack.engine == "pulumi":
        stack.run("cancel", "--yes")


def _family(leader: int) -> set[int]:
    """A process and all below it: engines put their hosts into groups and sessions of their own."""
    parents = {pid: parent for pid, parent, state in _processes() if state != "Z"}
    found = {leader}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _end(pids: set[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _is_host(pid: int) -> bool:
    try:
        return b"pulumi.dynamic" in (Path("/proc") / str(pid) / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def _processes() -> Iterator[tuple[int, int, str]]:
    """Id, parent and state of each process."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                state, parent = (entry / "stat").read_text().rsplit(")", 1)[1].split()[:2]
                yield int(entry.name), int(parent), state
