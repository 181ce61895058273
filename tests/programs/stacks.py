"""One program directory driven by an engine: Pulumi's own, or the local one."""

from __future__ import annotations

import atexit
import contextlib
import copy
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from pulumi_mlregistry.cli import main

SECONDS = 120
_QUICK = Path(__file__).parent / "quick"
_COUNT = re.compile(r"^\s+(?:[-+~<>=]+\s*)?(\d+) ([a-z ]+)$", re.M)


@dataclass(frozen=True)
class Outcome:
    """What one command printed, and how it ended."""

    code: int
    text: str

    @property
    def counts(self) -> dict[str, int]:
        """The ``Resources:`` summary: ``{"created": 3}``; "to create" counts as "created"."""
        _, _, summary = self.text.rpartition("Resources:")
        return {_verb(verb): int(number) for number, verb in _COUNT.findall(summary)}

    @property
    def problems(self) -> list[str]:
        """The error lines."""
        return [line.strip() for line in self.text.splitlines() if "error:" in line]


def _verb(text: str) -> str:
    to = {"create": "created", "update": "updated", "delete": "deleted", "replace": "replaced"}
    word = text.removeprefix("to ").strip()
    return to.get(word, word)


_initialised: dict[str, Path] = {}
"""Folders with an empty stack of Pulumi's, by the project's file."""


