"""Environments are made once, whole or not at all."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path

import pytest

from pulumi_mlregistry.devserver import InstallError, environments
from pulumi_mlregistry.devserver.pythons import Interpreter


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MLREGISTRY_CACHE", str(tmp_path))
    return tmp_path


class Installer:
    """Stands in for pip: slow, and failing the first ``failures`` times."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.folders: list[Path] = []

    def __call__(self, folder: Path, *_: object) -> None:
        self.folders.append(folder)
        (folder / "bin").mkdir(parents=True, exist_ok=True)
        time.sleep(0.2)
        if len(self.folders) <= self.failures:
            raise InstallError("the index is away")
        (folder / "bin" / "python").touch()
        (folder / ".complete").touch()


def test_of_many_that_want_one_environment_only_one_installs_it(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installer = Installer()
    monkeypatch.setattr(environments, "_install", installer)
    lines: list[str] = []
    with ThreadPoolExecutor(4) as threads:
        folders = list(threads.map(lambda _: environments.ensure("mlflow", lines.append), range(4)))
    assert installer.folders == [folders[0]]
    assert len(set(folders)) == 1
    assert folders[0].parent == cache
    assert "waiting for MLflow to install" in lines


def test_an_unfinished_or_broken_environment_is_made_anew(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installer = Installer(failures=1)
    monkeypatch.setattr(environments, "_install", installer)
    with pytest.raises(InstallError):
        environments.ensure("mlflow", print)
    folder = environments.ensure("mlflow", print)
    assert len(installer.folders) == 2
    (folder / "bin" / "python").unlink()
    environments.ensure("mlflow", print)
    assert len(installer.folders) == 3
    environments.ensure("mlflow", print)
    assert len(installer.folders) == 3


def test_to_install_a_server_takes_nothing_but_python() -> None:
    folder = Path(environments.__file__).parents[2]
    code = f"import sys; sys.path.append({str(folder)!r}); import pulumi_mlregistry.devserver"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr


def test_a_failed_installation_names_the_cause_in_one_line(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = cache / "python"
    python.write_text("#!/bin/sh\necho collecting\necho ERROR: no route to the index >&2\nexit 1\n")
    python.chmod(0o755)
    found = Interpreter(str(python), (3, 12, 1), "a stand-in")
    monkeypatch.setattr(environments.pythons, "find", lambda *_: found)
    with pytest.raises(InstallError, match=r"collecting \| ERROR: no route to the index") as raised:
        environments.ensure("mlflow", print)
    assert "\n" not in str(raised.value)
    assert str(cache) in str(raised.value)


def test_a_lock_is_free_again_when_its_holder_fails(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with pytest.raises(ZeroDivisionError), environments.locked(path):
        _ = 1 / 0
    taken = threading.Event()

    def take() -> None:
        with environments.locked(path):
            taken.set()

    threading.Thread(target=take, daemon=True).start()
    assert taken.wait(5)


@pytest.mark.parametrize("name", ["nemo", "mlflow"])
def test_every_pinned_package_has_a_version_and_a_hash(name: str) -> None:
    text = resources.files(environments.__package__).joinpath("pins", f"{name}.txt").read_text()
    packages = re.split(r"\n(?=\S)", text.strip())
    assert len(packages) > 40
    for package in packages:
        assert re.match(r"[\w.-]+==[\w.]+", package), package
        assert "--hash=sha256:" in package
    assert "://" not in text


def test_a_cache_that_cannot_be_written_is_an_error_that_names_the_variable(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cache / "file").touch()
    monkeypatch.setenv("MLREGISTRY_CACHE", str(cache / "file"))
    with pytest.raises(InstallError, match="set MLREGISTRY_CACHE"):
        environments.ensure("mlflow", print)
