"""Tag labels: completed, sorted, derived from glossary terms, mutually exclusive."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pulumi_mlregistry.sandbox.openmetadata.failures import bad, missing
from pulumi_mlregistry.sandbox.openmetadata.forms import Context
from pulumi_mlregistry.sandbox.openmetadata.names import parent_of
from pulumi_mlregistry.sandbox.openmetadata.store import Document

_DEFAULTS = {"source": "Classification", "labelType": "Manual", "state": "Confirmed"}
_STORED = ("tagFQN", "source", "labelType", "state", "reason", "metadata", "appliedAt", "appliedBy")
_KINDS = {"Classification": "tag", "Glossary": "glossaryTerm"}
_ORDER = (
    "tagFQN",
    "name",
    "displayName",
    "description",
    "style",
    "source",
    "labelType",
    "state",
    "reason",
    "appliedAt",
    "appliedBy",
    "metadata",
)


def key(label: Document) -> tuple[str, str]:
    """What makes a label the same label."""
    return label["tagFQN"], label["source"]


def _tag(context: Context, label: Document) -> Document:
    kind = _KINDS[label["source"]]
    tag = context.store.named(kind, label["tagFQN"], "non-deleted")
    if tag is None:
        raise missing(kind, label["tagFQN"])
    return tag


def _sorted(labels: list[Document]) -> list[Document]:
    once = {key(label): label for label in reversed(labels)}
    return sorted(once.values(), key=lambda label: label["tagFQN"])


def completed(context: Context, given: list[Document]) -> list[Document]:
    """Labels of a body: defaults, existence, and what glossary terms bring along."""
    if nameless := [str(at) for at, label in enumerate(given) if not label.get("tagFQN")]:
        raise bad(f"[tags[{nameless[0]}].tagFQN must not be null]")
    labels = [_ordered(_DEFAULTS | label) for label in given]
    if context.modern:
        # Read in the server's source, not measured: a client cannot set derived labels.
        labels = [label for label in labels if label["labelType"] != "Derived"]
    for label in labels:
        _tag(context, label)
    return _sorted(labels if context.modern else labels + _derived(context, labels))


def applied(context: Context, labels: list[Document]) -> list[Document]:
    """2.x notes who applied a label, and when."""
    if not context.modern:
        return labels
    stamp = datetime.fromtimestamp(context.now / 1000, UTC).isoformat(timespec="milliseconds")
    note = {"appliedAt": stamp, "appliedBy": context.principal.name}
    return [note | label for label in labels]


def _derived(context: Context, labels: list[Document]) -> list[Document]:
    present = {key(label) for label in labels}
    derived = []
    for label in labels:
        if label["source"] == "Glossary":
            for brought in _tag(context, label).get("tags", []):
                if key(brought) not in present:
                    derived.append(shown_label(context, brought | {"labelType": "Derived"}))
    return derived


def check_exclusive(context: Context, labels: list[Document]) -> None:
    """Refuse two labels of one mutually exclusive parent."""
    seen: dict[str, Document] = {}
    for label in labels:
        parent = parent_of(label["tagFQN"])
        other = seen.setdefault(parent, label)
        if other is not label and key(other) != key(label) and _exclusive(context, label, parent):
            raise bad(
                f"Tag labels {label['tagFQN']} and {other['tagFQN']} are mutually exclusive and "
                "can't be assigned together"
            )


def _exclusive(context: Context, label: Document, parent: str) -> bool:
    kinds = ("classification", "tag") if label["source"] == "Classification" else ("glossary",)
    found = (context.store.named(kind, parent) for kind in kinds)
    return any(document and document.get("mutuallyExclusive") for document in found)


def merged(labels: list[Document], stored: list[Document]) -> list[Document]:
    """PUT's union: what is stored and not in the body stays."""
    present = {key(label) for label in labels}
    return labels + [label for label in stored if key(label) not in present]


def with_stored(labels: list[Document], stored: list[Document]) -> list[Document]:
    """2.x keeps a present label as it is, whatever labelType and state are sent."""
    before = {key(label): label for label in stored}
    return [before.get(key(label), label) for label in labels]


def stored_form(labels: list[Document]) -> list[Document]:
    """Without what is looked up again on each read."""
    return [{k: label[k] for k in _STORED if k in label} for label in labels]


def _ordered(label: Document) -> Document:
    return {member: label[member] for member in _ORDER if member in label}


def shown_label(context: Context, label: Document) -> Document:
    """A label with the tag's own name, description and style."""
    tag = _tag(context, label)
    own = {k: tag[k] for k in ("name", "displayName", "description", "style") if k in tag}
    return _ordered(label | own)


def shown(context: Context, labels: list[Document]) -> list[Document]:
    """Labels as GET shows them."""
    if context.modern:
        labels = labels + _derived(context, labels)
    return _sorted([shown_label(context, label) for label in labels])


def echoed(context: Context, labels: list[Document]) -> list[Document]:
    """Labels as the answer to a write shows them: 1.2 leaves out a name that was not sent."""
    if context.modern:
        return shown(context, labels)
    described: list[Document] = []
    for label in _sorted(labels):
        about = {"description": _tag(context, label).get("description")}
        described.append(_ordered(label | {k: v for k, v in about.items() if v is not None}))
    return described


def of_features(context: Context, features: list[dict[str, Any]]) -> None:
    """Complete the labels of features and of their sources, in place."""
    for feature in features:
        for holder in (feature, *feature.get("featureSources", [])):
            if "tags" in holder:
                labels = completed(context, holder["tags"])
                holder["tags"] = stored_form(labels) if context.modern else labels


def features_shown(context: Context, features: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Features as they are shown: 2.x completes their labels as it does the entity's own."""
    if not context.modern:
        return features
    return [
        feature | {"tags": shown(context, feature["tags"])} if "tags" in feature else feature
        for feature in features
    ]
