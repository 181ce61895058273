"""Engines, registries and the number of examples.

The short form is the same every time, on the local engine. MLREGISTRY_LIFECYCLE=100 runs as many
new examples there, and as many for each provider on Pulumi's own engine.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from laws.worlds import World, make_world
from options.cells import TARGETS
from support.examples import drawn
from support.proxy import Proxy

LONG = int(os.environ.get("MLREGISTRY_LIFECYCLE", "0"))
_SHORT = 8


@pytest.fixture(autouse=True, scope="session")
def _warm(warm: None) -> None:
    """Every run of the local engine in this process."""


@pytest.fixture(scope="session")
def environment(nemobox_server, mlflowbox_server, om2_server) -> dict[str, str]:
    """The variables by which programs find the registries."""
    found: dict[str, str] = {}
    for server in (nemobox_server, mlflowbox_server, om2_server):
        found |= server.environment
    return found


@pytest.fixture(scope="session")
def worlds(request: pytest.FixtureRequest) -> Iterator[dict[str, World]]:
    """The five resources at sandboxes, as others reach them."""
    proxies: dict[str, Proxy] = {}
    made: dict[str, World] = {}
    for resource, target in TARGETS.items():
        server = request.getfixturevalue(f"{target}_server")
        proxies.setdefault(target, Proxy(server.url))
        made[resource] = make_world(resource, target.removesuffix("box"), server, proxies[target])
    made["mlmodel"].prepare("")
    yield made
    for world in made.values():
        world.close()
    for proxy in proxies.values():
        proxy.close()


@pytest.fixture
def examples() -> settings:
    """How many examples, and which."""
    return drawn(LONG or _SHORT, new=bool(LONG))
