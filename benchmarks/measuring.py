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
PROVIDERS: Final = ("pulumi.dynamic", "pulumi-resource-mlregistry", "benchmarks.providers.plugin")
"""Arguments, or ends of them, that only a provider's process has."""


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


class Watch:
    """Follows the providers under a process until `end`."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._found: dict[int, Usage] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        if _PROC.is_dir():
            self._thread.start()

    def end(self) -> Usage | None:
        """What they used together, None where it cannot be known."""
        self._over.set()
        if not _PROC.is_dir():
            return None
        self._thread.join()
        used = self._found.values()
        return Usage(
            sum(each.cpu for each in used),
            max((each.memory for each in used), default=0),
            max((each.peak for each in used), default=0),
        )

    def _follow(self) -> None:
        search = 0.0
        while True:
            if time.monotonic() >= search:
                for pid in providers_under(self._root):
                    self._found.setdefault(pid, Usage())
                search = time.monotonic() + _SEARCH_SECONDS
            for pid in self._found:
                self._found[pid] = usage(pid) or self._found[pid]
            if self._over.wait(_SAMPLE_SECONDS):
                return


def run(
    command: Sequence[str], cwd: Path, environment: Mapping[str, str], seconds: float
) -> Measured:
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
            text, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.terminate()
            text, _ = process.communicate()
            text += f"\nended after {seconds:.0f} s"
    return Measured(process.returncode, text, time.monotonic() - started, watch.end())


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


def providers_under(root: int) -> list[int]:
    """The descendants of a process that are providers."""
    parents: dict[int, int] = {}
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents[int(folder.name)] = int(stat.rpartition(") ")[2].split()[1])
    return [pid for pid in parents if _descends(pid, root, parents) and _is_provider(pid)]


def _descends(pid: int, root: int, parents: Mapping[int, int]) -> bool:
    while pid in parents:
        pid = parents[pid]
        if pid == root:
            return True
    return False


def _is_provider(pid: int) -> bool:
    try:
        words = (_PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    # A shell that only starts the provider names it too.
    python = "python" in words[0].rpartition("/")[2]
    return python and any(word.endswith(PROVIDERS) for word in words[1:])
