"""Two small tables with a field of every kind: `Model` is named, `Version` by the server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from pulumi_mlregistry.reconcile import canonical
from pulumi_mlregistry.reconcile.behaviour import Behaviour, Shape
from pulumi_mlregistry.reconcile.table import EITHER, POLICY, AsText, AsWritten, Struct, Table
from pulumi_mlregistry.reconcile.unknown import UNKNOWN, has_unknown

MASKED = "*****"


class Retry(Struct):
    """How often to try."""

    at_most: int | None = None
    wait: float | None = None


class Endpoint(Struct):
    """Where a model answers."""

    url: Annotated[str | None, Field(max_length=20)] = None
    api_key: str | None = None
    retry_policy: Retry | None = None


class Part(Struct):
    """A part of a model."""

    name: str
    made_of: Literal["wood", "steel"] | None = None
    retry_policy: Retry | None = None


class Review(AsWritten):
    """Who has read it."""

    by: str
    on: str


class Card(AsWritten):
    """Keys as the registry writes them."""

    model_author: str
    base_model: str
    pages: Annotated[int | None, Field(gt=0)] = None
    read: Review | None = None


Link = Annotated[
    Annotated[str, Tag(f"{EITHER}text")] | Annotated[dict[str, str], Tag(f"{EITHER}mapping")],
    Discriminator(lambda link: f"{EITHER}{'mapping' if isinstance(link, dict) else 'text'}"),
]


def _reference(values: Mapping[str, Any]) -> str | None:
    shelf, name = values.get("shelf"), values.get("name")
    return None if has_unknown([shelf, name]) or not name else f"{shelf}/{name}"


def _not_round(size: int) -> str | None:
    return "is round: give the exact size" if size % 1000 == 0 else None


def _by_name(item: Any, _known: Any, _declared: Any) -> Any:
    """Whose owner comes from the shelf is not the model's own."""
    return None if item.get("inherited") else item["name"]


def _unmasked(live: Any, known: Any, _declared: Any) -> Any:
    if live.get("apiKey") != MASKED:
        return live
    shown = {k: v for k, v in live.items() if k != "apiKey"}
    return shown | ({"apiKey": known["apiKey"]} if known and "apiKey" in known else {})


def _licence(live: Any, known: Any, declared: Any) -> Any:
    by_id = isinstance(known if known is not None else declared, Mapping)
    return {"id": live["id"]} if by_id else live["title"]


def _only_declared(live: Any, known: Any, declared: Any) -> Any:
    said = declared if declared is not None else known
    return {k: v for k, v in live.items() if said is None or k in said}


def _lower(declared: Any, live: Any) -> bool:
    return isinstance(declared, str) and live == declared.lower()


def _no_dots(name: str) -> str:
    if "." in name:
        raise ValueError("has a dot: take a dash")
    return name


