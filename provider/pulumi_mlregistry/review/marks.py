"""How lines about gates begin: on the resource, as information where passed, else as an error."""

from __future__ import annotations

from typing import Final

GATE_PASSED: Final = "gate passed: "
GATE_FAILED: Final = "gate failed: "
