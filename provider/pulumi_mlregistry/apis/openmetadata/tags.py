"""Tags of classifications and glossary terms: a name alone, or a label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Discriminator, Field, Tag

from pulumi_mlregistry.apis.openmetadata.values import (
    OBJECT,
    TEXT,
    prepare_object,
    text_or_object,
    words,
)
from pulumi_mlregistry.reconcile.table import Struct
from pulumi_mlregistry.reconcile.unknown import UNKNOWN

USUAL: Final = {"source": "Classification", "labelType": "Manual", "state": "Confirmed"}
"""What a label is where it does not say otherwise."""


class TagLabel(Struct):
    """A tag of a classification, or a glossary term."""

    tag_fqn: Annotated[str, Field(alias="tagFQN", min_length=1)]
    """Its fully qualified name, such as `PII.Sensitive`."""
    source: Literal["Classification", "Glossary"] | None = None
    """`Classification` if not given; `Glossary` for a glossary term."""
    label_type: Literal["Manual", "Propagated", "Automated", "Generated"] | None = None
    """How it got there; `Manual` if not given. Taken when the tag is attached, and not compared."""
    state: Literal["Suggested", "Confirmed"] | None = None
    """`Confirmed` if not given. Taken when the tag is attached, and not compared."""


Label = Annotated[
    Annotated[str, Field(min_length=1), Tag(TEXT)] | Annotated[TagLabel, Tag(OBJECT)],
    Discriminator(text_or_object),
]
"""A tag by its fully qualified name, or a label."""


def prepare_label(value: Any) -> Any:
    """A plain tag of a classification as its name alone, everything else as a label."""
    if not isinstance(value, Mapping):
        return value
    ready = prepare_object(value)
    if ready.get("tagFQN") and all(ready.get(k, v) == v for k, v in USUAL.items()):
        rest = set(ready) - {"tagFQN", *USUAL}
        return ready if rest else ready["tagFQN"]
    return ready


def label_key(value: Any) -> Any:
    """The fully qualified name; that of a glossary term says so."""
    if not isinstance(value, Mapping):
        return str(value)
    name, source = value.get("tagFQN"), value.get("source") or "Classification"
    if name is UNKNOWN or source is UNKNOWN:
        return UNKNOWN
    return name if source == "Classification" else f"{source}:{name}"


def say_label(value: Any, known: Any, declared: Any) -> Any:
    """As it is declared; None for one that the server derived from a glossary term or a service."""
    key = label_key(value)
    for word in words(declared, known):
        if word is not UNKNOWN and label_key(word) == key:
            return word
    if value.get("labelType") == "Derived":
        return None
    return prepare_label({"tagFQN": value.get("tagFQN"), "source": value.get("source")})
