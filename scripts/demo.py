"""The demo: registries on loopback, and the quickstart's life from preview to destroy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

import httpx

from pulumi_mlregistry import devserver, sandbox
from pulumi_mlregistry.cli import main as mlregistry

ROOT = Path(__file__).resolve().parent.parent
STARTED = time.monotonic()
MODELS, SERVICES = "/api/v1/mlmodels", "/api/v1/services/mlmodelServices"
OURS = ("PULUMI_", "MLREGISTRY_", "OPENMETADATA_", "NMP_", "NEMO_", "MLFLOW_", "OCI_")


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
        shown = "pulumi" if self.pulumi else "mlregistry"
        if not quiet:
            print(f"\n$ {shown} {' '.join(arguments)}", flush=True)
        code = self._pulumi(arguments, quiet) if self.pulumi else self._local(arguments)
        if code != 0:
            raise SystemExit(f"demo: {shown} {arguments[0]} ended with {code}")

    def _pulumi(self, arguments: tuple[str, ...], quiet: bool) -> int:
        return subprocess.run(
            [str(self.pulumi), *arguments, "--color", "never", "--non-interactive"],
            cwd=self._program,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if quiet else None,
            check=False,
        ).returncode

    def _local(self, arguments: tuple[str, ...]) -> int:
        """In this process, which saves the start of another one."""
        words = 2 if arguments[0] == "config" else 1
        line = [*arguments[:words], "-C", str(self._program), *arguments[words:]]
        with mock.patch.dict(os.environ, self._environment, clear=True):
            return mlregistry(line)


class Registries:
    """The three registries of the demo, and what is done to them behind the program's back."""

    def __init__(self, stack: ExitStack, real: bool) -> None:
        kinds = ["openmetadata", "mlflow", "nemo"]
        self.environment: dict[str, str] = {}
        for kind in kinds[1:] if real else ():
            try:
                self.environment |= stack.enter_context(devserver.start(kind)).environment
                kinds.remove(kind)
            except devserver.PythonMissingError as error:
                print(f"The sandbox stands in for {kind}: {error}")
        embedded = stack.enter_context(sandbox.start(registries=kinds))
        self.environment |= embedded.environment
        # What the program does is done as admin; the colleague is another user.
        token = embedded.servers["openmetadata"].tokens["bob"]
        self._catalog = stack.enter_context(
            httpx.Client(
                base_url=self.environment["OPENMETADATA_URL"],
                headers={"authorization": f"Bearer {token}"},
            )
        )

    def edit(self) -> None:
        """What a colleague does in a user interface: not through this program."""
        alice = self._catalog.get("/api/v1/users/name/alice").raise_for_status().json()
        model = self._catalog.get(f"{MODELS}/name/risk-mlflow.fraud-detector").json()
        self._catalog.patch(
            f"{MODELS}/{model['id']}",
            headers={"content-type": "application/json-patch+json"},
            json=[
                {"op": "add", "path": "/description", "value": "Edited by a colleague"},
                {"op": "add", "path": "/owners", "value": [{"id": alice["id"], "type": "user"}]},
            ],
        ).raise_for_status()

    def owners(self) -> str:
        """The owners that the model has in the catalog."""
        where = f"{MODELS}/name/risk-mlflow.fraud-detector"
        model = self._catalog.get(where, params={"fields": "owners"}).raise_for_status().json()
        return ", ".join(owner["name"] for owner in model["owners"])

    def left(self) -> list[str]:
        """What the registries still hold, soft-deleted things aside."""
        mlflow = self.environment["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/registered-models"
        found = httpx.get(f"{mlflow}/search", params={"max_results": "100"}).raise_for_status()
        names = [str(model["name"]) for model in found.json().get("registered_models") or []]
        nemo = self.environment["NMP_BASE_URL"] + "/apis/models/v2/workspaces/default/models"
        names += [str(m["name"]) for m in httpx.get(nemo).raise_for_status().json()["data"]]
        return [*names, *self._catalogued("non-deleted")]

    def soft_deleted(self) -> list[str]:
        """What OpenMetadata keeps, so that it can be restored."""
        return list(self._catalogued("deleted"))

    def _catalogued(self, include: str) -> Iterator[str]:
        for path in (SERVICES, MODELS):
            found = self._catalog.get(path, params={"include": include, "limit": "100"})
            yield from (each["fullyQualifiedName"] for each in found.json()["data"])


def heading(text: str) -> None:
    """One line that says what comes."""
    print(f"\n=== {text} [{time.monotonic() - STARTED:.0f} s]", flush=True)


def main() -> None:
    """The whole demo; exits with 1 where a step fails or something is left behind."""
    real = "--real" in sys.argv[1:]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mlregistry-demo-")))
        whose = "Real MLflow and NeMo Platform, OpenMetadata's sandbox" if real else "The sandbox"
        heading(f"{whose}: starting on loopback")
        registries = Registries(stack, real)
        program = folder / "quickstart"
        shutil.copytree(ROOT / "examples" / "quickstart", program)
        theirs = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
        environment = {**theirs, **registries.environment, "PULUMI_CONFIG_PASSPHRASE": "demo"}
        engine = Engine(program, environment)
        print(f"Engine: {engine.name}; program: examples/quickstart")

        heading("What would be created")
        engine.preview()
        heading("Create it")
        engine.up()
        heading("One field changes: the plan shows that and nothing else")
        engine.configure("description", "Scores card payments in under 20 ms")
        engine.preview()
        engine.up()
        registries.edit()
        heading(
            "A colleague edits the model in OpenMetadata: its description (declared: drift) and "
            "its owner (not declared: theirs, never touched)"
        )
        engine.refresh()
        heading("The plan takes the drift back, and nothing else")
        engine.preview()
        engine.up()
        heading(f"The colleague's owner is still there: {registries.owners()}. Delete everything")
        engine.destroy()
        remaining = registries.left()
        heading(f"Left behind in the registries: {', '.join(remaining) or 'nothing'}")
        print(
            f"Soft-deleted in OpenMetadata, its default: {', '.join(registries.soft_deleted())}. "
            'They can be restored, and keep their names; delete_policy="hard" deletes for good.'
        )
        if remaining:
            raise SystemExit(1)


if __name__ == "__main__":
    main()
