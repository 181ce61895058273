"""A stack's file: read once, replaced as a whole after every step, locked for one run at a time."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO

from pulumi_mlregistry.localengine.errors import EngineError
from pulumi_mlregistry.localengine.project import write_atomically

_FILE_MODE = 0o600
_FOLDER_MODE = 0o700


class StackStore:
    """The file ``.mlregistry/stacks/<stack>.json`` of a program folder.

    `save` is called from many threads; calls that come while a write is under way share the
    next one, and each returns only when a file with its change is on disk.
    """

    def __init__(self, project_root: Path, stack: str) -> None:
        self.path = project_root / ".mlregistry" / "stacks" / f"{stack}.json"
        self._counter = threading.Lock()
        self._writing = threading.Lock()
        self._requested = 0
        self._written = 0

    def read(self) -> str | None:
        """The file's text, or None; raises `EngineError` if it cannot be read."""
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise EngineError(f"{self.path} cannot be read: {error.strerror}") from None

    def prepare(self) -> None:
        """Make the folder, readable by its owner only."""
        try:
            for folder in (self.path.parent.parent, self.path.parent):
                folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
                folder.chmod(_FOLDER_MODE)
            ignore = self.path.parent.parent / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n")
        except OSError as error:
            raise EngineError(
                f"{self.path.parent} cannot be made for the stack's state: {error.strerror}"
            ) from None

    def save(self, document: Callable[[], dict[str, object]]) -> None:
        """Write what ``document`` returns at the time of writing; raises `EngineError`."""
        with self._counter:
            self._requested += 1
            mine = self._requested
        with self._writing:
            if self._written >= mine:
                return
            with self._counter:
                upto = self._requested
            text = json.dumps(document(), indent=4, ensure_ascii=False)
            write_atomically(self.path, text + "\n", _FILE_MODE)
            self._written = upto


class StackLock:
    """One run at a time: a lock of the operating system on a file that names its holder.

    The system frees the lock of a process that died, so none is ever stale.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def __enter__(self) -> StackLock:
        import fcntl

        # Never unlinked: a lock on a file that another process just removed would be worth nothing.
        file = os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT, _FILE_MODE), "r+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = file.read().strip() or "unknown"
            file.close()
            raise EngineError(
                f"the stack is in use by process {holder} ({self._path}): wait for it to end"
            ) from None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        self._file = file
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
