"""The command, run in this process under an environment of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from unittest import mock

import pytest

from pulumi_mlregistry.cli import main


@dataclass(frozen=True)
class Said:
    """What the doctor printed, and how it ended."""

    code: int
    out: str
    err: str

    def lines(self, registry: str = "") -> list[str]:
        """The lines of a registry, with single blanks."""
        plain = [" ".join(line.split()) for line in self.out.splitlines()]
        return [line for line in plain if line.split()[1] == registry or not registry]

    def failures(self, registry: str) -> list[str]:
        """The registry's lines that begin with ``fail``."""
        return [line for line in self.lines(registry) if line.startswith("fail ")]

    @property
    def document(self) -> dict[str, Any]:
        """The output as JSON."""
        found: dict[str, Any] = json.loads(self.out)
        return found


Doctor = Callable[..., Said]


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str]) -> Doctor:
    """Runs ``mlregistry doctor`` with these variables and no others."""

    def run(environment: Mapping[str, str], *arguments: str) -> Said:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        with mock.patch.dict(os.environ, {**kept, **environment}, clear=True):
            code = main(["doctor", *arguments])
        return Said(code, *capsys.readouterr())

    return run
