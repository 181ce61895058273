"""One world a test and parameter: a registry behind a proxy, and names of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from laws.parallel import FLEETS, Fleet
from laws.titles import worlds_of
from laws.worlds import NemoWorld, World, make_world
from support.proxy import Proxy


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marker = metafunc.definition.get_closest_marker("law")
    if "world" in metafunc.fixturenames and marker is not None:
        metafunc.parametrize("world", worlds_of(marker.args[0], marker.kwargs), indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = [item for item in items if item.path.parent == Path(__file__).parent]
    stray = [item.nodeid for item in here if not item.get_closest_marker("law")]
    if stray:
        raise pytest.UsageError(f"without a law: {', '.join(stray)}")


@pytest.fixture(scope="session")
def _proxies() -> Iterator[dict[str, Proxy]]:
    proxies: dict[str, Proxy] = {}
    yield proxies
    for proxy in proxies.values():
        proxy.close()


def _proxy(proxies: dict[str, Proxy], name: str, url: str) -> Proxy:
    if name not in proxies:  # each one made listens, with a thread of its own
        proxies[name] = Proxy(url)
    return proxies[name]


@pytest.fixture
def world(request: pytest.FixtureRequest, _proxies: dict[str, Proxy]) -> Iterator[World]:
    """A resource at a target, by a door: ``version-oracle``, ``version-oraclebox-dynamic``."""
    resource, target, *door = request.param.split("-")
    server = request.getfixturevalue(f"{target}_server")
    proxy = _proxy(_proxies, target, server.url)
    made = make_world(resource, target.removesuffix("box"), server, proxy, *door)
    yield made
    made.close()


@pytest.fixture(params=["nemo_files", "nemobox"])
def nemo_files(request: pytest.FixtureRequest, _proxies: dict[str, Proxy]) -> Iterator[NemoWorld]:
    """NeMo Platform with its files service, so that filesets exist."""
    server = request.getfixturevalue(f"{request.param}_server")
    proxy = _proxy(_proxies, request.param, server.url)
    made = make_world("entity", "nemo", server, proxy)
    assert isinstance(made, NemoWorld)
    yield made
    made.close()


@pytest.fixture(params=FLEETS.values(), ids=FLEETS.keys())
def fleet(request: pytest.FixtureRequest, _proxies: dict[str, Proxy]) -> Iterator[Fleet]:
    """Several resources at several targets, in one process."""
    worlds = []
    for kind in request.param:
        resource, target = kind.split("-")
        server = request.getfixturevalue(f"{target}_server")
        proxy = _proxy(_proxies, target, server.url)
        worlds.append(make_world(resource, target.removesuffix("box"), server, proxy))
    yield Fleet(worlds)
    for world in worlds:
        world.close()