class Stack:
    """A stack of one program, with an engine, an environment and a state of its own."""

    def __init__(
        self,
        engine: str,
        folder: Path,
        environment: dict[str, str],
        example: Path | None = None,
        project: str = "tests",
    ) -> None:
        self.engine = engine
        self.name = "dev"
        self.folder = folder
        self.environment = {
            **{k: v for k, v in os.environ.items() if not _stray(k)},
            **environment,
            "PULUMI_CONFIG_PASSPHRASE": "tests",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_HOME": str(folder / ".home"),
            "PULUMI_BACKEND_URL": f"file://{folder / '.state'}",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        if example is not None:
            shutil.copytree(example, folder)
        else:
            folder.mkdir(parents=True)
            (folder / "Pulumi.yaml").write_text(f"name: {project}\nruntime: python\n")
        if engine == "pulumi":
            beside = [environment["PYTHONPATH"]] if "PYTHONPATH" in environment else []
            self.environment["PYTHONPATH"] = os.pathsep.join([str(_QUICK), *beside])
            self._initialise()

    def _initialise(self) -> None:
        """Have an empty stack: made by the engine once for each project, then copied."""
        project = (self.folder / "Pulumi.yaml").read_text()
        settings = self.folder / "Pulumi.dev.yaml"
        configured = settings.exists()
        if project in _initialised and not configured:
            shutil.copytree(_initialised[project], self.folder, dirs_exist_ok=True)
            return
        (self.folder / ".state").mkdir()
        self.run("stack", "init", self.name)
        if not configured:
            kept = _initialised[project] = Path(tempfile.mkdtemp(prefix="stack-"))
            atexit.register(shutil.rmtree, kept, ignore_errors=True)
            shutil.copytree(self.folder / ".state", kept / ".state")
            shutil.copy(settings, kept)

    def beside(self, name: str) -> Stack:
        """Another stack of the same program."""
        other = copy.copy(self)
        other.name = name
        if self.engine == "pulumi":
            other.run("stack", "init", name)
        return other

    def program(self, text: str) -> Stack:
        """Write the program anew."""
        head = "import pulumi\nfrom pulumi_mlregistry import mlflow, nemo, openmetadata\n"
        (self.folder / "__main__.py").write_text(head + textwrap.dedent(text))
        return self

    def up(self, *, check: bool = True) -> Outcome:
        """Apply; the test fails where this fails, unless it is told not to."""
        return self.carry_out("up", check=check)

    def preview(self, *, check: bool = True) -> Outcome:
        """Plan."""
        return self._checked(check, "preview", *self._only_pulumi("--diff"))

    def refresh(self, *, check: bool = True) -> Outcome:
        """Read the registries into the state."""
        return self.carry_out("refresh", check=check)

    def destroy(self, *, check: bool = True) -> Outcome:
        """Delete what the stack holds."""
        return self.carry_out("destroy", check=check)

    def carry_out(self, verb: str, *flags: str, check: bool = True) -> Outcome:
        """An up, refresh or destroy that asks nothing and shows no preview first."""
        return self._checked(check, verb, "--yes", *self._only_pulumi("--skip-preview"), *flags)

    def plans_nothing(self) -> bool:
        """Whether a preview shows no change."""
        return set(self.preview().counts) <= {"unchanged"}

    def configure(self, key: str, value: str, *, secret: bool = False) -> None:
        """Set one configuration value."""
        done = self.run("config", "set", *(["--secret"] if secret else []), key, value)
        assert done.code == 0, done.text

    def document(self, *, plain: bool = False) -> dict[str, Any]:
        """The exported state; secrets encrypted unless plain."""
        shown = ["--show-secrets"] if plain else []
        command = ["stack", "export"] if self.engine == "pulumi" else ["export"]
        done = self.run(*command, *shown)
        assert done.code == 0, done.text
        found: dict[str, Any] = json.loads(done.text)
        return found

    def state(self, *, plain: bool = False) -> list[dict[str, Any]]:
        """The resources of the exported state."""
        return self.document(plain=plain)["deployment"].get("resources") or []

    def take_over(self, document: dict[str, Any]) -> None:
        """Import an exported state in the place of this stack's own."""
        if self.engine == "pulumi":
            file = self.folder / "import.json"
            file.write_text(json.dumps(document))
            done = self.run("stack", "import", "--file", str(file))
            assert done.code == 0, done.text
        else:
            file = self.folder / ".mlregistry" / "stacks" / f"{self.name}.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(document))

    def resources(self) -> dict[str, dict[str, Any]]:
        """Outputs of the resources by logical name, of this package's only."""
        known = [r for r in self.state(plain=True) if "mlregistry" in r["type"]]
        ours = [r for r in known if not r["type"].startswith("pulumi:providers:")]
        return {r["urn"].rpartition("::")[2]: r["outputs"] for r in ours}

    def command(self, *arguments: str) -> list[str]:
        """The command line of an engine's command."""
        if self.engine == "pulumi":
            plain = ["--color", "never", "--non-interactive"]
            alone = (("stack", "init"), ("state", "move"))
            of_no_stack = arguments[:2] in alone or arguments[0] == "package"
            tail = [] if of_no_stack else ["--stack", self.name]
            return ["pulumi", *arguments, *plain, *tail]
        named = ["-s", self.name] if self.name != "dev" else []
        return [sys.executable, "-m", "pulumi_mlregistry.cli", *arguments, *named]

    def start(self, *arguments: str, output: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        """One command of the engine, in processes of its own that this does not wait for."""
        forget_compiled(self.folder)
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> Outcome:
        """One command of the engine, bounded in time."""
        forget_compiled(self.folder)
        if self.engine == "local":
            return self._inside(arguments)
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return Outcome(done.returncode, done.stdout)

    def _inside(self, arguments: tuple[str, ...]) -> Outcome:
        """The local engine's command in this process: its start is most of its time."""
        seen = io.StringIO()
        place = ["-C", str(self.folder), "-s", self.name]
        words = 2 if arguments[0] in ("config", "stack") else 1
        line = [*arguments[:words], *place, *arguments[words:]]
        with (
            mock.patch.dict(os.environ, self.environment, clear=True),
            contextlib.redirect_stdout(seen),
            contextlib.redirect_stderr(seen),
        ):
            code = main(line)
        return Outcome(code, seen.getvalue())

    def _checked(self, check: bool, *arguments: str) -> Outcome:
        outcome = self.run(*arguments)
        assert outcome.code == 0 or not check, outcome.text
        return outcome

    def _only_pulumi(self, *flags: str) -> list[str]:
        return list(flags) if self.engine == "pulumi" else []


def forget_compiled(folder: Path) -> None:
    """To Python a file is unchanged that was written twice in a second and has the same size."""
    shutil.rmtree(folder / "__pycache__", ignore_errors=True)


def has_pulumi() -> bool:
    """Whether the real engine can run here."""
    return shutil.which("pulumi") is not None


def _stray(name: str) -> bool:
    ours = ("PULUMI_", "MLREGISTRY_", "OPENMETADATA_", "NMP_", "NEMO_", "MLFLOW_", "OCI_")
    return name.startswith(ours) and name not in ("MLREGISTRY_CACHE", "PULUMI_PYTHON_CMD")
