"""The tag by which a model version says whose it is."""

from __future__ import annotations

import pytest

from pulumi_mlregistry.apis.mlflow.markers import TAG, Marker
from pulumi_mlregistry.reconcile.protocol import Claim, Mark

OURS = Marker.of(Claim("p/s/v", "f", "S", "I"))
OLD = Marker("p/s/v", "f")
THEIRS = Marker.of(Claim("p/s/v", "f", "another checkout", "I"))
NONE = Marker("", "")


def test_a_marker_is_read_as_it_was_written() -> None:
    for marker in (OURS, OLD, THEIRS, OURS.marked(Mark("x", ("S",), replaced=True))):
        tags = [{"key": "other", "value": "x"}, {"key": TAG, "value": marker.text}]
        assert Marker.read({"tags": tags}) == marker
    taken = NONE.marked(Mark("p/s/v", ("S",), goes=True))
    assert Marker.read({"tags": [{"key": TAG, "value": taken.text}]}) == taken


@pytest.mark.parametrize("marker", [OURS, OLD, THEIRS, NONE])
def test_a_version_of_the_stacks_state_is_known_as_its_own_once_it_is_marked(
    marker: Marker,
) -> None:
    marked = marker.marked(Mark("p/s/v", ("S",), goes=True))
    assert marked.goes
    assert not marked.is_foreign(("S",))
    assert marked.is_of_stack(("T", "S"))
    assert not marked.marked(Mark("p/s/v", ("S",))).goes


@pytest.mark.parametrize("marker", [THEIRS, NONE])
def test_a_version_of_others_that_the_stack_keeps_stays_theirs(marker: Marker) -> None:
    assert marker.marked(Mark("p/s/v", ("S",), takes=False)) == marker
    assert marker.is_foreign(("S",))


def test_without_an_identity_nothing_is_marked() -> None:
    assert OLD.marked(Mark("p/s/v", (), goes=True)) == OLD


def test_our_own_marker_keeps_what_it_says_of_the_creation() -> None:
    replaced = OURS.marked(Mark("p/s/renamed", ("T", "S"), replaced=True))
    assert (replaced.owner, replaced.fingerprint) == ("p/s/v", "f")
    assert replaced.is_of_life(OURS)
    assert replaced.marked(Mark("p/s/v", ("S",))).is_replaced


def test_whose_a_version_of_0_1_0_is_cannot_be_told() -> None:
    assert not OLD.is_foreign(("S",))
    assert not OLD.is_of_stack(("S",))
