"""One live object as a resource: what the program declares, and what the state is to hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from pulumi_mlregistry.reconcile import secrets
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.protocol import Api, Live, Result
from pulumi_mlregistry.reconcile.reconciler import Reconciler
from pulumi_mlregistry.reconcile.state import OWNER
from pulumi_mlregistry.reconcile.table import HIDDEN, Table

Place = tuple[str, ...]


@dataclass(frozen=True)
class Hidden:
    """Stands where a secret is: its value goes nowhere."""

    is_text: bool


@dataclass(frozen=True)
class Adoption:
    """A resource to be. ``declared`` is what the program says, `Hidden` in a secret's place.

    What has a secret in it stands in ``ignored`` and neither in ``inputs`` nor in ``outputs``,
    which are what a read answers: a file must not hold it, and nothing can be compared with it.
    """

    kind: str
    id: str
    name: str
    declared: Mapping[str, Any]
    ignored: tuple[str, ...]
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]


class Unfit(Exception):
    """The object cannot be adopted; says why."""


class _Seen:
    """A registry that holds what was seen of it."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def read(self, id_: str) -> Live | None:
        """The object."""
        del id_
        return self._live


def as_read(core: Reconciler, live: Live) -> Result:
    """What a read of the object answers, without a request."""
    return dataclasses.replace(core, connect=lambda: cast(Api, _Seen(live))).read(live.id, {})


def adopt(core: Reconciler, live: Live, name: str, owner: str) -> Adoption:
    """The resource for an object; `Unfit` where its program would plan or refuse something."""
    hidden = dict(_hidden(core.table, live))
    known = {k: v for k, v in (live.answered or live.values).items() if k not in hidden}
    shown = dataclasses.replace(live, values=known, answered={})
    whole, result = as_read(core, live), as_read(core, shown)
    if why := core.table.unfinished(result.outputs):
        raise Unfit(why)
    inputs = {**result.inputs, OWNER: owner}
    outputs = {**result.outputs, OWNER: owner}
    _prove(core, live.id, inputs, outputs)
    declared = _declared(core.table, inputs)
    for field, marks in hidden.items():
        declared[field] = _overlaid(whole.inputs.get(field), marks)
    return Adoption(
        core.table.kind, live.id, name, declared, tuple(sorted(hidden)), inputs, outputs
    )


def hidden_places(value: Any, place: Place = ()) -> Iterator[tuple[Place, Hidden]]:
    """Where the secrets of a declared value are: nested keys."""
    if isinstance(value, Hidden):
        yield place, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from hidden_places(item, (*place, str(key)))


def _hidden(table: type[Table], live: Live) -> Iterator[tuple[str, Any]]:
    """The fields with secrets in them: what is answered of those, secrets hidden."""
    answered = live.answered or live.values
    for column in tables.inputs(table):
        value = secrets.wrapped(column.behaviour, answered.get(column.name), _hide)
        if any(True for _ in hidden_places(value)):
            yield column.name, value


def _hide(value: Any) -> Any:
    return value if is_bare_address(value) else Hidden(isinstance(value, str))


def is_bare_address(value: Any) -> bool:
    """Whether a text is an address that names a host and nothing else: no place for a secret."""
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return (
        bool(parts.hostname)
        and f"{parts.scheme}://{parts.netloc}" == value.rstrip("/")
        and ("@" not in parts.netloc)
    )


def _overlaid(said: Any, marks: Any) -> Any:
    """What an import says of a value, with the secrets hidden that it would show or leave out."""
    if isinstance(marks, Hidden) or not isinstance(marks, Mapping):
        return marks if isinstance(marks, Hidden) else said
    known = said if isinstance(said, Mapping) else {}
    keys = [k for k in marks if k in known or any(True for _ in hidden_places(marks[k]))]
    return {key: _overlaid(known.get(key), marks[key]) for key in keys}


def _declared(table: type[Table], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments among a resource's inputs."""
    return {c.name: inputs[c.name] for c in tables.inputs(table) if c.name in inputs}


def _prove(
    core: Reconciler, id_: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]
) -> None:
    """That a preview of the program will find nothing to say."""
    hidden = {k: v for k, v in inputs.items() if k.startswith(HIDDEN)}
    checked = core.check({**_declared(core.table, inputs), **hidden}, inputs)
    if checked.failures:
        raise Unfit("; ".join(f"{f.path} {f.reason}" for f in checked.failures))
    if changes := core.diff(id_, outputs, checked.inputs).changes:
        raise Unfit(f"a program would change it: {', '.join(str(c.path) for c in changes)}")
