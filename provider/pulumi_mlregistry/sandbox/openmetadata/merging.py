"""PUT's rules, field by field: what the body leaves out is kept, removed or neither."""

from __future__ import annotations

import copy
from typing import Any

from pulumi_mlregistry.sandbox.openmetadata import labels
from pulumi_mlregistry.sandbox.openmetadata.forms import Context
from pulumi_mlregistry.sandbox.openmetadata.store import Document

_IDENTITY = ("id", "name", "fullyQualifiedName", "version")


def merged(
    context: Context, old: Document, sent: Document, *, override: bool = False
) -> tuple[Document, Document]:
    """What is compared and stored, and what is answered.

    ``override``: a bulk write of a bot that may overwrite what users wrote.
    """
    new = copy.deepcopy(sent) | {name: old[name] for name in _IDENTITY} | {"deleted": False}
    bot = context.principal.is_bot
    if bot and not override:
        # Of a bot's PUT, texts that are there win, and so does the displayName: on 2.x because
        # the policies of the default bots deny it (read in the server's source, not measured).
        _keep(new, old, "description", "displayName")
    _owners_and_domains(context, new, old, bot=bot, override=override)
    _extension(context, new, old, bot=bot)
    if bot:
        _keep(new, old, "dataProducts", "certification")
    if context.modern:
        _modern(new, old, bot=bot)
    stored = copy.deepcopy(new)
    tags = sent.get("tags")
    if not (override and tags):
        new["tags"] = labels.merged(tags or [], old.get("tags", []))
        labels.check_exclusive(context, new["tags"])
    stored["tags"] = new["tags"]
    if not context.modern:
        # 1.2 answers what was sent: what it kept is only seen by a GET.
        for name in ("owners", "domains", "tags"):
            if name not in sent:
                new.pop(name, None)
    return stored, new


def _keep(new: Document, old: Document, *names: str) -> None:
    for name in names:
        if old.get(name):
            new[name] = old[name]


def _owners_and_domains(
    context: Context, new: Document, old: Document, *, bot: bool, override: bool
) -> None:
    for name in ("owners", "domains"):
        # 2.x protects both from bots (read in the server's source, not measured).
        protected = context.modern and bot and not (override and name == "owners")
        if not new.get(name) or protected:
            _keep(new, old, name)


def _extension(context: Context, new: Document, old: Document, *, bot: bool) -> None:
    if bot or (context.modern and "extension" not in new):
        new.pop("extension", None)
        _keep(new, old, "extension")


def _modern(new: Document, old: Document, *, bot: bool) -> None:
    """All of this is read in the server's source, not measured."""
    if "lifeCycle" in old:
        new["lifeCycle"] = _latest(old["lifeCycle"], new.get("lifeCycle", {}))
    before = {feature["name"]: feature for feature in old.get("mlFeatures", [])}
    for feature in new.get("mlFeatures", []):
        was = before.get(feature["name"], {})
        if was.get("tags"):
            feature["tags"] = labels.merged(feature.get("tags", []), was["tags"])
            feature["tags"] = labels.with_stored(feature["tags"], was["tags"])
        if bot and was.get("description"):
            feature["description"] = was["description"]


def _latest(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    result = dict(old)
    for name, event in new.items():
        stamp = event.get("timestamp", 0) if isinstance(event, dict) else 0
        known = old.get(name)
        if not isinstance(known, dict) or stamp >= known.get("timestamp", 0):
            result[name] = event
    return result
