"""Lines of JSON that the long forms leave behind for docs/proof.md."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def note(file: str, **line: Any) -> None:
    """Add a line to a file of the folder MLREGISTRY_PROOF, where somebody collects them."""
    if folder := os.environ.get("MLREGISTRY_PROOF"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        with (Path(folder) / file).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(line) + "\n")
