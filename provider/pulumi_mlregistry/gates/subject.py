"""What a gate looks at, under common names: a resource's own inputs, or another's candidate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.behaviour import Shape
from pulumi_mlregistry.reconcile.redaction import MASK
from pulumi_mlregistry.reconcile.state import secret_fields
from pulumi_mlregistry.reconcile.table import Column, Table
from pulumi_mlregistry.reconcile.unknown import UNKNOWN, Unknown

Setting = Callable[[str], "str | None"]
"""The configured value of a key, as `Settings.get` answers it."""

_LONGEST: Final = 100
_DOTS: Final = "…"


@dataclass(frozen=True)
class Subject:
    """What is judged. Values are by their Python names; each may be `UNKNOWN`, None is "not there".

    ``labelled`` is the argument with the tags, ``noted`` the one that holds values by key: the same
    where tags have values. Both are empty where there is none.
    """

    name: str | Unknown
    called: str
    values: Mapping[str, Any]
    labelled: str = ""
    noted: str = ""
    secret: frozenset[str] = frozenset()
    all_secret: bool = False
    table: type[Table] | None = None
    """The field table of a resource; None for a candidate."""

    @property
    def labels(self) -> Any:
        """The tags: each with its value, or True where tags have none."""
        given = self.values.get(self.labelled)
        return given if given is UNKNOWN else _labels(self._column(self.labelled), given)

    @property
    def notes(self) -> Any:
        """The values by key."""
        given = self.values.get(self.noted)
        return given if given is UNKNOWN or isinstance(given, Mapping) else {}

    def shown(self, argument: str, value: Any) -> str:
        """How a line shows a value of an argument; a secret's not at all."""
        if self.all_secret or argument in self.secret:
            return MASK
        text = " ".join(str(value).split())
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}{_DOTS}"

    def _column(self, attr: str) -> Column | None:
        columns = tables.inputs(self.table) if self.table is not None else ()
        return next((c for c in columns if c.attr == attr), None)


def declared(table: type[Table], inputs: Mapping[str, Any]) -> Subject:
    """The inputs of a resource, as check makes them."""
    columns = tables.columns(table)
    hidden = frozenset(c.attr for c in columns if c.name in secret_fields(inputs))
    name = _name(table, inputs)
    said = _DOTS if isinstance(name, Unknown) else name
    key_hidden = any(c.behaviour.key and c.attr in hidden for c in columns)
    return Subject(
        name=name,
        called=table.called(MASK if key_hidden else said, {}),
        values={c.attr: inputs.get(c.name) for c in columns},
        labelled=label_argument(table),
        noted=note_argument(table),
        secret=hidden,
        table=table,
    )


def candidate(value: Mapping[str, Any], *, secret: bool = False) -> Subject:
    """What another stack exports of a version, as `gates.candidate` makes it."""
    parts = [value.get(part) for part in ("name", "version")]
    known = [str(p) for p in parts if p is not None and p is not UNKNOWN]
    return Subject(
        name="/".join(known),
        called=f"candidate {MASK if secret else '/'.join(known)}".strip(),
        values=value,
        labelled="tags",
        noted="tags",
        all_secret=secret,
    )


def label_argument(table: type[Table]) -> str:
    """The argument that holds a resource's tags."""
    named = next((c.attr for c in tables.inputs(table) if c.attr == "tags"), "")
    return named or note_argument(table)


def note_argument(table: type[Table]) -> str:
    """The argument that holds a resource's values by key."""
    maps = (c.attr for c in tables.collections(table) if c.behaviour.shape is Shape.MAP)
    return next(maps, "")


def has(table: type[Table], argument: str) -> bool:
    """Whether a resource has an argument of this name."""
    return any(c.attr == argument for c in tables.inputs(table))


def _name(table: type[Table], inputs: Mapping[str, Any]) -> str | Unknown:
    """The name by which others refer to it, such as ``workspace/name``."""
    derived = next((c.name for c in tables.outputs(table) if c.behaviour.derived), "name")
    value = inputs.get(derived)
    return value if isinstance(value, str) else UNKNOWN


def _labels(column: Column | None, given: Any) -> Mapping[Any, Any]:
    if isinstance(given, Mapping):
        return given
    if column is None or not isinstance(given, list | tuple):
        return {}
    return {UNKNOWN if i is UNKNOWN else column.behaviour.key_of(i): True for i in given}
