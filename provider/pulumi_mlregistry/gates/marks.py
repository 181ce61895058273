"""The words that a gate's line begins with, and the hidden input that gates travel in."""

from __future__ import annotations

from typing import Final

GATE_PASSED: Final = "gate passed: "
GATE_FAILED: Final = "gate failed: "
GATE_WAITS: Final = "gate waits: "

GATES: Final = "__gates"
"""A list of plain objects, one a gate; check takes it out, so that no state ever holds it."""
