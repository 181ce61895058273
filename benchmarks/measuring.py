"""One command watched: its time, and the processor time and memory of the provider under it.

The provider is found among the command's descendants by its command line; what it used is read from
``/proc`` until it ends, so the last hundredth of a second may be missing. Where there is no
``/proc``, wall time alone is measured.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_SAMPLE_SECONDS: Final = 0.01
_SEARCH_SECONDS: Final = 0.1
_PROVIDERS: Final = ("pulumi.dynamic", "pulumi-resource-mlregistry", "benchmarks.providers.plugin")
_PROGRAMS: Final = ("pulumi-language-python-exec", "program")
"""Arguments, or ends of them, that only such a process has; the last is the local engine's."""


@dataclass(frozen=True)
class Usage:
    """What a process used; memory in bytes, as it was last and at its highest."""

    cpu: float = 0.0
    memory: int = 0
    peak: int = 0


@dataclass(frozen=True)
class Measured:
    """How a command ended, and what it took."""

    code: int
    text: str
    seconds: float
    provider: Usage | None
    program: Usage | None


class Watch:
    """Follows the providers and the program under a process until they end."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._found: dict[int, Usage] = {}
        self._roles: dict[int, str] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        if _PROC.is_dir():
            self._thread.start()

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def used(self, role: str) -> Usage | None:
        """What the processes of a role used together, None where it cannot be known."""
        if not _PROC.is_dir():
            return None
        used = [usage for pid, usage in self._found.items() if self._roles[pid] == role]
        return Usage(
            sum(each.cpu for each in used),
            max((each.memory for each in used), default=0),
            max((each.peak for each in used), default=0),
        )

    def _follow(self) -> None:
        search = 0.0
        while True:
            if time.monotonic() >= search:
                self._roles |= _roles_under(self._root)
                for pid in self._roles:
                    self._found.setdefault(pid, Usage())
                search = time.monotonic() + _SEARCH_SECONDS
            for pid in self._found:
                self._found[pid] = usage(pid) or self._found[pid]
            if self._over.wait(_SAMPLE_SECONDS):
                return


def run(command: Sequence[str], cwd: Path, environment: Mapping[str, str], most: float) -> Measured:
    """Run a command to its end, and watch the providers that it starts."""
    started = time.monotonic()
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        watch = Watch(process.pid)
        try:
            text, _ = process.communicate(timeout=most)
        except subprocess.TimeoutExpired:
            process.terminate()
            text, _ = process.communicate()
            text += f"\nended after {most:.0f} s"
    seconds = time.monotonic() - started
    watch.end()
    used = (watch.used("provider"), watch.used("program"))
    return Measured(process.returncode, text, seconds, *used)


def usage(pid: int) -> Usage | None:
    """What a process has used so far, None where it has ended."""
    try:
        numbers = (_PROC / str(pid) / "stat").read_text().rpartition(") ")[2].split()
        status = (_PROC / str(pid) / "status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    sizes = dict(line.split(":", 1) for line in status.splitlines() if line.startswith("Vm"))
    if "VmRSS" not in sizes:  # it is about to end
        return None
    memory, peak = (int(sizes[key].split()[0]) * 1024 for key in ("VmRSS", "VmHWM"))
    return Usage((int(numbers[11]) + int(numbers[12])) / _TICKS, memory, peak)


def _roles_under(root: int) -> dict[int, str]:
    """The descendants of a process that are providers or programs."""
    parents: dict[int, int] = {}
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents[int(folder.name)] = int(stat.rpartition(") ")[2].split()[1])
    below = (pid for pid in parents if _descends(pid, root, parents))
    return {pid: role for pid in below if (role := _role(pid))}


def _descends(pid: int, root: int, parents: Mapping[int, int]) -> bool:
    while pid in parents:
        pid = parents[pid]
        if pid == root:
            return True
    return False


def _role(pid: int) -> str:
    try:
        words = (_PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    if "python" not in words[0].rpartition("/")[2]:
        return ""  # a shell that only starts the provider names it too
    if any(word.endswith(_PROVIDERS) for word in words[1:]):
        return "provider"
    return "program" if any(word.endswith(_PROGRAMS) for word in words[1:]) else ""
