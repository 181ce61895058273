"""Engines, registries and stacks for whole programs."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.proxy import Proxy

from .stacks import Stack, has_pulumi


@pytest.fixture(autouse=True, scope="session")
def _warm(warm: None) -> None:
    """Every run of the local engine in this process."""


@pytest.fixture(params=["local engine", "pulumi"])
def engine(request: pytest.FixtureRequest) -> str:
    """Both engines, one after the other."""
    if request.param == "pulumi" and not has_pulumi():
        pytest.skip("no pulumi on PATH: the local engine alone was used")
    return str(request.param).partition(" ")[0]


@pytest.fixture
def unique() -> str:
    """A name that no other test uses."""
    return f"t{uuid.uuid4().hex[:10]}"


@pytest.fixture
def nemo(nemo_server) -> Iterator[Proxy]:  # type: ignore[no-untyped-def]
    """The real NeMo Platform behind a recording proxy."""
    with Proxy(nemo_server.url) as proxy:
        yield proxy


@pytest.fixture
def mlflow(mlflow_server) -> Iterator[Proxy]:  # type: ignore[no-untyped-def]
    """The real MLflow behind a recording proxy."""
    with Proxy(mlflow_server.url) as proxy:
        yield proxy


@pytest.fixture
def new_stack(engine: str, tmp_path: Path) -> Callable[..., Stack]:
    """Make a stack with an environment."""

    def make(name: str = "stack", **environment: str) -> Stack:
        return Stack(engine, tmp_path / name, environment)

    return make
