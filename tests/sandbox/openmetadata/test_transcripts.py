"""Whether the 1.2 form answers what a real 1.2 server answered, exchange by exchange."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.openmetadata.replay import Line, Replay, lines

LINES = list(lines())
Outcome = tuple[dict[str, Any], dict[str, Any]]


@pytest.fixture(scope="module")
def played() -> dict[str, Outcome]:
    """All exchanges, played once in the order in which they were recorded."""
    replay = Replay()
    return {line.name: replay.play(line) for line in LINES}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_answers_what_the_real_server_answered(line: Line, played: dict[str, Outcome]) -> None:
    recorded, answered = played[line.name]
    assert answered["status"] == recorded["status"]
    assert answered["body"] == recorded["body"]
    assert answered["headers"] == recorded["headers"]


def test_every_recorded_exchange_is_played() -> None:
    assert len(LINES) == len({line.name for line in LINES}) == 164
