"""Where the provider processes of one run leave notes for each other."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import sys
import tempfile
from pathlib import Path


def of_this_run(engine: str) -> Path | None:
    """A file that all providers of one engine run share; None where there is no private place.

    The engine starts every provider with its own address, which no other run has at the same time.
    A later one may: what a killed run has noted under it is forgotten.
    """
    folder = private_folder() if engine else None
    if folder is None:
        return None
    run = hashlib.sha256(engine.encode()).hexdigest()[:16]
    journal = folder / f"{run}.jsonl"
    _hold(journal)
    atexit.register(_remove, journal)
    return journal


def private_folder() -> Path | None:
    """A folder of this user's alone; None where there is none, as on Windows."""
    if sys.platform == "win32":
        return None
    folder = Path(tempfile.gettempdir()) / f"pulumi-mlregistry-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        about = folder.lstat()
    except OSError:
        return None
    if about.st_uid != os.getuid() or about.st_mode & 0o077 or folder.is_symlink():
        return None
    return folder


def _hold(journal: Path) -> None:
    """Lock the file as long as this process lives, and empty it where no other one does."""
    import fcntl

    with contextlib.suppress(OSError):
        file = os.open(journal, os.O_RDWR | os.O_CREAT, 0o600)  # the system closes it in the end
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            os.ftruncate(file, 0)
        fcntl.flock(file, fcntl.LOCK_SH)


def _remove(journal: Path) -> None:
    with contextlib.suppress(OSError):
        journal.unlink()
