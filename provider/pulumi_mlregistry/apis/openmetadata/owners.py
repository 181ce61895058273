"""Owners: by id or by name, as they are declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from pulumi_mlregistry.apis.openmetadata.values import UUID, no_twins, prepare_object, words
from pulumi_mlregistry.reconcile.table import Struct
from pulumi_mlregistry.reconcile.unknown import UNKNOWN


class Owner(Struct):
    """A user, or a team of type Group, by `id` or by `name`."""

    type: Literal["user", "team"]
    """`user` or `team`."""
    name: Annotated[str, Field(min_length=1)] | None = None
    """Its name, such as `alice`; not needed beside an id."""
    id: Annotated[str, Field(pattern=UUID)] | None = None
    """Its UUID; not needed beside a name."""


def prepare_owner(value: Any) -> Any:
    """`{id, type}` or `{type, name}`: an id says enough."""
    if not isinstance(value, Mapping):
        return value
    ready = prepare_object(value)
    if isinstance(ready.get("id"), str) and ready["id"]:
        ready.pop("name", None)
        ready["id"] = ready["id"].lower()
    return ready


def owner_key(value: Any) -> Any:
    """The id, or type and name."""
    if not isinstance(value, Mapping):
        return str(value)
    parts = [value["id"]] if value.get("id") else [value.get("type"), value.get("name")]
    return UNKNOWN if UNKNOWN in parts else " ".join(map(str, parts))


def judge_owners(value: Any) -> str | None:
    """An owner without id and name names nobody."""
    for number, owner in enumerate(value):
        if owner is not UNKNOWN and not (owner.get("id") or owner.get("name")):
            return f"has at [{number}] neither a name nor an id: give one of them"
    return no_twins(owner_key)(value)


def say_owner(value: Any, known: Any, declared: Any) -> Any:
    """By id or name, as it is declared; None for one that comes from the service."""
    if value.get("inherited"):
        return None
    for word in words(declared, known):
        if isinstance(word, Mapping):
            by_id = word.get("id") == value.get("id")
            by_name = not word.get("id") and all(
                word.get(k) == value.get(k) for k in ("type", "name")
            )
            if by_id or by_name:
                return word
    return {"type": value.get("type"), "name": value.get("name")}
