"""What a preview's JSON says, of Pulumi or of the local engine: see common.sh."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

QUIET = {"same", "read", "refresh", "gone"}


def load(path: str) -> dict[str, Any]:
    """The document; without a list of steps, or with an error, it is of no preview."""
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
        document["steps"]
        failed = any(each["severity"] == "error" for each in document.get("diagnostics") or ())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        failed = True
    if failed:
        sys.exit(2)
    return dict(document)


def planned(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps that change something, in an order of their own."""
    steps = [step for step in document["steps"] if step["op"] not in QUIET]
    return sorted(steps, key=lambda step: (step["urn"], step["op"]))


def main(command: str, *paths: str) -> int:
    """One command; its exit code."""
    documents = [load(path) for path in paths]
    steps = planned(documents[0])
    if command == "changes":
        return 0 if steps else 1
    if command == "same":
        return 0 if steps == planned(documents[1]) else 1
    for step in steps or [{"op": "nothing", "urn": "is planned"}]:
        print(f"* {step['op']} `{step['urn']}`")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
