"""What differs between two states of an entity, as the server records it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from pulumi_mlregistry.sandbox.openmetadata import labels, references
from pulumi_mlregistry.sandbox.openmetadata.forms import Context
from pulumi_mlregistry.sandbox.openmetadata.store import Document

_SCALAR, _JSON, _LIST = "scalar", "json", "list"
_SPECIFIC = {
    "mlmodel": {
        "algorithm": _SCALAR,
        "dashboard": "dashboard",
        "mlFeatures": _LIST,
        "mlHyperParameters": _LIST,
        "mlStore": _JSON,
        "server": _SCALAR,
        "target": _SCALAR,
        "sourceUrl": _SCALAR,
    },
    "mlmodelService": {"connection": "connection", "style": _JSON, "ingestionRunner": _JSON},
}
_MAJOR = frozenset({"algorithm", "server", "target"})


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass
class Changes:
    """A change description in the making."""

    added: list[Document] = field(default_factory=list)
    updated: list[Document] = field(default_factory=list)
    deleted: list[Document] = field(default_factory=list)
    major: bool = False

    def __bool__(self) -> bool:
        return bool(self.added or self.updated or self.deleted)

    def names(self) -> set[str]:
        """The members that changed."""
        return {item["name"] for item in (*self.added, *self.updated, *self.deleted)}

    def described(self, previous: float) -> Document:
        """As the entity shows it."""
        return {
            "fieldsAdded": self.added,
            "fieldsUpdated": self.updated,
            "fieldsDeleted": self.deleted,
            "previousVersion": previous,
        }

    def next_version(self, version: float) -> float:
        """The version after this change."""
        return round(version + (1.0 if self.major else 0.1 if self else 0.0), 1)

    def value(self, name: str, old: Any, new: Any, *, as_json: bool = False) -> None:
        """One value became another; None is absent."""
        if old == new:
            return
        show = _text if as_json else (lambda value: value)
        if old is None:
            self.added.append({"name": name, "newValue": show(new)})
        elif new is None:
            self.deleted.append({"name": name, "oldValue": show(old)})
        else:
            change = {"name": name, "oldValue": show(old), "newValue": show(new)}
            self.updated.append(change)
        self.major = self.major or name in _MAJOR

    def items(self, name: str, gone: list[Any], come: list[Any]) -> None:
        """A list lost and gained items."""
        if come:
            self.added.append({"name": name, "newValue": _text(come)})
        if gone:
            self.deleted.append({"name": name, "oldValue": _text(gone)})


def between(
    context: Context, kind: str, old: Document, new: Document, sent_domain: Document | None = None
) -> Changes:
    """All recorded differences. ``sent_domain``: 1.2 records a patched domain as it was sent."""
    changes = Changes()
    changes.value("deleted", old.get("deleted", False), new.get("deleted", False))
    for name in ("description", "displayName"):
        changes.value(name, old.get(name), new.get(name))
    _owners(context, changes, old, new)
    _extension(changes, old.get("extension"), new.get("extension"))
    _labels(context, changes, old.get("tags", []), new.get("tags", []))
    _domains(context, changes, old, new, sent_domain)
    _set(context, changes, "dataProducts", "dataProduct", old, new)
    changes.value("certification", old.get("certification"), new.get("certification"), as_json=True)
    for name, style in _SPECIFIC[kind].items():
        _specific(context, changes, name, style, old.get(name), new.get(name))
    return changes


def _specific(
    context: Context, changes: Changes, name: str, style: str, old: Any, new: Any
) -> None:
    if style == _LIST:
        # Sets of fully equal objects: order and duplicates are no change.
        gone = [item for item in old or [] if item not in (new or [])]
        come = [item for item in new or [] if item not in (old or [])]
        changes.items(name, gone, come)
    elif style == "dashboard":
        shown = [
            None if identity is None else references.reference(context, "dashboard", identity)
            for identity in (old, new)
        ]
        changes.value(name, shown[0], shown[1], as_json=True)
    elif style == "connection":
        if old != new:
            changes.value(name, "old-encrypted-value", "new-encrypted-value", as_json=True)
    elif name != "algorithm" or new is not None:
        # An algorithm that a patch removes is kept, and no change.
        changes.value(name, old, new, as_json=style == _JSON)


def _owners(context: Context, changes: Changes, old: Document, new: Document) -> None:
    before = references.by_name(context, old.get("owners", []))
    after = references.by_name(context, new.get("owners", []))
    if context.modern:
        _references(changes, "owners", before, after)
    elif _ids(before) != _ids(after):
        one = [(*before, None)[0], (*after, None)[0]]
        changes.value("owner", one[0], one[1], as_json=True)


def _domains(
    context: Context, changes: Changes, old: Document, new: Document, sent: Document | None
) -> None:
    if context.modern:
        _set(context, changes, "domains", "domain", old, new)
        return
    before, after = old.get("domains", []), new.get("domains", [])
    if before != after:
        shown = [
            references.reference(context, "domain", ids[0]) if ids else None
            for ids in (before, after)
        ]
        changes.value("domain", shown[0], sent if after and sent else shown[1], as_json=True)


def _set(
    context: Context, changes: Changes, name: str, kind: str, old: Document, new: Document
) -> None:
    before = [references.reference(context, kind, identity) for identity in old.get(name, [])]
    after = [references.reference(context, kind, identity) for identity in new.get(name, [])]
    _references(changes, name, before, after)


def _ids(items: list[Document]) -> set[str]:
    return {item["id"] for item in items}


def _references(changes: Changes, name: str, before: list[Document], after: list[Document]) -> None:
    gone = [item for item in before if item["id"] not in _ids(after)]
    come = [item for item in after if item["id"] not in _ids(before)]
    changes.items(name, gone, come)


def _labels(context: Context, changes: Changes, old: list[Document], new: list[Document]) -> None:
    before, after = {labels.key(item) for item in old}, {labels.key(item) for item in new}
    gone = [labels.shown_label(context, item) for item in old if labels.key(item) not in after]
    come = [item for item in new if labels.key(item) not in before]
    changes.items("tags", gone, come)


def _extension(changes: Changes, old: Any, new: Any) -> None:
    before, after = old or {}, new or {}
    come = [{name: value} for name, value in after.items() if name not in before]
    gone = [{name: value} for name, value in before.items() if name not in after]
    changes.items("extension", gone, come)
    for name in before.keys() & after.keys():
        changes.value(f"extension.{name}", before[name], after[name], as_json=True)
