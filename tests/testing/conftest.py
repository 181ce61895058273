"""Repositories as users have them, and their test runs."""

from __future__ import annotations

import os
import textwrap
from importlib.metadata import entry_points
from pathlib import Path

import pytest

PLUGIN = "pulumi_mlregistry.testing.plugin"
SECONDS = 90


class Repository:
    """A user's repository in a folder of its own; ``run`` is their pytest."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester
        self.root: Path = pytester.path

    def file(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))

    def run(self, *arguments: str, environment: dict[str, str] | None = None) -> pytest.RunResult:
        """A run of pytest in a process of its own."""
        installed = [each.value for each in entry_points(group="pytest11", name="mlregistry")]
        extra = [] if PLUGIN in installed else ["-p", PLUGIN]
        before = dict(os.environ)
        os.environ.update(environment or {})
        try:
            return self._pytester.runpytest_subprocess(
                "--strict-markers", "-p", "no:cacheprovider", *extra, *arguments, timeout=SECONDS
            )
        finally:
            os.environ.clear()
            os.environ.update(before)


@pytest.fixture
def repository(pytester: pytest.Pytester) -> Repository:
    """An empty one."""
    return Repository(pytester)
