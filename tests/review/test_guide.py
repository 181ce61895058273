"""The guide shows what the command prints."""

from __future__ import annotations

import json
import os
from pathlib import Path

from .previews import both, recorded

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "review-a-change.md"
START, END = "dynamic.json -->\n", "<!-- end of sample -->"
WRITE = "MLREGISTRY_WRITE_GUIDE"
"""Set to write the sample anew."""


def _sample() -> str:
    """The comment on three objects of the recorded preview."""
    preview = json.loads(recorded("dynamic"))
    shown = ("::entity", "::version", "::fraud", "Stack::models-dev")
    preview["steps"] = [s for s in preview["steps"] if s["urn"].endswith(shown)]
    preview["diagnostics"] = [
        d for d in preview["diagnostics"]
        if not any(other in d["message"] for other in ("somebodys", "colleagues", "service"))
    ]  # fmt: skip
    return both(json.dumps(preview))[0]


def test_the_guide_shows_what_the_command_prints() -> None:
    text = GUIDE.read_text()
    head, _, rest = text.partition(START)
    shown, _, tail = rest.partition(END)
    wanted = "\n````markdown\n" + _sample() + "````\n\n"
    if os.environ.get(WRITE):
        GUIDE.write_text(head + START + wanted + END + tail)
        return
    assert shown == wanted, f"run this test with {WRITE}=1"
