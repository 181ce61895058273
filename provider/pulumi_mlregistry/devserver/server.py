"""``start``: from a kind's name to a server that answers."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from pulumi_mlregistry.devserver import environments, templates
from pulumi_mlregistry.devserver.environments import Report
from pulumi_mlregistry.devserver.errors import DevServerError, StartError
from pulumi_mlregistry.devserver.kinds import KINDS, PLATFORM_ID, Kind, Options
from pulumi_mlregistry.devserver.processes import HOST, Process, reserve


class Server:
    """A registry that runs until `stop`, the end of the ``with`` block or of this process.

    Attributes: ``kind``; ``url`` (no trailing slash); ``environment`` (the variables a client
    reads); ``data_dir``; ``log_path``; ``pid``.
    """

    def __init__(
        self, kind: Kind, process: Process, data: Path, options: Options, clean: bool
    ) -> None:
        self.kind = kind.name
        self.url = f"http://{HOST}:{process.port}"
        self.environment = kind.exports(self.url, data, options)
        self.data_dir = data
        self.log_path = process.log_path
        self.pid = process.pid
        self._process = process
        self._clean = clean
        # A fork of this process (multiprocessing) also runs its exit handlers.
        self._owner = os.getpid()
        atexit.register(self.stop)

    @property
    def running(self) -> bool:
        """Whether the server's process is still there."""
        return self._process.running

    def stop(self) -> None:
        """End the server and remove its data folder if that was a temporary one; idempotent."""
        if os.getpid() != self._owner:
            return
        atexit.unregister(self.stop)
        self._process.stop(gently=not self._clean)
        if self._clean:
            shutil.rmtree(self.data_dir, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def start(
    kind: str,
    *,
    data_dir: str | os.PathLike[str] | None = None,
    port: int | None = None,
    files: bool = False,
    auth: bool = False,
    platform_ids: Sequence[str] = (PLATFORM_ID,),
    timeout: float = 120,
    report: Report | None = None,
) -> Server:
    """Start a ``nemo``, ``mlflow`` or ``oracle`` server and return it once it answers.

    Without ``data_dir`` its data is temporary; without ``port`` a free one is taken. ``files``
    (nemo): also files and secrets, which ``fileset`` needs. ``auth`` (nemo): authorization on, see
    `unsigned_token`. ``platform_ids`` (oracle): those that the front knows. ``timeout``: seconds
    from start to ready, without installation. ``report`` gets progress lines (default: stderr).
    Raises a `DevServerError` of one line.
    """
    chosen = KINDS.get(kind)
    if chosen is None:
        raise DevServerError(f"no dev server {kind!r}: choose one of {', '.join(KINDS)}")
    if (files or auth) and kind != "nemo":
        raise DevServerError(f"a dev server {kind!r} has no files or auth option: leave it out")
    if os.name != "posix":
        raise DevServerError("dev servers need Linux or macOS: start one there or in WSL")
    environment = environments.ensure(chosen.packages, report or _to_stderr)
    options = Options(files=files, auth=auth, platform_ids=tuple(platform_ids))
    return _launch(chosen, environment, data_dir, port, options, timeout)


def _launch(
    kind: Kind,
    environment: Path,
    data_dir: str | os.PathLike[str] | None,
    port: int | None,
    options: Options,
    timeout: float,
) -> Server:
    with ExitStack() as undo, ExitStack() as handles:
        data = _data_folder(data_dir, kind, undo)
        lock = handles.enter_context((data / ".lock").open("a"))
        _own(lock.fileno(), data)
        templates.provide(kind.packages, environment, data / kind.database)
        settings = {"kind": kind.name, "temporary": data_dir is None} | kind.settings(data, options)
        reserved = handles.enter_context(reserve(port))
        process = Process(
            environments.interpreter(environment),
            settings | {"data": str(data)},
            kind.variables(data, options),
            data,
            (reserved, lock.fileno()),
        )
        undo.callback(process.stop, gently=False)
        # Only the child's copy stays open, so that nobody waits on a socket that none will accept.
        handles.close()
        process.wait_until(lambda: kind.ready(process.ask, options), kind.name, timeout)
        undo.pop_all()
    return Server(kind, process, data, options, clean=data_dir is None)


def _data_folder(data_dir: str | os.PathLike[str] | None, kind: Kind, undo: ExitStack) -> Path:
    """The caller's folder, or a temporary one that ``undo`` removes."""
    if data_dir is not None:
        folder = Path(data_dir).expanduser().absolute()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StartError(
                f"the data folder {folder} cannot be made: {error}: choose another one"
            ) from None
        return folder
    folder = Path(tempfile.mkdtemp(prefix=f"mlregistry-{kind.name}-")).resolve()
    undo.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _own(lock: int, data: Path) -> None:
    """Lock the data folder through a descriptor that the server process inherits and keeps."""
    import fcntl  # not on Windows, where the command line must still import this module

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StartError(
            f"the data folder {data} is in use by another dev server: stop that one or choose "
            f"another folder"
        ) from None


def _to_stderr(line: str) -> None:
    print(f"mlregistry: {line}", file=sys.stderr, flush=True)
