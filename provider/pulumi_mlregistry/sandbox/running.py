"""``start``: from the names of registries to a sandbox that serves them."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from pulumi_mlregistry.sandbox.errors import SandboxError

if TYPE_CHECKING:
    from pulumi_mlregistry.sandbox.controls import Controls
    from pulumi_mlregistry.sandbox.kinds import Made
    from pulumi_mlregistry.sandbox.serving import Serving

REGISTRIES: Final = ("openmetadata", "nemo", "mlflow", "oracle")
OPENMETADATA_VERSIONS: Final = ("2.0.7", "1.2.0")

_EXTRA = ("starlette", "uvicorn", "h11", "jsonpatch", "jsonschema")


class Registry:
    """One registry of a sandbox.

    Attributes: ``kind``; ``url`` (no trailing slash); ``environment`` (the variables a client of
    this registry reads); ``tokens`` (of OpenMetadata's users, by name).
    """

    def __init__(self, kind: str, url: str, made: Made, controls: Controls) -> None:
        self.kind = kind
        self.url = url
        self.environment = made.exports(url)
        self.tokens = dict(made.tokens)
        self._made = made
        self._controls = controls

    def plant(self, kind: str, name: str, parent: str | None = None) -> str:
        """Let something be there that resources refer to; answers its id.

        OpenMetadata: a user, team, domain, tag (``parent``: its classification), glossaryTerm,
        dataProduct, dashboard or table; NeMo: a workspace. ValueError for anything else.
        """
        return self._made.plant(kind, name, parent)

    def fault(self, mode: str, match: str = "", *, times: int = 1, **more: Any) -> None:
        """Let the next requests that match fail; see `pulumi_mlregistry.sandbox.controls`."""
        self._controls.add({"mode": mode, "match": match, "times": times, **more})

    def log(self) -> list[dict[str, Any]]:
        """The requests since the last `clear`, oldest first."""
        return self._controls.log()

    def clear(self) -> None:
        """Forget the requests, and the faults that have not happened."""
        self._controls.forget_faults()
        self._controls.empty_log()


class Sandbox:
    """Registries that run until `close`, the end of the ``with`` block or of this process.

    Attributes: ``servers`` (registries by kind); ``environment`` (the variables of them all).
    """

    def __init__(self, servers: dict[str, Registry], serving: Serving, undo: ExitStack) -> None:
        self.servers = servers
        self.environment: dict[str, str] = {}
        for server in servers.values():
            self.environment |= server.environment
        if {"mlflow", "oracle"} <= set(servers):
            # With both configured, the product asks which one is meant.
            self.environment["MLREGISTRY_MLFLOW_DIALECT"] = "mlflow"
        self._serving = serving
        self._undo = undo
        # A fork of this process also runs its exit handlers.
        self._owner = os.getpid()
        atexit.register(self.close)

    @property
    def running(self) -> bool:
        """Whether the registries are served."""
        return self._serving.running

    def close(self) -> None:
        """End it, and remove what was temporary; idempotent."""
        if os.getpid() == self._owner:
            atexit.unregister(self.close)
            self._undo.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def start(
    *,
    openmetadata: str = "2.0.7",
    data_dir: str | os.PathLike[str] | None = None,
    registries: Sequence[str] = REGISTRIES,
    ports: Mapping[str, int] | None = None,
) -> Sandbox:
    """Serve the registries from this process and return once all answer.

    ``openmetadata``: the version that it behaves as. Without ``data_dir`` the data is temporary;
    ``ports`` are those of some kinds, the others get free ones. Raises a `SandboxError` of one
    line.
    """
    _check("registry", registries, REGISTRIES)
    _check("registry", list(ports or {}), REGISTRIES)
    _check("version of OpenMetadata", [openmetadata], OPENMETADATA_VERSIONS)
    if not registries:
        raise SandboxError(f"no registry to start: choose from {', '.join(REGISTRIES)}")
    try:
        with ExitStack() as undo:
            return _start(openmetadata, data_dir, tuple(dict.fromkeys(registries)), ports, undo)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _EXTRA:
            raise
        raise SandboxError(
            f"the sandbox needs {missing}, which is not installed: "
            "pip install 'pulumi-mlregistry[sandbox]'"
        ) from None


def _start(
    openmetadata: str,
    data_dir: str | os.PathLike[str] | None,
    kinds: tuple[str, ...],
    ports: Mapping[str, int] | None,
    undo: ExitStack,
) -> Sandbox:
    from pulumi_mlregistry.sandbox.controls import Controls
    from pulumi_mlregistry.sandbox.kinds import Plan, make
    from pulumi_mlregistry.sandbox.serving import HOST, Serving, reserve

    folder = _folder(data_dir, undo)
    sockets = {kind: undo.enter_context(reserve((ports or {}).get(kind))) for kind in kinds}
    controls = {kind: Controls() for kind in kinds}
    made: dict[str, Made] = {}
    for kind in kinds:
        file = ":memory:" if data_dir is None else str(folder / f"{kind}.db")
        plan = Plan(_database(file, undo), controls[kind], folder, openmetadata)
        made[kind] = make(kind, plan)
    serving = Serving([(sockets[kind], made[kind].application) for kind in kinds])
    undo.callback(serving.close)
    servers = {
        kind: Registry(
            kind, f"http://{HOST}:{sockets[kind].getsockname()[1]}", made[kind], controls[kind]
        )
        for kind in kinds
    }
    return Sandbox(servers, serving, undo.pop_all())


def _check(what: str, chosen: Sequence[str], known: tuple[str, ...]) -> None:
    for each in chosen:
        if each not in known:
            raise SandboxError(f"no {what} {each!r}: choose one of {', '.join(known)}")


def _folder(data_dir: str | os.PathLike[str] | None, undo: ExitStack) -> Path:
    """The caller's folder, for this sandbox alone, or a temporary one that ``undo`` removes."""
    if data_dir is None:
        folder = Path(tempfile.mkdtemp(prefix="mlregistry-sandbox-")).resolve()
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        return folder
    folder = Path(data_dir).expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = undo.enter_context((folder / ".lock").open("a"))
    except OSError as error:
        raise SandboxError(
            f"the data folder {folder} cannot be used: {error.strerror}: choose another one"
        ) from None
    if not _own(lock.fileno()):
        raise SandboxError(
            f"the data folder {folder} is in use by another sandbox: stop that one or choose "
            f"another folder"
        )
    return folder


def _own(lock: int) -> bool:
    try:
        import fcntl
    except ImportError:  # on Windows, where nothing keeps a second one away
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _database(file: str, undo: ExitStack) -> Any:
    import sqlite3

    from pulumi_mlregistry.sandbox.database import Database

    try:
        database = Database(file)
        with database.transaction() as connection:
            connection.execute("PRAGMA user_version = 1")
    except sqlite3.Error as error:
        raise SandboxError(f"the database {file} cannot be used: {error}: remove it") from None
    undo.callback(database.close)
    return database
