"""What the tests of one process share, and the making of a test's stack."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from pulumi_mlregistry.localengine import EngineError
from pulumi_mlregistry.localengine.nursery import warmed
from pulumi_mlregistry.sandbox import SandboxError
from pulumi_mlregistry.testing.finding import find_project, find_stack
from pulumi_mlregistry.testing.registries import Registries
from pulumi_mlregistry.testing.stack import Stack, crypter_of_tests

_WARM: Final = (
    "httpx",
    "pulumi.dynamic",
    "pulumi_mlregistry.mlflow",
    "pulumi_mlregistry.nemo",
    "pulumi_mlregistry.openmetadata",
    "pulumi_mlregistry.provider",
)


class Unusable(Exception):
    """Why there is no stack to test: one line that says what to do."""


class Session:
    """A warm process, a key and the folders of all stacks, until the end of the tests."""

    def __init__(self) -> None:
        self.used = False
        self._undo = ExitStack()
        self._closing: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="mlregistry-testing-")).resolve()
        self._undo.callback(shutil.rmtree, self._folder, ignore_errors=True)
        self._undo.enter_context(warmed(*_WARM))
        pool = self._undo.enter_context(ThreadPoolExecutor(max_workers=1))
        self._crypter = pool.submit(crypter_of_tests)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each in self._closing:
            each.join()
        self._undo.close()

    def stack(self, test: Path, rootdir: Path, asked: Mapping[str, Any]) -> Stack:
        """The stack that a test asks for; raises `Unusable`."""
        try:
            project = find_project(test, rootdir, asked["project"])
            name = find_stack(project, asked["stack"], asked["default"])
            registries = Registries()
            registries["mlflow"]  # the usual ones start while the key is made
            return Stack(
                project,
                name,
                home=Path(tempfile.mkdtemp(dir=self._folder)),
                config=asked["config"] or {},
                registries=registries,
                crypter=self._crypter.result(),
            )
        except (EngineError, SandboxError) as error:
            raise Unusable(str(error)) from None

    def close_later(self, stack: Stack) -> None:
        """End a test's registries while the next test runs."""
        thread = threading.Thread(target=stack.registries.close, name="mlregistry-closing")
        self._closing.append(thread)
        thread.start()
