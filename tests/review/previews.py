"""Previews made by hand, for what no engine can be brought to say at will."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pulumi_mlregistry.review import making, markdown, page, reading
from pulumi_mlregistry.review.model import Review

from .scene import FIXTURES

PREFIX = "urn:pulumi:dev::models::"


def recorded(name: str) -> str:
    """The JSON of a recorded preview."""
    return (FIXTURES / f"{name}.json").read_text()


def review(text: str) -> Review:
    """The review of a preview's JSON."""
    return making.review(reading.read(text))


def both(text: str) -> tuple[str, str]:
    """Markdown and page of a preview's JSON."""
    made = review(text)
    return markdown.render(made), page.render(made)


def digest(steps: Sequence[dict[str, Any]], *told: dict[str, Any], **more: Any) -> str:
    """A digest as an engine prints it."""
    return json.dumps({"steps": steps, "diagnostics": told, "changeSummary": {}, **more})


def entity(
    op: str, old: dict[str, Any] | None, new: dict[str, Any] | None, name: str = "m", **more: Any
) -> dict[str, Any]:
    """A step of a model entity by the plugin."""
    urn = f"{PREFIX}mlregistry:nemo:ModelEntity::{name}"
    step: dict[str, Any] = {"op": op, "urn": urn, "detailedDiff": None, **more}
    known = {"name": name, "workspace": "default", "reference": f"default/{name}"}
    if old is not None:
        marks = {key: "" for key, value in old.items() if not isinstance(value, dict)}
        marks |= {f"{k}/{i}": "" for k, v in old.items() if isinstance(v, dict) for i in v}
        outputs = {**known, **old, "__applied": marks}
        step["oldState"] = {"id": f"default/{name}", "inputs": known | old, "outputs": outputs}
    if new is not None:
        step["newState"] = {"id": f"default/{name}", "inputs": known | new}
    return step


def told(message: str, severity: str = "info", name: str = "m") -> dict[str, Any]:
    """A line on the resource of `entity`."""
    urn = f"{PREFIX}mlregistry:nemo:ModelEntity::{name}"
    return {"message": message, "severity": severity, "urn": urn}
