"""Profiles: ``quick`` is the same every time; MLREGISTRY_EXAMPLES=10000 is the proof.

With MLREGISTRY_PROOF each property writes a line of JSON to a file in that folder.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from laws.worlds import World
from properties.lives import Tally
from properties.worlds import WORLDS, world
from support import proof
from support.examples import drawn

LONG = int(os.environ.get("MLREGISTRY_EXAMPLES", "0"))
_QUICK = {"round_trips": 20, "others": 10, "machine": 12, "names": 12}
_SHARES = {"round_trips": 1.0, "others": 0.2, "machine": 0.02, "names": 0.2}
"""Of MLREGISTRY_EXAMPLES, for a resource: its worlds divide it between them."""


def _settings(share: str, worlds: int) -> settings:
    many = max(1, round(LONG * _SHARES[share] / worlds)) if LONG else _QUICK[share]
    return drawn(many, new=bool(LONG), stateful_step_count=20 if LONG else 15)


@pytest.fixture(scope="module", params=WORLDS)
def inside(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A resource at a sandbox in this thread."""
    folder: Path = tmp_path_factory.mktemp("registry")
    with world(request.param, folder) as made:
        made.param = request.param  # type: ignore[attr-defined]
        yield made


@pytest.fixture
def examples(request: pytest.FixtureRequest, inside: World) -> settings:
    """How many examples, and which: by the test's module."""
    resource = inside.param.partition("-")[0]  # type: ignore[attr-defined]
    worlds = [name for name in WORLDS if name.startswith(f"{resource}-")]
    return _settings(request.module.__name__.rpartition("test_")[2], len(worlds))


@pytest.fixture
def tally(request: pytest.FixtureRequest, inside: World) -> Iterator[Tally]:
    """What came of the examples; a line of the proof, where one is asked for."""
    counted, clock, work = Tally(), time.monotonic(), time.process_time()
    yield counted
    proof.note(
        "properties.jsonl",
        property=request.node.originalname,
        world=inside.param,  # type: ignore[attr-defined]
        **counted.counts,
        refusals=dict(counted.refusals),
        seconds=round(time.monotonic() - clock, 1),
        cpu_seconds=round(time.process_time() - work, 1),
    )
