"""What a running program declares, noted for its providers: they are asked of a part at times.

With ``--target`` an engine asks a provider nothing about the resources that it leaves out, so that
a delete could take what one of them wants. The program itself declares them all. It notes each in a
file that it holds locked for as long as it runs; a file that nobody holds is of an earlier run.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pulumi_mlregistry.journal import private_folder


@dataclass(frozen=True)
class Declaration:
    """One resource of the program: its kind, its owner's name, and the parts of its remote name.

    A part is None where the program leaves it to the configuration.
    """

    kind: str
    owner: str
    names: tuple[str | None, ...]


_held: Final[dict[Path, int]] = {}
"""The files that this process holds: by the automation API it runs one program after the other."""


class Notes:
    """The notes of this program; silent where there is no private place for them."""

    def __init__(self, project: str, stack: str) -> None:
        self._file: int | None = None
        path = _path(project, stack)
        if path is None:
            return
        import fcntl

        if path in _held:
            os.close(_held.pop(path))
        with contextlib.suppress(OSError):
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the system lets go in the end
            os.ftruncate(file, 0)
            self._file = _held[path] = file

    def add(self, declaration: Declaration) -> None:
        """One more resource."""
        if self._file is not None:
            line = json.dumps([declaration.kind, declaration.owner, declaration.names]) + "\n"
            os.write(self._file, line.encode())


def of_program(owner: str) -> Iterator[Declaration]:
    """What the program of an owner's stack declares, if it is running; else nothing.

    ``owner`` is the name of any of its resources: project, stack and more.
    """
    project, stack, *_ = (*owner.split("/"), "", "")
    path = _path(project, stack)
    if path is None or not _is_held(path):
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, declarer, names = json.loads(line)
        yield Declaration(kind, declarer, tuple(names))


def note_of(kind: str, owner: str, names: Sequence[str | None]) -> Declaration:
    """A declaration from the values that the program gave."""
    return Declaration(kind, owner, tuple(None if n is None else str(n) for n in names))


def _path(project: str, stack: str) -> Path | None:
    """The file of a program: providers are started in the program's folder."""
    folder = private_folder()
    if folder is None:
        return None
    place = json.dumps([os.path.realpath(os.getcwd()), project, stack])
    return folder / f"program-{hashlib.sha256(place.encode()).hexdigest()[:16]}.jsonl"


def _is_held(path: Path) -> bool:
    import fcntl

    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False