class Model(Table):
    """A model of the toy registry."""

    kind: ClassVar[str] = "toy:Model"
    system: ClassVar[str] = "the toy registry"
    title: ClassVar[str] = "model"
    loses: ClassVar[str] = "its reviews"
    places: ClassVar[tuple[Mapping[str, str], ...]] = ({"shelf": "shelf"}, {})

    @classmethod
    def judge(cls, inputs: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        if inputs.get("stage") == "live" and not inputs.get("endpoint"):
            yield "stage", "is live, which needs an endpoint"

    name: Annotated[
        str,
        Field(min_length=1, pattern="^[a-z.-]*$"),
        AfterValidator(_no_dots),
        Behaviour(key=True, create_only=True, reasons="links have it"),
    ]
    """Name of the model. Lower-case letters."""

    shelf: Annotated[str, Behaviour(key=True, create_only=True, setting="toyShelf")] = "main"
    """Where it stands."""

    region: Annotated[
        str | None, Behaviour(setting="toyRegion", prepare=lambda text: text.strip(), clear="")
    ] = None
    """Where it is used."""

    origin: Annotated[
        str | None,
        Behaviour(create_only=True, canonical=canonical.text, reasons="it was made there"),
    ] = None
    """Where it is from."""

    format: Annotated[str | None, Behaviour(create_only=True, computed=True)] = None
    """How it is stored."""

    licence: Annotated[
        str | dict[str, str] | None,
        Behaviour(set_once=True, spell=_licence, reasons="it was granted"),
    ] = None
    """Its licence, by title or id."""

    size: Annotated[int | None, Behaviour(advise=_not_round, reasons="it weighs something")] = None
    """Its size."""

    description: Annotated[
        str | None,
        Field(max_length=30),
        Behaviour(canonical=canonical.text, clear="", dialects={"strict": (Field(max_length=9),)}),
    ] = None
    """Free text."""

    stage: Annotated[str | None, Behaviour(after_create=True, clear=None)] = None
    """How far it is."""

    summary: Annotated[str | None, Behaviour(rewritten=_lower, clear=None)] = None
    """The registry keeps it in small letters."""

    score: Annotated[float | None, Behaviour(computed=True, clear=None)] = None
    """The registry rates it where the program does not."""

    endpoint: Annotated[
        Endpoint | None,
        Behaviour(canonical=canonical.without_nulls, spell=_unmasked, clear={}, secret=("apiKey",)),
    ] = None
    """Where it answers."""

    card: Annotated[
        Card | None,
        Behaviour(
            defaults=True, canonical=canonical.without_nulls, spell=_only_declared, clear=None
        ),
    ] = None
    """Its card; the registry fills in the pages."""

    storage: Annotated[
        dict[str, Any] | None,
        Behaviour(spell=_only_declared, public=("host", "at.port"), clear={}),
    ] = None
    """Where its files are: all of it is secret but the host and the port."""

    password: Annotated[str | None, Behaviour(write_only=True, secret=("",), clear=None)] = None
    """Opens it."""

    tags: Annotated[
        dict[str, AsText] | None,
        Behaviour(shape=Shape.MAP, prepare=canonical.values_as_text),
    ] = None
    """Tags."""

    labels: Annotated[
        list[str] | None,
        Field(max_length=3),
        Behaviour(shape=Shape.SET, prepare=canonical.unique),
    ] = None
    """Labels."""

    parts: Annotated[
        list[Part] | None,
        Behaviour(
            shape=Shape.SET,
            key_of=lambda part: UNKNOWN if part["name"] is UNKNOWN else part["name"],
            item=canonical.without_nulls,
        ),
    ] = None
    """Parts, by name."""

    label: Annotated[str | None, Behaviour(stands_for="labels")] = None
    """The only label."""

    owners: Annotated[list[str] | None, Behaviour(shape=Shape.SET, spell=_by_name)] = None
    """Who it belongs to."""

    owner: Annotated[str | None, Behaviour(stands_for="owners")] = None
    """The only one that it belongs to."""

    links: Annotated[list[Link] | None, Behaviour(clear=[])] = None
    """Links, in order."""

    recursive: Annotated[bool | None, POLICY] = None
    """Whether a delete takes its reviews along."""

    reference: Annotated[str | None, Behaviour(derived=_reference)] = None
    """Shelf and name."""

    serial: Annotated[int | None, Behaviour(server=True, identity=True)] = None
    """Its number."""

    revision: Annotated[int | None, Behaviour(server=True)] = None
    """How often it was written."""


class Archived(Model):
    """A model that is deleted softly."""

    kind: ClassVar[str] = "toy:Archived"
    loses: ClassVar[str] = ""
    default_delete: ClassVar[str] = "soft"

    delete_policy: Annotated[Literal["soft", "hard", "retain"] | None, POLICY] = None
    """What removal from the program does."""


class Version(Table):
    """A version: the registry numbers them."""

    looked_up_by: ClassVar[tuple[str, ...]] = ("name", "number")
    listed_by: ClassVar[tuple[str, ...]] = ("name",)

    kind: ClassVar[str] = "toy:Version"
    system: ClassVar[str] = "the toy registry"
    title: ClassVar[str] = "version"
    last_change: ClassVar[tuple[str, ...]] = ("revision",)
    named: ClassVar[bool] = False

    name: Annotated[str, Behaviour(key=True, create_only=True)]
    """The model."""

    source: Annotated[str, Behaviour(create_only=True)]
    """Its files."""

    tags: Annotated[dict[str, str] | None, Behaviour(shape=Shape.MAP)] = None
    """Tags."""

    stage: Annotated[str | None, Behaviour(after_create=True, clear="none")] = None
    """How far it is."""

    number: Annotated[int | None, Behaviour(server=True, identity=True)] = None
    """Its number."""

    revision: Annotated[int | None, Behaviour(server=True)] = None
    """How often it was written."""

    etag: Annotated[str | None, Behaviour(server=True)] = None
    """Only where the registry tells it."""
