"""What registered models and versions share: limits by dialect, tags, canonical forms, patches."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import Field

from pulumi_mlregistry.apis.mlflow.client import MlflowClient
from pulumi_mlregistry.apis.mlflow.markers import TAG
from pulumi_mlregistry.reconcile.errors import RegistryError, Unreachable
from pulumi_mlregistry.reconcile.protocol import Patch
from pulumi_mlregistry.reconcile.unknown import UNKNOWN

ORACLE_TAGS = 20
"""How many tags Oracle takes at creation."""
_KEY = re.compile(r"[/\w.\- :]*")
_STAGES = ("none", "staging", "production", "archived")


def _model_of(source: str) -> str:
    return source.removeprefix("models:/").replace("@", "/").split("/")[0]


def resolves_to(declared: Any, live: Any) -> bool:
    """MLflow resolves `models:/m@alias` and `models:/m/latest` once, at creation."""
    if not (isinstance(declared, str) and isinstance(live, str)):
        return False
    both = declared.startswith("models:/") and live.startswith("models:/")
    return both and _model_of(declared) == _model_of(live)


def oracle(*, low: int = 0, high: int) -> Mapping[str, tuple[Any, ...]]:
    """Limits of a length that hold at Oracle alone."""
    return {"oracle": (Field(min_length=low, max_length=high),)}


def judge_tags(*, entries: int | None, value: int) -> Callable[[Any], Any]:
    """A validator: number of entries, keys of 1 to 250 and values of at most `value` characters."""

    def judge(tags: Any) -> Any:
        if entries is not None and len(tags) > entries:
            raise ValueError(f"has {len(tags)} tags; Oracle takes at most {entries}")
        for key, text in tags.items():
            if not 1 <= len(key) <= 250:
                raise ValueError(f"has the key {key[:40]!r}; a key has 1 to 250 characters")
            if key == TAG:
                raise ValueError(f"has the key {TAG}, which is the provider's own")
            if text is not UNKNOWN and len(text) > value:
                raise ValueError(
                    f"has {len(text)} characters at {key!r}; at most {value} are taken"
                )
        return tags

    return judge


def judge_keys(tags: Any) -> Any:
    """A validator: MLflow takes few characters in a key, and none that a file path rewrites."""
    for key in tags:
        if not _KEY.fullmatch(key):
            raise ValueError(
                f"has the key {key[:40]!r}; in it MLflow takes letters, digits, blanks, _ - . : /"
            )
        if posixpath.normpath(key) != key or key == "." or key.startswith(("..", "/")):
            raise ValueError(f"has the key {key[:40]!r}, which as a file path would be another one")
    return tags


def canonical_stage(value: Any) -> Any:
    """The registry capitalises stages, and calls none `None`."""
    return None if value in (None, "", "None") else str(value).lower()


def judge_text(value: str) -> str:
    """A validator: MLflow takes what is blank for missing."""
    if not value.strip():
        raise ValueError("is blank")
    return value


def judge_stage(value: str) -> str:
    """A validator: MLflow knows four stages."""
    if value.lower() not in _STAGES:
        raise ValueError("is none of MLflow's stages: None, Staging, Production, Archived")
    return value


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as the API takes them; always texts: MLflow drops all that follows others."""
    return [{"key": key, "value": str(value)} for key, value in tags.items()]


def tag_map(tags: Any) -> dict[str, str]:
    """Tags as declared: without the provider's own."""
    listed = tags if isinstance(tags, list) else []
    found = {str(t.get("key")): str(t.get("value") or "") for t in listed}
    found.pop(TAG, None)
    return found


def without_absent(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without nulls, empty texts and empty collections: MLflow says "not set" in all these ways."""
    return {k: v for k, v in values.items() if v not in (None, "", {}, [])}


class Steps:
    """The calls of one update in order; a failure says what was done before it and what was not."""

    def __init__(self) -> None:
        self._steps: list[tuple[str, Callable[[], object]]] = []

    def add(self, label: str, call: Callable[[], object]) -> None:
        """One more call."""
        self._steps.append((label, call))

    def run(self) -> None:
        """All calls; raises the first failure, told what came before and what is left."""
        for number, (_, call) in enumerate(self._steps):
            try:
                call()
            except RegistryError as error:
                done = ", ".join(label for label, _ in self._steps[:number])
                left = ", ".join(label for label, _ in self._steps[number:])
                if done:
                    error.why = f"{error.why} (done: {done}; not done: {left}; the next up goes on)"
                    if isinstance(error, Unreachable):
                        error.remedy = "Run up again when the server answers"
                raise


def changed_tags(patch: Patch) -> dict[str, str | None]:
    """The tags to set, and those to delete as None."""
    return {c.path[1]: c.new for c in patch.changes if c.path.field == "tags"}


def update_tags_step(
    steps: Steps, client: MlflowClient, kind: str, ident: Mapping[str, str], patch: Patch
) -> None:
    """Add the tag calls, where tags change."""
    tags = changed_tags(patch)
    if tags:
        label = ", ".join(str(c.path) for c in patch.changes if c.path.field == "tags")
        steps.add(label, lambda: client.update_tags(kind, ident, tags))
