"""Registries in this process, in both forms."""

from __future__ import annotations

import pytest

from sandbox.openmetadata.registry import Registry


@pytest.fixture
def v2() -> Registry:
    """2.x with a service ``s`` and a model ``s.m``."""
    return Registry("2.0.7").furnished()


@pytest.fixture
def v1() -> Registry:
    """1.2 with the same."""
    return Registry("1.2.0").furnished()


@pytest.fixture(params=["2.0.7", "1.2.0"])
def either(request: pytest.FixtureRequest) -> Registry:
    """One after the other."""
    return Registry(request.param).furnished()
