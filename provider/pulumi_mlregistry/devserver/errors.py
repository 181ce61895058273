"""What can go wrong with a dev server; every message is one line that ends in what to do."""

from __future__ import annotations

from pathlib import Path

_TAIL_LINES = 6
_TAIL_CHARACTERS = 900


class DevServerError(Exception):
    """A dev server could not be prepared or started."""


class PythonMissingError(DevServerError):
    """No interpreter of the version that the registry needs works on this machine."""


class InstallError(DevServerError):
    """The registry's packages could not be installed."""


class StartError(DevServerError):
    """The registry was installed but did not come up."""


def log_tail(path: Path) -> str:
    """The last lines of a log file on one line, for an error message."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "(no log)"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " | ".join(lines[-_TAIL_LINES:])[-_TAIL_CHARACTERS:] or "(the log is empty)"
