"""The sandbox's front in the place of the dev server's."""

from __future__ import annotations

import pytest

from pulumi_mlregistry.sandbox import Registry


@pytest.fixture(scope="session")
def oracle_server(oraclebox_server: Registry) -> Registry:
    """What the tests of the dev server's front ask for."""
    return oraclebox_server
