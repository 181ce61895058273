"""Profiles: ``quick`` is the same every time, ``long`` (MLREGISTRY_EXAMPLES) is the proof."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from laws.worlds import World
from properties.worlds import WORLDS, world

LONG = os.environ.get("MLREGISTRY_EXAMPLES", "")
_CALM = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)

settings.register_profile(
    "quick", max_examples=25, derandomize=True, deadline=None, suppress_health_check=_CALM
)
settings.register_profile(
    "long", max_examples=int(LONG or 1), deadline=None, suppress_health_check=_CALM, print_blob=True
)
settings.load_profile("long" if LONG else "quick")


@pytest.fixture(scope="module", params=WORLDS)
def inside(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A resource at a sandbox in this thread."""
    folder: Path = tmp_path_factory.mktemp("registry")
    with world(request.param, folder) as made:
        yield made
