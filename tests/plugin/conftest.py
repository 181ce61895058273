"""The sandbox's registries, and a plugin that reaches them."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest

from plugin.engine import Plugin, Stack, plugin
from pulumi_mlregistry.sandbox import Registry


@pytest.fixture(scope="module")
def running() -> Iterator[Plugin]:
    """One plugin; configured anew by each stack."""
    ours = ("PULUMI_", "MLREGISTRY_", "OPENMETADATA_", "NMP_", "NEMO_", "MLFLOW_", "OCI_")
    with plugin({k: v for k, v in os.environ.items() if not k.startswith(ours)}) as started:
        yield started


@pytest.fixture
def stack(
    running: Plugin,
    nemobox_server: Registry,
    mlflowbox_server: Registry,
    om2_server: Registry,
) -> Iterator[Stack]:
    """A stack of all registries."""
    servers = (nemobox_server, mlflowbox_server, om2_server)
    for server in servers:
        server.clear()
    running.log.lines.clear()
    yield Stack(
        running,
        {
            "nemoUrl": nemobox_server.url,
            "mlflowUrl": mlflowbox_server.url,
            "openmetadataUrl": om2_server.url,
            "openmetadataToken": om2_server.environment["OPENMETADATA_TOKEN"],
            "timeoutSeconds": "10",
        },
    )
    for server in servers:
        server.clear()


@pytest.fixture
def unique() -> str:
    """A name that no other test uses."""
    return f"t{uuid.uuid4().hex[:10]}"
