"""A registry in memory, for the logic of the core alone.

It proves nothing about a server: what servers do is proved on real ones (tests/laws). What it can
do that they cannot is to fail at any request, before or after it took effect, and to let others
write at any moment, in microseconds.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.errors import AlreadyExists, RegistryError, Stale
from pulumi_mlregistry.reconcile.protocol import Api, Child, Claim, Live, Mark, Page, Patch, Within
from pulumi_mlregistry.reconcile.table import Table
from reconcile.tables import MASKED

HERE = "https://toy/one"
NOBODY = Claim("", "")


@dataclass
class Stored:
    """One object of the registry."""

    id: str
    values: dict[str, Any]
    serial: int
    claim: Claim
    revision: int = 1
    made_at: float = 0.0
    changed_at: float = 0.0
    changed_by: str = "program"
    trashed: bool = False
    reviews: list[str] = field(default_factory=list)


@dataclass
class Fault:
    """What happens at the next request of a kind."""

    operation: str
    error: RegistryError | None = None
    committed: bool = False
    """Whether the request takes effect before the error."""
    before: Callable[[], Any] = lambda: None
    after: Callable[[], Any] = lambda: None


@dataclass
class Registry:
    """The server: objects by id, and a list of the requests that it got."""

    objects: dict[str, Stored] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    now: float = 100.0
    ignores: set[str] = field(default_factory=set)
    """Fields that it accepts and does not keep."""
    brief: bool = False
    """Whether a write answers less than what is stored."""
    masks: bool = False
    """Whether it shows secrets as `MASKED`."""
    tells_age: bool = True
    serials: int = 0
    seals: bool = False
    """Whether it tells an etag."""
    page_size: int = 100
    counts: bool = True
    """Whether a list says how many objects there are."""
    unlisted: frozenset[str] = frozenset()
    """The fields that a list leaves out."""

    def fault(self, operation: str, error: RegistryError | None = None, **how: Any) -> None:
        """The next request of this kind fails, or others do something around it."""
        self.faults.append(Fault(operation, error, **how))

    @contextmanager
    def request(self, operation: str) -> Iterator[None]:
        """One request, with the fault that was ordered for it."""
        self.requests.append(operation)
        fault = next((f for f in self.faults if f.operation == operation), None)
        if fault is None:
            yield
            return
        self.faults.remove(fault)
        fault.before()
        if fault.error is not None and not fault.committed:
            raise fault.error
        yield
        fault.after()
        if fault.error is not None:
            raise fault.error

    def put(self, id_: str, values: Mapping[str, Any], claim: Claim = NOBODY) -> Stored:
        """A new object."""
        self.serials += 1
        stored = Stored(id_, {}, self.serials, claim, made_at=self.now, changed_at=self.now)
        stored.values = self._kept({"score": 0.5, "format": "zip", **values})
        self.objects[id_] = stored
        return stored

    def write(self, id_: str, values: Mapping[str, Any], by: str = "program") -> None:
        """New whole values; a None takes one away."""
        stored = self.objects[id_]
        kept = self._kept({**stored.values, **values})
        stored.values = {k: v for k, v in kept.items() if v is not None}
        stored.revision += 1
        self.now += 1
        stored.changed_at, stored.changed_by = self.now, by

    def edit(self, id_: str, **values: Any) -> Callable[[], None]:
        """What another user does, when it is called."""
        return lambda: self.write(id_, values, by="ann")

    def pages(self, within: Within) -> Iterator[Page]:
        """The objects of a shelf, or of all of them, in pages of `page_size`, trash and all."""
        shelves = within.get("shelf")
        there = [s for s in self.objects.values() if not shelves or s.values["shelf"] in shelves]
        for start in range(0, max(1, len(there)), self.page_size):
            with self.request("list"):
                shown = [self.live(s) for s in there[start : start + self.page_size]]
            for live in shown:
                live.untold = self.unlisted
                live.values = {k: v for k, v in live.values.items() if k not in self.unlisted}
                live.server = {k: v for k, v in live.server.items() if k not in self.unlisted}
            yield Page(shown, len(there) if self.counts else None)

    def live(self, stored: Stored) -> Live:
        """The object as it is answered."""
        values = copy.deepcopy(stored.values)
        if self.masks and "apiKey" in values.get("endpoint", {}):
            values["endpoint"]["apiKey"] = MASKED
        server: dict[str, Any] = {"serial": stored.serial, "number": stored.serial}
        server |= {"revision": stored.revision}
        if self.seals:
            server["etag"] = f"e{stored.revision}"
        return Live(
            stored.id,
            values,
            server,
            changed_at=f"at {stored.changed_at:.0f}",
            changed_by=stored.changed_by,
            age=self.now - stored.made_at if self.tells_age else None,
            trashed=stored.trashed,
        )

    def _kept(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """As this registry stores it."""
        kept = copy.deepcopy({k: v for k, v in values.items() if k not in self.ignores})
        if isinstance(kept.get("summary"), str):
            kept["summary"] = kept["summary"].lower()
        if isinstance(licence := kept.get("licence"), str):
            kept["licence"] = {"id": f"id-{licence}", "title": licence}
        elif licence is not None:
            kept["licence"] = {"id": licence["id"], "title": licence["id"].removeprefix("id-")}
        if kept.get("card"):
            kept["card"] = {"pages": 1, **kept["card"]}
        if "owners" in kept:
            kept["owners"] = [_owner(item) for item in kept["owners"] or ()]
        return kept


def _owner(item: Any) -> dict[str, Any]:
    return {"id": f"u-{item}", "name": item} if isinstance(item, str) else item


@dataclass
class Calls(Api):
    """The calls of one table; the defaults of `Api` wherever it has some."""

    server: Registry
    table: type[Table]
    registry: str = HERE
    repeatable: bool = True

    def locate(self, declared: Mapping[str, Any]) -> str:
        """Shelf and name; versions are numbered."""
        return self._place(declared) if self.table.named else ""

    def address(self, keys: Mapping[str, Any]) -> str:
        """Versions by their number."""
        return super().address(keys) if self.table.named else f"{keys['name']}/{keys['number']}"

    def members(self, keys: Mapping[str, Any]) -> list[Live]:
        """The versions of a model."""
        if self.table.named:
            return super().members(keys)
        versions = (s for s in self.server.objects.values() if s.values["name"] == keys["name"])
        return [self.server.live(s) for s in sorted(versions, key=lambda s: -s.serial)]

    def find(self, declared: Mapping[str, Any], claim: Claim) -> Live | None:
        """By name, or by who made it of what."""
        with self.server.request("find"):
            if self.table.named:
                stored = self.server.objects.get(self._place(declared))
            else:
                made = (s for s in self.server.objects.values() if s.claim == claim)
                stored = max(made, key=lambda s: s.serial, default=None)
            return None if stored is None else self.server.live(stored)

    def read(self, id_: str) -> Live | None:
        """By id."""
        with self.server.request("read"):
            stored = self.server.objects.get(id_)
            if stored is None or stored.trashed:
                return None
            return self.server.live(stored)

    def create(self, declared: Mapping[str, Any], claim: Claim) -> Live:
        """Everything but what has no place in a create request."""
        with self.server.request("create"):
            taken = [c for c in tables.inputs(self.table) if not c.behaviour.after_create]
            values = {c.name: declared[c.name] for c in taken if c.name in declared}
            number = f"{declared['name']}/{self.server.serials + 1}"
            id_ = self._place(declared) if self.table.named else number
            if id_ in self.server.objects:
                raise AlreadyExists(f"{id_} is taken")
            return self._answered(self.server.put(id_, values, claim))

    def patch(self, live: Live, patch: Patch) -> Live | None:
        """Whole values of the changed fields, unless others were faster."""
        with self.server.request("patch"):
            stored = self.server.objects[live.id]
            if stored.revision != live.server["revision"]:
                raise Stale("somebody else wrote at the same moment")
            cleared = {c.name for c in tables.columns(self.table) if c.behaviour.clear is None}
            for name, value in patch.whole.items():
                assert value is not None or name in cleared, f"{name} has no way back"
            self.server.write(live.id, patch.whole)
            return self._answered(stored)

    def delete(self, live: Live, *, hard: bool, recursive: bool) -> None:
        """For good, or into the trash."""
        asked = f"delete{' hard' if hard else ' softly'}{' with reviews' if recursive else ''}"
        with self.server.request(asked):
            if hard:
                self.server.objects.pop(live.id, None)
            else:
                self.server.objects[live.id].trashed = True

    def _place(self, declared: Mapping[str, Any]) -> str:
        return f"{declared['shelf']}/{declared['name']}"

    def _answered(self, stored: Stored) -> Live:
        live = self.server.live(stored)
        if self.server.brief:
            live.values, live.complete = {"name": stored.values.get("name")}, False
        return live


@dataclass
class ModelCalls(Calls):
    """Calls of a table with all that an API may offer."""

    why: str = ""

    def settle(self, live: Live) -> Live:
        """Wait until it is usable."""
        with self.server.request("settle"):
            return live

    def restore(self, live: Live) -> Live:
        """Out of the trash."""
        with self.server.request("restore"):
            self.server.objects[live.id].trashed = False
            return self.server.live(self.server.objects[live.id])

    def children(self, live: Live, *, hard: bool, stacks: Collection[str]) -> list[Child]:
        """Reviews; a soft delete keeps them."""
        with self.server.request("children"):
            found = self.server.objects[live.id].reviews if hard else []
            return [Child(each, each.startswith(tuple(stacks))) for each in found]

    def suspicion(self) -> str:
        """Why it may not keep what it took."""
        return self.why


def taken(**values: Any) -> Registry:
    """A registry in which ann has had a model m for long."""
    server = Registry()
    server.put("main/m", {"name": "m", "shelf": "main", "score": 0.9, **values})
    server.objects["main/m"].changed_by = "ann"
    server.now += 1000
    return server
