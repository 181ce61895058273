"""Values of a preview: secrets concealed as soon as they are read, unknowns as in the core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_mlregistry.plugin import wire
from pulumi_mlregistry.reconcile.redaction import MASK, texts
from pulumi_mlregistry.reconcile.unknown import UNKNOWN


def received(properties: Mapping[str, Any], secrets: set[str]) -> dict[str, Any]:
    """Properties of JSON; what is secret reads `MASK`, and its text is added to ``secrets``."""
    return {str(name): _received(value, secrets) for name, value in properties.items()}


def _received(value: Any, secrets: set[str]) -> Any:
    if isinstance(value, str):
        return UNKNOWN if value in wire.UNKNOWNS else value
    if isinstance(value, list):
        return [_received(item, secrets) for item in value]
    if not isinstance(value, Mapping):
        return value
    signature = value.get(wire.SIGNATURE)
    if signature is None:
        return {str(key): _received(item, secrets) for key, item in value.items()}
    if signature == wire.OUTPUT and not value.get("secret"):
        return _received(value["value"], secrets) if "value" in value else UNKNOWN
    secrets.update(text for name in ("value", "plaintext") for text in texts(value.get(name)))
    return MASK


def is_concealed(value: Any) -> bool:
    """Whether a value as a whole is a secret that was concealed."""
    return isinstance(value, str) and value == MASK


def concealed(old: Any, new: Any) -> tuple[Any, Any]:
    """Both values, and wherever one conceals a part the other does so too."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        pairs = {k: concealed(old.get(k), new.get(k)) for k in {**old, **new}}
        return {k: pairs[k][0] for k in old}, {k: pairs[k][1] for k in new}
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        both = [concealed(a, b) for a, b in zip(old, new, strict=True)]
        return [a for a, _ in both], [b for _, b in both]
    if None not in (old, new) and (_holds_secret(old) or _holds_secret(new)):
        return MASK, MASK  # what of one is the secret of the other cannot be told
    return old, new


def _holds_secret(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_holds_secret, value.values()))
    if isinstance(value, list):
        return any(map(_holds_secret, value))
    return is_concealed(value)
