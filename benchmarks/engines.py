"""A stack of the measured program under an engine: the local one, or Pulumi's own."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks import measuring, programs
from benchmarks.providers.peers import PEERS
from benchmarks.providers.plugin import PACKAGE

ROOT: Final = Path(__file__).resolve().parent.parent
SECONDS: Final = 900
"""The longest that one operation may take."""
_OURS: Final = ("PULUMI_", "MLREGISTRY_", "OPENMETADATA_", "NMP_", "NEMO_", "MLFLOW_", "OCI_")


def has_pulumi() -> bool:
    """Whether Pulumi's own engine can run here."""
    return shutil.which("pulumi") is not None


@dataclass
class Stack:
    """A folder with a program and its state."""

    engine: str
    folder: Path
    provider: str
    door: str
    registry: Mapping[str, str]
    objects: str = "openmetadata"
    count: int = 100
    edit: int = 0
    checkpoints: bool = True
    parallel: int = 0
    """0 is the engine's own choice."""
    _environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        (self.folder / "Pulumi.yaml").write_text("name: benchmarks\nruntime: python\n")
        (self.folder / "__main__.py").write_text(programs.TEXT)
        self._environment = self._surroundings()
        if self.engine == "pulumi":
            (self.folder / ".state").mkdir()
            self._setting("stack", "init", "dev")
        if self.door == "plugin" and self.provider == "product":
            self._setting("config", "set", "mlregistry:plugin", "true")

    def preview(self) -> measuring.Measured:
        """Plan."""
        return self._run("preview")

    def up(self) -> measuring.Measured:
        """Apply."""
        return self._run("up", "--yes", *self._without_preview())

    def refresh(self) -> measuring.Measured:
        """Read the registry into the state."""
        return self._run("refresh", "--yes", *self._without_preview())

    def destroy(self) -> measuring.Measured:
        """Delete everything."""
        return self._run("destroy", "--yes", *self._without_preview())

    def state_bytes(self) -> int:
        """The size of the state as the backend keeps it."""
        local = self.folder / ".mlregistry" / "stacks" / "dev.json"
        pulumi = self.folder / ".state" / ".pulumi" / "stacks" / "benchmarks" / "dev.json"
        file = pulumi if self.engine == "pulumi" else local
        return file.stat().st_size if file.exists() else 0

    def export(self) -> str:
        """The state as it is handed over."""
        command = ["stack", "export"] if self.engine == "pulumi" else ["export"]
        return self._setting(*command)

    def _without_preview(self) -> list[str]:
        if self.engine != "pulumi":
            return []
        return ["--skip-preview", *([f"--parallel={self.parallel}"] if self.parallel else [])]

    def _setting(self, *arguments: str) -> str:
        done = self._run(*arguments)
        if done.code:
            raise RuntimeError(f"{' '.join(arguments)}: {done.text}")
        return done.text

    def _run(self, *arguments: str) -> measuring.Measured:
        told = programs.environment(self.provider, self.door, self.objects, self.count, self.edit)
        environment = {**self._environment, **told}
        return measuring.run(self._command(arguments), self.folder, environment, SECONDS)

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        if self.engine == "local":
            return [sys.executable, "-m", "pulumi_mlregistry.cli", *arguments]
        plain = ["--color", "never", "--non-interactive"]
        tail = [] if arguments[:2] == ("stack", "init") else ["--stack", "dev"]
        return ["pulumi", *arguments, *plain, *tail]

    def _surroundings(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(_OURS)}
        found = [str(Path(sys.executable).parent), os.environ["PATH"]]
        if self.door == "plugin":
            found.insert(0, str(_executables(self.folder / "bin")))
        skip = {"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_EXPERIMENTAL": "true"}
        return {
            **kept,
            **self.registry,
            **({} if self.checkpoints else skip),
            "PATH": os.pathsep.join(found),
            "PYTHONPATH": str(ROOT),
            "PULUMI_BACKEND_URL": f"file://{self.folder / '.state'}",
            "PULUMI_CONFIG_PASSPHRASE": "benchmarks",
            "PULUMI_HOME": str(self.folder / ".home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }


def _executables(folder: Path) -> Path:
    """Where an engine finds the peers' plugins, by their names."""
    folder.mkdir()
    for peer in PEERS:
        file = folder / f"pulumi-resource-{PACKAGE}{peer}"
        module = "benchmarks.providers.plugin"
        file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} {peer} "$@"\n')
        file.chmod(0o755)
    return folder
