"""What all tests of the core share."""

from __future__ import annotations

import random
import time

import deepdiff  # noqa: F401  imported once here, as mutants are run in forks
import pytest


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made, each as long as chance allows; none takes any time."""
    made: list[float] = []
    monkeypatch.setattr(time, "sleep", made.append)
    monkeypatch.setattr(random, "uniform", lambda _least, most: most)
    return made
