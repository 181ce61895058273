"""A series and its issues: objects that a stack makes in one another."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pulumi_mlregistry.reconcile.behaviour import Behaviour
from pulumi_mlregistry.reconcile.ledger import Ledger
from pulumi_mlregistry.reconcile.protocol import Child, Claim, Live, Mark
from pulumi_mlregistry.reconcile.reconciler import Reconciler
from pulumi_mlregistry.reconcile.table import POLICY, Table
from reconcile.program import Program
from reconcile.registry import Calls, Registry
from reconcile.tables import Version


class Series(Table):
    """What issues lie in."""

    kind: ClassVar[str] = "toy:Series"
    system: ClassVar[str] = "the toy registry"
    title: ClassVar[str] = "series"
    identified: ClassVar[bool] = True

    name: Annotated[str, Behaviour(key=True, create_only=True)]
    """Its name."""

    note: Annotated[str | None, Behaviour(clear=None)] = None
    """What is said of it."""

    recursive: Annotated[bool | None, POLICY] = None
    """Whether its issues go along."""

    serial: Annotated[int | None, Behaviour(server=True, identity=True)] = None
    """Its number."""


class Issue(Version):
    """A version that says who made it."""

    kind: ClassVar[str] = "toy:Issue"
    title: ClassVar[str] = "issue"
    identified: ClassVar[bool] = True
    parent: ClassVar[tuple[str, str]] = ("toy:Series", "name")


@dataclass
class Issues(Calls):
    """A registry in which others have things as well."""

    program: Of = field(kw_only=True)

    def _place(self, declared: Any) -> str:
        return str(declared["name"])

    def find(self, declared: Any, claim: Claim) -> Live | None:
        """What may be another checkout's."""
        live = super().find(declared, Claim(claim.owner, claim.fingerprint))
        if live is not None:
            live.unproven = self.program.doubt
        return live

    def children(self, live: Live, *, hard: bool, stacks: Collection[str]) -> Iterator[Child]:
        """Those of others, and what the stack has replaced."""
        del live, hard
        if self.table is not Series:
            return
        made = self.server.objects.values()
        yield from (Child(s.id, goes=True) for s in made if s.values.get("stage") in stacks)
        yield from map(Child, self.program.others)

    def siblings(self, id_: str, stacks: Collection[str]) -> list[str]:
        """Those of others."""
        self.program.asked_for = tuple(stacks)
        del id_
        return self.program.others

    def mark(self, id_: str, mark: Mark) -> None:
        """In the stage."""
        self.server.marks.append(mark)
        with self.server.request(f"mark {id_}"):
            self.server.objects[id_].values["stage"] = mark.stacks[0]


@dataclass
class Of(Program):
    """A program of one stack, in a run of many resources."""

    others: list[str] = field(default_factory=list)
    doubt: str = ""
    asked_for: tuple[str, ...] = ()
    """By which identities it looked for others' issues."""
    also: list[tuple[str, tuple[str | None, ...]]] = field(default_factory=list)
    """What the program declares beside it."""

    @property
    def core(self) -> Reconciler:
        """The core, beside a program that says what it declares."""
        core = super().core
        core.program = lambda _kind, _owner: self.also
        return core

    def _connect(self) -> Calls:
        return Issues(self.server, self.table, program=self)


OF = {"__stack": "S", "__instance": "I"}


def a_series(**declared: Any) -> tuple[Of, Of]:
    """A series and an issue of it, made in one run."""
    ledger, server = Ledger(), Registry()
    series = Of(server, Series, owner="p/dev/toy/series", ledger=ledger)
    series.up(name="m", __stack="S", **declared)
    issue = Of(server, Issue, owner="p/dev/toy/issue", ledger=ledger)
    issue.up(name="m", source="a", **OF)
    return series, issue
