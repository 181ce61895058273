"""Fixtures that serve OpenMetadata's sandbox in both of its forms, once a worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pulumi_mlregistry.sandbox import Registry, start


@contextmanager
def openmetadata(version: str) -> Iterator[Registry]:
    """An OpenMetadata of a version, on loopback in this process."""
    with start(openmetadata=version, registries=("openmetadata",)) as sandbox:
        yield sandbox.servers["openmetadata"]


@pytest.fixture(scope="session")
def om2_server() -> Iterator[Registry]:
    """OpenMetadata 2.x."""
    with openmetadata("2.0.7") as registry:
        yield registry


@pytest.fixture(scope="session")
def om12_server() -> Iterator[Registry]:
    """OpenMetadata 1.2."""
    with openmetadata("1.2.0") as registry:
        yield registry
