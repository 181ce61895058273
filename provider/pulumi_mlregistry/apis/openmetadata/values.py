"""What nested values share: texts or objects, lists of items with keys, things by their names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Discriminator, Field, Tag

from pulumi_mlregistry.apis.openmetadata.names import normalised
from pulumi_mlregistry.reconcile.canonical import plain, without_nulls
from pulumi_mlregistry.reconcile.table import EITHER, Struct
from pulumi_mlregistry.reconcile.unknown import UNKNOWN

UUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
TEXT, OBJECT = f"{EITHER}text", f"{EITHER}object"


def text_or_object(value: Any) -> str:
    """Which member of a union a value is meant to be, so that a problem is told for that one."""
    return OBJECT if isinstance(value, Mapping | BaseModel) or value is UNKNOWN else TEXT


class MlStore(Struct):
    """Where the model is stored."""

    storage: str | None = None
    """Storage location, such as `s3://bucket/model`."""
    image_repository: str | None = None
    """Image repository."""


class DashboardRef(Struct):
    """A dashboard by its id."""

    id: Annotated[str, Field(pattern=UUID)]
    """UUID of the dashboard."""
    type: Literal["dashboard"] | None = None
    """Always `dashboard`."""


Dashboard = Annotated[
    Annotated[str, Field(min_length=1), Tag(TEXT)] | Annotated[DashboardRef, Tag(OBJECT)],
    Discriminator(text_or_object),
]
"""A dashboard by its fully qualified name or its id."""


def each(prepare: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Prepare each item of a list; equal ones that follow the first are dropped."""

    def run(value: Any) -> Any:
        if not isinstance(value, list | tuple):
            return plain(value)
        kept: list[Any] = []
        for item in value:
            ready = item if item is UNKNOWN else prepare(item)
            if ready not in kept:
                kept.append(ready)
        return kept

    return run


def no_twins(key_of: Callable[[Any], Any]) -> Callable[[Any], str | None]:
    """A check: no two items of one key."""

    def advise(value: Any) -> str | None:
        keys = [key_of(item) for item in value if item is not UNKNOWN]
        twin = next((k for k in keys if k is not UNKNOWN and keys.count(k) > 1), None)
        return f"has {twin!r} twice; give it once" if twin is not None else None

    return advise


def prepare_object(value: Any) -> Any:
    """A nested object without nulls, whole floats as integers."""
    return without_nulls(plain(value))


def words(*lists: Any) -> Iterable[Any]:
    """The items of lists that may be missing or unknown."""
    return (word for words in lists if isinstance(words, list | tuple) for word in words)


def say_reference(value: Any, known: Any, declared: Any) -> Any:
    """The fully qualified name, as declared; None where it comes from the service."""
    name = value.get("fullyQualifiedName") or value.get("name")
    mine = (w for w in words(declared, known) if isinstance(w, str))
    said = next((w for w in mine if normalised(w) == normalised(str(name))), None)
    if value.get("inherited") or (value.get("perhapsInherited") and said is None):
        return None
    return said or name


def prepare_dashboard(value: Any) -> Any:
    """A reference holds the id and the type."""
    if not isinstance(value, Mapping):
        return value
    ready = prepare_object(value)
    if isinstance(ready.get("id"), str):
        ready["id"] = ready["id"].lower()
    return {**ready, "type": "dashboard"}


def say_dashboard(value: Any, known: Any, declared: Any) -> Any:
    """By id where it is declared or, without a declaration, known so; else by its name."""
    word = known if declared is None else declared
    if isinstance(word, Mapping):
        return {"id": value.get("id"), "type": "dashboard"}
    return say_reference(value, [known], [declared])
