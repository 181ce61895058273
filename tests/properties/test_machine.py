"""Any order of programs, others' edits and crashes converges, and touches nothing of others."""

from __future__ import annotations

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from laws.worlds import World
from properties.lives import Tally
from properties.machine import machine


def test_any_order_of_events_keeps_to_the_truth(
    inside: World, tally: Tally, examples: settings
) -> None:
    run_state_machine_as_test(machine(inside, tally), settings=examples)
