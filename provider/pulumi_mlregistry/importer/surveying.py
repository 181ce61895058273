"""What is there: a walk through registries, what of it is adopted, and what is left out and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from pulumi_mlregistry.apis.apart import Apart
from pulumi_mlregistry.catalog import KINDS, Kind, Session
from pulumi_mlregistry.importer import naming
from pulumi_mlregistry.importer.adopting import Adoption, Unfit, adopt, as_read
from pulumi_mlregistry.importer.progress import Progress
from pulumi_mlregistry.importer.selecting import Selection
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.protocol import Api, Live
from pulumi_mlregistry.reconcile.reconciler import Reconciler

_AT_ONCE: Final = 16


@dataclass(frozen=True)
class LeftOut:
    """An object that is not adopted: how it is called, and why not."""

    called: str
    why: str


@dataclass
class Survey:
    """What a walk has come to."""

    adopted: list[Adoption] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    registries: list[str] = field(default_factory=list)
    """Each registry with its address."""


@dataclass
class Surveyor:
    """Walks registries for one stack of a project; raises `RegistryError` where one fails."""

    project: str
    stack: str
    selection: Selection
    include: frozenset[Apart]
    progress: Progress
    survey: Survey = field(default_factory=Survey)
    _names: set[tuple[str, str]] = field(default_factory=set)

    def walk(self, session: Session, api: str) -> None:
        """Add what one registry holds."""
        kinds = [kind for kind in KINDS.values() if kind.api == api]
        where = kinds[0].server.registry_of(session.settings)
        system = kinds[0].table.system
        if foreign := self.selection.foreign_to(kind.name for kind in kinds):
            options = ", ".join(f"--{facet}" for facet in foreign)
            self.progress.note(f"{system}: nothing is taken, as {options} means nothing there")
            return
        self.survey.registries.append(f"{system} at {where}")
        for kind in kinds:
            self._walk_kind(session, kind)
        self.progress.end()

    def _walk_kind(self, session: Session, kind: Kind) -> None:
        core = session.reconciler(kind.name)
        api = core.connect()
        wanted = list(self._wanted(kind, core, api))
        lives = self._whole(api, wanted)
        adopted = [self._adopted(kind, core, live) for live in sorted(lives, key=lambda x: x.id)]
        self.survey.adopted += sorted(filter(None, adopted), key=lambda x: naming.order(x.name))

    def _wanted(self, kind: Kind, core: Reconciler, api: Api) -> Iterator[Live]:
        seen = 0
        for page in kind.walk(api, self.selection.wanted):
            for live in page.lives:
                seen += 1
                self.progress.tell(naming.plural(kind.table.title), seen, page.total)
                if self.selection.takes(kind.name, as_read(core, live).inputs):
                    yield from self._kept(kind, api, live)

    def _kept(self, kind: Kind, api: Api, live: Live) -> Iterator[Live]:
        apart = kind.apart(api, live)
        if apart is None or apart.why in self.include:
            yield live
        else:
            self._leave_out(kind, live, apart.text)

    def _whole(self, api: Api, lives: Sequence[Live]) -> list[Live]:
        """The objects, read one by one where a list hides what a program could declare of them."""
        arguments = {c.name for c in tables.inputs(api.table)}
        whole = [live for live in lives if live.untold.isdisjoint(arguments)]
        partly = [live for live in lives if not live.untold.isdisjoint(arguments)]
        read: list[Live] = []
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for live in pool.map(api.read, [live.id for live in partly]):
                if live is not None:  # else deleted meanwhile
                    read.append(live)
                self.progress.tell(f"{naming.plural(api.table.title)} read", len(read), len(partly))
        return [*whole, *read]

    def _adopted(self, kind: Kind, core: Reconciler, live: Live) -> Adoption | None:
        name = self._name(kind, core, live)
        owner = f"{self.project}/{self.stack}/{kind.name}/{name}"
        try:
            return adopt(core, live, name, owner)
        except Unfit as reason:
            self._leave_out(kind, live, str(reason))
            return None

    def _name(self, kind: Kind, core: Reconciler, live: Live) -> str:
        result = as_read(core, live)
        name = naming.logical_name(kind.name, {**result.outputs, **result.inputs})
        if (kind.name, name) in self._names:
            name = naming.told_apart(name, live.id)
        self._names.add((kind.name, name))
        return name

    def _leave_out(self, kind: Kind, live: Live, why: str) -> None:
        known: Mapping[str, object] = {**live.values, **live.server}
        self.survey.left_out.append(LeftOut(kind.table.called(live.id, known), why))


def counts(adopted: Iterable[Adoption]) -> dict[str, int]:
    """How many of each resource, by what messages call one of it."""
    found: dict[str, int] = {}
    for each in adopted:
        title = KINDS[each.kind].table.title
        found[title] = found.get(title, 0) + 1
    return found
