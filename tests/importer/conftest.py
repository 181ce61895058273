"""Registries that hold what only these tests have made, behind recording proxies, and stacks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from programs.stacks import Outcome, Stack
from pulumi_mlregistry import sandbox
from support.proxy import Proxy

from . import registries

ALL = os.environ.get("MLREGISTRY_IMPORTS") == "all"
FLAGS = ("--yes", "--skip-preview", "--generate-code=false", "--protect=false")


@pytest.fixture(autouse=True, scope="session")
def _warm(warm: None) -> None:
    """Every run of the local engine in this process."""


@dataclass
class Scene:
    """Registries with objects in them, each behind a proxy."""

    proxies: dict[str, Proxy]
    environment: dict[str, str]
    openmetadata: registries.OpenMetadata | None = None

    def clear(self) -> None:
        """Forget the requests so far."""
        for proxy in self.proxies.values():
            proxy.clear()

    def requests(self) -> int:
        """How many there were."""
        return sum(len(proxy.requests) for proxy in self.proxies.values())

    def writes(self) -> list[str]:
        """Those that may have changed something."""
        return [w.path for proxy in self.proxies.values() for w in proxy.writes()]


@pytest.fixture(scope="session")
def make_scene() -> Iterator[Callable[..., Scene]]:
    """Start a sandbox and fill it with so many objects of each kind."""
    with ExitStack() as cleanup:

        def make(models: int, entities: int, versions: int, version: str = "2.0.7") -> Scene:
            box = cleanup.enter_context(sandbox.start(openmetadata=version))
            names = ("openmetadata", "nemo", "mlflow")
            proxies = {n: cleanup.enter_context(Proxy(box.servers[n].url)) for n in names}
            served = box.servers["openmetadata"]
            modern = not version.startswith("1.")
            om = registries.OpenMetadata(served.url, served.tokens, modern=modern)
            om.fill(models)
            registries.fill_nemo(box.servers["nemo"].url, entities)
            registries.fill_mlflow(box.servers["mlflow"].url, versions * 2)
            return Scene(
                proxies,
                {
                    "OPENMETADATA_URL": proxies["openmetadata"].url,
                    "OPENMETADATA_TOKEN": box.servers["openmetadata"].tokens["alice"],
                    "NMP_BASE_URL": proxies["nemo"].url,
                    "MLFLOW_TRACKING_URI": proxies["mlflow"].url,
                },
                om,
            )

        yield make


@pytest.fixture(scope="session")
def scene(make_scene: Callable[..., Scene]) -> Scene:
    """About forty objects."""
    return make_scene(14, 8, 6)


class Adopting:
    """A stack that adopts what registries hold."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._survey = Stack.__new__(Stack)
        self._survey.__dict__.update(stack.__dict__)
        self._survey.engine = "local"

    def survey(self, *arguments: str) -> Outcome:
        """``mlregistry import``."""
        return self._survey.run("import", *arguments)

    def text(self, name: str = "__main__.py") -> str:
        """One of the files that it wrote."""
        return (self.stack.folder / name).read_text()

    def set_secrets(self, outcome: Outcome) -> None:
        """What the survey asks for, as people set it."""
        values = {"registryUri": registries.DATABASE, "awsSecretAccessKey": "canary-secret"}
        for line in outcome.text.splitlines():
            if (words := line.split())[:4] == ["pulumi", "config", "set", "--secret"]:
                value = values.get(words[4].rpartition("-")[2], registries.KEY)
                self._survey.configure(words[4], value, secret=True)

    def take(self) -> Outcome:
        """``import --file`` of the stack's engine."""
        file = str(self.stack.folder / "import.json")
        flags = FLAGS if self.stack.engine == "pulumi" else ()
        return self.stack.run("import", "--file", file, *flags)


@pytest.fixture
def new_stack(tmp_path: Path) -> Callable[..., Adopting]:
    """Make a stack for a scene."""

    def make(scene: Scene, name: str = "stack", engine: str = "local", **more: str) -> Adopting:
        return Adopting(Stack(engine, tmp_path / name, {**scene.environment, **more}))

    return make


@pytest.fixture
def adopting(scene: Scene, new_stack: Callable[..., Adopting]) -> Adopting:
    """A stack of the local engine for the usual scene."""
    scene.clear()
    return new_stack(scene)
