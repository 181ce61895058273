"""Where the provider processes of one run leave notes for each other."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import sys
import tempfile
from pathlib import Path


def of_this_run() -> Path | None:
    """A file that all hosts of one engine run share; None where there is no private place for it.

    The engine starts every host with its own address, which no other run has at the same time.
    Each host removes the file when it ends; notes left by a killed one can only keep an object.
    """
    if len(sys.argv) < 2 or sys.platform == "win32":
        return None
    folder = Path(tempfile.gettempdir()) / f"pulumi-mlregistry-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        about = folder.lstat()
    except OSError:
        return None
    if about.st_uid != os.getuid() or about.st_mode & 0o077 or folder.is_symlink():
        return None
    run = hashlib.sha256(f"{sys.argv[1]}".encode()).hexdigest()[:16]
    journal = folder / f"{run}.jsonl"
    atexit.register(_remove, journal)
    return journal


def _remove(journal: Path) -> None:
    with contextlib.suppress(OSError):
        journal.unlink()
