"""The demo: real registries on loopback, and the quickstart's life from preview to destroy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import httpx

from pulumi_mlregistry.devserver import PythonMissingError, start

ROOT = Path(__file__).resolve().parent.parent
STARTED = time.monotonic()


class Engine:
    """`pulumi` where it is on PATH, else the local engine: the same commands for both."""

    def __init__(self, program: Path, environment: dict[str, str]) -> None:
        self._program = program
        self._environment = environment
        self.pulumi = shutil.which("pulumi")
        if self.pulumi:
            (program / ".pulumi-state").mkdir()
            environment["PULUMI_BACKEND_URL"] = f"file://{program / '.pulumi-state'}"
            environment["PULUMI_HOME"] = str(program / ".pulumi-home")
            environment["PULUMI_SKIP_UPDATE_CHECK"] = "true"
            self._run("stack", "init", "dev", quiet=True)

    @property
    def name(self) -> str:
        """How the demo calls it."""
        if self.pulumi:
            return f"pulumi ({self.pulumi})"
        return "mlregistry's local engine, as there is no pulumi on PATH"

    def preview(self) -> None:
        """What `up` would do."""
        self._run("preview", *(["--diff"] if self.pulumi else []))

    def up(self) -> None:
        """Do it."""
        self._run("up", "--yes", *(["--skip-preview"] if self.pulumi else []))

    def refresh(self) -> None:
        """Read the registries."""
        self._run("refresh", "--yes", *(["--skip-preview", "--diff"] if self.pulumi else []))

    def destroy(self) -> None:
        """Delete what the stack holds."""
        self._run("destroy", "--yes", *(["--skip-preview"] if self.pulumi else []))

    def configure(self, key: str, value: str) -> None:
        """Set a value of the program's own configuration."""
        self._run("config", "set", key, value, quiet=True)

    def _run(self, *arguments: str, quiet: bool = False) -> None:
        tool = [self.pulumi] if self.pulumi else [sys.executable, "-m", "pulumi_mlregistry.cli"]
        shown = "pulumi" if self.pulumi else "mlregistry"
        if not quiet:
            print(f"\n$ {shown} {' '.join(arguments)}", flush=True)
        plain = ["--color", "never", "--non-interactive"] if self.pulumi else []
        output = subprocess.DEVNULL if quiet else None
        done = subprocess.run(
            [*tool, *arguments, *plain],
            cwd=self._program,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            check=False,
        )
        if done.returncode != 0:
            raise SystemExit(f"demo: {shown} {arguments[0]} ended with {done.returncode}")


def heading(text: str) -> None:
    """One line that says what comes."""
    print(f"\n=== {text} [{time.monotonic() - STARTED:.0f} s]", flush=True)


def edit_behind_its_back(environment: dict[str, str], entity: bool) -> str:
    """What a colleague does in a user interface: not through this program."""
    mlflow = environment["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow"
    name = "fraud-detector" if entity else "demand-forecast"
    tag = {"name": name, "key": "reviewed_by", "value": "colleague"}
    httpx.post(f"{mlflow}/registered-models/set-tag", json=tag).raise_for_status()
    body = {"name": name, "description": "Edited by a colleague"}
    httpx.patch(f"{mlflow}/registered-models/update", json=body).raise_for_status()
    return (
        f"A colleague edits the description of {name} (declared: drift) and adds the tag "
        "reviewed_by (not declared: theirs, never touched)"
    )


def left_behind(environment: dict[str, str]) -> list[str]:
    """Names of the objects that the registries still hold."""
    mlflow = environment["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/registered-models/search"
    found = httpx.get(mlflow, params={"max_results": "100"}).json().get("registered_models") or []
    names = [str(model["name"]) for model in found]
    if "NMP_BASE_URL" in environment:
        nemo = environment["NMP_BASE_URL"] + "/apis/models/v2/workspaces/default/models"
        names += [str(model["name"]) for model in httpx.get(nemo).json()["data"]]
    return names


def main() -> None:
    """The whole demo; exits with 1 where a step fails or something is left behind."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mlregistry-demo-")))
        environment = {**os.environ, "PULUMI_CONFIG_PASSPHRASE": "demo"}
        heading("Starting real registries on loopback")
        environment |= stack.enter_context(start("mlflow")).environment
        entity = True
        try:
            environment |= stack.enter_context(start("nemo")).environment
        except PythonMissingError as error:
            entity = False
            print(f"The NeMo Platform is left out: {error}")
        example = "quickstart" if entity else "mlflow-model-version"
        program = folder / example
        shutil.copytree(ROOT / "examples" / example, program)
        engine = Engine(program, environment)
        print(f"Engine: {engine.name}; program: examples/{example}")

        heading("What would be created")
        engine.preview()
        heading("Create it")
        engine.up()
        heading("One field changes: the plan shows that and nothing else")
        key = "description" if entity else "stage"
        engine.configure(key, "Explains a score in German" if entity else "Production")
        engine.preview()
        engine.up()
        heading(edit_behind_its_back(environment, entity))
        engine.refresh()
        heading("The plan takes the drift back, and nothing else")
        engine.preview()
        engine.up()
        heading("Delete everything")
        engine.destroy()
        remaining = left_behind(environment)
        heading(f"Left behind in the registries: {', '.join(remaining) or 'nothing'}")
        if remaining:
            raise SystemExit(1)


if __name__ == "__main__":
    main()
