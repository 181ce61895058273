"""Names of a test's own, on the sandbox and on the real server."""

from __future__ import annotations

import uuid

import httpx
import pytest

from sandbox.comparing import Both
from sandbox.mlflow.calls import Mlflow, Same


@pytest.fixture
def server(mlflow: httpx.Client) -> Mlflow:
    """A server, and a registered model in it."""
    return Mlflow(mlflow, f"m-{uuid.uuid4().hex[:8]}").registered()


@pytest.fixture
def same(mlflows: Both) -> Same:
    """Both servers, with a registered model of the same name in each."""
    same = Same(mlflows, f"m-{uuid.uuid4().hex[:8]}")
    same("POST", "registered-models/create", name=same.model)
    return same
