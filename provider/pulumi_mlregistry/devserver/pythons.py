"""Finds an interpreter that really runs and can make virtual environments."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pulumi_mlregistry.devserver.errors import PythonMissingError

_PROBE = """
import ensurepip, json, platform, sys, venv
print(json.dumps([list(sys.version_info[:3]), sys.base_prefix, platform.machine()]))
"""
_PROBE_SECONDS = 20
_MINORS = (12, 13, 14)


@dataclass(frozen=True)
class Interpreter:
    """An interpreter that ran: its path, version and an identity that an environment depends on."""

    path: str
    version: tuple[int, int, int]
    identity: str


def find(minimum: tuple[int, int], wanted_by: str) -> Interpreter:
    """The first interpreter from ``minimum`` up that runs; `PythonMissingError` if none does."""
    tried: list[str] = []
    for candidate in _candidates(minimum):
        found = probe(candidate)
        if found is not None and found.version[:2] >= minimum:
            return found
        tried.append(candidate)
    version = ".".join(map(str, minimum))
    raise PythonMissingError(
        f"{wanted_by} needs Python {version} or newer with the venv module, and none of "
        f"{', '.join(tried)} is one that runs: install Python {version} "
        f"(or set PYTHON312 to its path)"
    )


def probe(path: str) -> Interpreter | None:
    """What the interpreter says of itself, or None where it does not run or cannot make venvs."""
    try:
        answer = subprocess.run(
            [path, "-I", "-c", _PROBE],
            capture_output=True,
            text=True,
            timeout=_PROBE_SECONDS,
            stdin=subprocess.DEVNULL,
            check=True,
        )
        version, prefix, machine = json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    major, minor, micro = version
    return Interpreter(path, (major, minor, micro), f"{major}.{minor}.{micro} {prefix} {machine}")


def _candidates(minimum: tuple[int, int]) -> Iterator[str]:
    """Paths to try, best first, each once: existing files only."""
    if sys.version_info[:2] >= minimum == (3, 11):
        yield sys.executable
    if explicit := os.environ.get("PYTHON312"):
        yield explicit
    seen = {explicit}
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    for minor in _MINORS:
        on_path = shutil.which(f"python3.{minor}")
        of_pyenv = sorted(pyenv.glob(f"3.{minor}.*/bin/python"), reverse=True)
        for path in filter(None, [on_path, *map(str, of_pyenv)]):
            if path not in seen:
                seen.add(path)
                yield path
    yield sys.executable
