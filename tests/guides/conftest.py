"""Guides, registries and stacks."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from programs.stacks import Stack
from pulumi_mlregistry.sandbox import Sandbox, start

_GUIDES = Path(__file__).parents[2] / "docs" / "guides"
_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.M | re.S)


def blocks(guide: str, language: str) -> list[str]:
    """A guide's fenced blocks of a language, in their order."""
    text = (_GUIDES / f"{guide}.md").read_text()
    return [textwrap.dedent(body) for _, kind, body in _BLOCK.findall(text) if kind == language]


def write(stack: Stack, program: str) -> Stack:
    """Make a guide's block the stack's whole program."""
    (stack.folder / "__main__.py").write_text(program)
    return stack


def moved(document: dict[str, Any], source: str, target: str) -> dict[str, Any]:
    """A stack's document under another project's name, as ``pulumi state move`` leaves it."""
    text = json.dumps(document).replace(f":dev::{source}::", f":dev::{target}::")
    found: dict[str, Any] = json.loads(text.replace(f"{source}-dev", f"{target}-dev"))
    return found


@pytest.fixture(autouse=True, scope="session")
def _warm(warm: None) -> None:
    """Every run of the local engine in this process."""


@pytest.fixture
def registries() -> Iterator[Sandbox]:
    """Registries that hold nothing yet."""
    with start(registries=("openmetadata", "mlflow")) as sandbox:
        yield sandbox


@pytest.fixture
def new_stack(registries: Sandbox, tmp_path: Path) -> Callable[..., Stack]:
    """Make a stack of a project on the local engine; ``user``: whose token it has."""

    def make(project: str = "guide", user: str = "alice") -> Stack:
        token = registries.servers["openmetadata"].tokens[user]
        environment = {**registries.environment, "OPENMETADATA_TOKEN": token}
        return Stack("local", tmp_path / project, environment, project=project)

    return make


def writes(sandbox: Sandbox) -> list[tuple[str, int | None]]:
    """What was sent since the last time that is no GET: method and the answer's status."""
    sent = []
    for server in sandbox.servers.values():
        sent += [(e["method"], e["status"]) for e in server.log() if e["method"] != "GET"]
        server.clear()
    return sent
