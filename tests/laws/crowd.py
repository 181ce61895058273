"""Many objects of one resource at a registry of their own, and the state of a program of them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from laws.openmetadata_worlds import SERVICE
from laws.worlds import World
from pulumi_mlregistry.catalog import Session
from pulumi_mlregistry.reconcile.protocol import Result

AT_ONCE = 16


@dataclass
class Crowd:
    """What others made, read into a state; each run has a session of its own."""

    world: World
    log: list[str] = field(default_factory=list)
    states: dict[str, Result] = field(default_factory=dict)

    def session(self) -> Session:
        """A run's."""
        self.log.clear()
        return Session(self.world.settings(timeoutSeconds="60"), self.log.append)

    def make(self, count: int) -> list[str]:
        """So many objects, each under a name of its own; answers their ids."""
        return self._kept([self.world.make(self.world.name()) for _ in range(count)])

    def make_of_one(self, count: int) -> list[str]:
        """So many versions of one model."""
        name = self.world.name()
        return self._kept([self.world.make(name) for _ in range(count)])

    def make_in_bulk(self, count: int) -> None:
        """So many models with five features in one service, in one request; states from a list."""
        self.world.prepare("")
        bodies = [self.body(number) for number in range(count)]
        answer = self.world.http.put("/api/v1/mlmodels/bulk", json=bodies)
        assert answer.json()["numberOfRowsPassed"] == count, answer.text[:500]

    def body(self, number: int) -> dict[str, Any]:
        """One of them, as others create it."""
        features = [{"name": f"feature_{n}", "dataType": "numerical"} for n in range(5)]
        name = f"model-{number:05}"
        return {"name": name, "service": SERVICE, "algorithm": "KMeans", "mlFeatures": features}

    def read(self, ids: Sequence[str], session: Session | None = None) -> dict[str, Result]:
        """A refresh: all at once, in one session."""
        core = (session or self.session()).reconciler(self.world.kind)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = pool.map(lambda id_: core.read(id_, self.states[id_].outputs), ids)
            return dict(zip(ids, found, strict=True))

    def preview(self, declared: Sequence[dict[str, Any]]) -> list[str]:
        """A preview of new resources; the lines that it tells."""
        session = self.session()
        session.foresight.seconds = 60  # requests are counted here: a slow machine takes its time
        core = session.reconciler(self.world.kind)
        for each in declared:
            checked = core.check(each, {})
            assert checked.failures == []
            core.foresee(checked.inputs)
        return list(self.log)

    def _kept(self, ids: list[str]) -> list[str]:
        for id_ in ids:  # each by a session of its own: alone
            self.states[id_] = self.session().reconciler(self.world.kind).read(id_, {})
        self.world.sent()
        return ids
