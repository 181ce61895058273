"""Virtual environments of the registries: made once from pinned packages, shared by all."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from pulumi_mlregistry.devserver import pythons
from pulumi_mlregistry.devserver.errors import InstallError, log_tail

Report = Callable[[str], None]

_MINIMUM = {"nemo": (3, 12), "mlflow": (3, 11)}
_TITLES = {"nemo": "NeMo Platform", "mlflow": "MLflow"}
_COMPLETE = ".complete"
_LAYOUT = "1"
# Settings of the user's pip that would install beside the environment instead of into it.
_MISLEADING = {"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_DRY_RUN", "PIP_PYTHON"}


def cache_folder() -> Path:
    """``MLREGISTRY_CACHE``, else ``pulumi-mlregistry`` in the user's cache folder."""
    if explicit := os.environ.get("MLREGISTRY_CACHE"):
        return Path(explicit).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser().absolute() / "pulumi-mlregistry"


def ensure(packages: str, report: Report) -> Path:
    """The folder of the environment for ``nemo`` or ``mlflow``, installed first where needed.

    Safe when several processes want it at once: one installs, the others wait. Raises
    `PythonMissingError` or `InstallError`.
    """
    title = _TITLES[packages]
    python = pythons.find(_MINIMUM[packages], title)
    pins = resources.files(__package__).joinpath("pins", f"{packages}.txt").read_text()
    digest = hashlib.sha256("\n".join([_LAYOUT, python.identity, pins]).encode()).hexdigest()
    folder = cache_folder() / f"{packages}-{digest[:16]}"
    if _usable(folder):
        return folder
    lock = folder.with_suffix(".lock")
    try:
        with locked(lock, lambda: report(f"waiting for {title} to install")):
            if not _usable(folder):
                _install(folder, python.path, pins, title, report)
    except OSError as error:
        raise InstallError(
            f"{title} could not be installed into {folder}: {error}: set MLREGISTRY_CACHE to a "
            f"folder that can be written"
        ) from None
    return folder


def interpreter(folder: Path) -> Path:
    """The environment's own Python."""
    return folder / "bin" / "python"


@contextmanager
def locked(path: Path, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold a lock file that the system releases when the process ends, however it ends."""
    import fcntl  # not on Windows, where the command line must still import this module

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _usable(folder: Path) -> bool:
    """Complete, and the Python below it has not been removed since."""
    return (folder / _COMPLETE).exists() and interpreter(folder).exists()


def _install(folder: Path, python: str, pins: str, title: str, report: Report) -> None:
    report(f"installing {title} into {folder} (once, half a minute or more)")
    started = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    listed = folder / "pins.txt"
    listed.write_text(pins)
    pip = ["-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    pip += ["--no-deps", "--require-hashes", "--requirement", str(listed)]
    log = folder.with_suffix(".log")
    with log.open("w") as output:
        _run([python, "-I", "-m", "venv", str(folder)], output.fileno(), title, log)
        _run([str(interpreter(folder)), *pip], output.fileno(), title, log)
    (folder / _COMPLETE).touch()
    report(f"installed {title} in {time.monotonic() - started:.0f} s")


def _run(command: list[str], output: int, title: str, log: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in _MISLEADING}
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env=environment,
        check=False,
    )
    if done.returncode != 0:
        raise InstallError(
            f"{title} could not be installed into {log.with_suffix('')}: {log_tail(log)}: "
            f"see {log}, check the package index that pip is set up for, and start again"
        )
