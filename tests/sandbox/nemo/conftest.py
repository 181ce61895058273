"""A workspace for each test, on the sandbox and on the real platform."""

from __future__ import annotations

import httpx
import pytest

from sandbox.comparing import Both
from sandbox.nemo.places import ENTITIES, Nemo, Place, new_place


@pytest.fixture
def platform(nemo: httpx.Client) -> Nemo:
    """A server with a new workspace."""
    place = new_place()
    nemo.post(ENTITIES, json={"name": place.name}).raise_for_status()
    return Nemo(nemo, place)


@pytest.fixture
def place(nemos: Both) -> Place:
    """A new workspace of the same name on both servers, with a project and two filesets."""
    place = new_place()
    nemos.same("POST", ENTITIES, json={"name": place.name})
    nemos.same("POST", place.projects, json={"name": "project"})
    for name in ("filled", "empty"):
        nemos.same("POST", place.filesets, json={"name": name})
    nemos.same("PUT", f"{place.filesets}/filled/-/a/b.txt", content=b"abc")
    return place
