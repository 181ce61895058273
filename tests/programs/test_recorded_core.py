"""The core plans nothing on what it, or an earlier version of it, has left of each resource."""

from __future__ import annotations

import pytest

from .recorded import STATES
from .recorded_core import WORLDS, asked_again, recordings

RECORDINGS = recordings()


def test_each_version_has_recorded_every_resource():
    for version in STATES.iterdir():
        assert {p.stem for p in (version / "core").glob("*.json")} >= set(WORLDS)


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_same_declaration_plans_nothing(name):
    found = asked_again(RECORDINGS[name])
    assert not found.any, [str(c) for c in found.changes]


@pytest.mark.parametrize("name", RECORDINGS)
def test_another_description_is_the_only_change(name):
    found = asked_again(RECORDINGS[name], description="another")
    assert [str(c.path) for c in found.changes] == ["description"]
