"""A cell a test and parameter: each option once in the short form, every cell in the long one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from laws.worlds import make_world
from options.cells import PLUGIN, TARGETS, WHOLE, Cell, Option, new_stack
from programs.stacks import has_pulumi
from support.proxy import Proxy

PULUMI, LOCAL = "pulumi", "local"
_places: dict[str, int] = {}
"""How many options before this one have been given a resource: they are shared out in turns."""


def _cells(option: Option) -> list[tuple[str, str, str]]:
    """Engine, provider and resource of each cell to run."""
    every = [(PULUMI, p, r) for p in option.providers for r in option.resources]
    if option.local and "dynamic" in option.providers:
        every += [(LOCAL, "dynamic", r) for r in option.resources]
    if WHOLE:
        return every
    place = _places.setdefault(option.name, len(_places))
    resource = option.resources[place % len(option.resources)]
    provider = option.providers[place // 2 % len(option.providers)]
    if option.local and "dynamic" in option.providers and not has_pulumi():
        return [(LOCAL, "dynamic", resource)]
    return [(PULUMI, provider, resource)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marker = metafunc.definition.get_closest_marker("option")
    if "cell" in metafunc.fixturenames and marker is not None:
        cells = _cells(marker.args[0])
        metafunc.parametrize("cell", cells, indirect=True, ids=["-".join(c) for c in cells])


@pytest.fixture(autouse=True, scope="session")
def _warm(warm: None) -> None:
    """Every run of the local engine in this process."""


@pytest.fixture(scope="session")
def proxies() -> Iterator[dict[str, Proxy]]:
    """What stands before the sandboxes."""
    made: dict[str, Proxy] = {}
    yield made
    for proxy in made.values():
        proxy.close()


@pytest.fixture
def cell(
    request: pytest.FixtureRequest, proxies: dict[str, Proxy], tmp_path: Path
) -> Iterator[Cell]:
    """One cell, with a stack of its own."""
    engine, provider, resource = request.param
    if engine == PULUMI and not has_pulumi():
        pytest.skip("no pulumi on PATH: engine options were tried on the local engine alone")
    target = TARGETS[resource]
    server: Any = request.getfixturevalue(f"{target}_server")
    if target not in proxies:
        proxies[target] = Proxy(server.url)
    world = make_world(resource, target.removesuffix("box"), server, proxies[target])
    assert provider != PLUGIN or engine == PULUMI
    stack = new_stack(engine, tmp_path / "stack", provider, server.environment)
    made = Cell(stack, world, resource, provider)
    yield made
    world.close()
    for close in made.closing:
        close()
