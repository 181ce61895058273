"""What an import costs over that of Pulumi's SDK alone: processor time of fresh interpreters."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any, Final

_IMPORTS: Final[Mapping[str, str]] = {
    "pulumi alone": "import pulumi",
    "the package": "import pulumi, pulumi_mlregistry",
    "a program's resources": "import pulumi; from pulumi_mlregistry import openmetadata",
    "the dynamic door's host": "import pulumi.dynamic, pulumi_mlregistry.dynamic.providers",
    "the plugin": "import pulumi.runtime.proto, pulumi_mlregistry.plugin.servicer",
}


def lines(rounds: int) -> Iterator[dict[str, Any]]:
    """The median of some rounds, in each of which every import has its turn."""
    taken: dict[str, list[float]] = {title: [] for title in _IMPORTS}
    for turn in range(rounds + 1):
        for title, code in _IMPORTS.items():
            cpu = _cpu([sys.executable, "-c", code])
            if turn:  # the first round fills the disk's cache
                taken[title].append(cpu)
    base = median(taken["pulumi alone"])
    for title, values in taken.items():
        yield {"imported": title, "ms": _ms(median(values)), "over": _ms(median(values) - base)}


def _cpu(command: list[str]) -> float:
    process = subprocess.Popen(command)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[-1]} failed")
    return used.ru_utime + used.ru_stime


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
