"""Resources of all five kinds in one process: one session, many threads, each request counted."""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from laws.openmetadata_worlds import MlModelWorld, listed
from laws.together import EVERYTHING, at_once
from laws.worlds import World
from pulumi_mlregistry.catalog import Session
from pulumi_mlregistry.reconcile.errors import RegistryError
from pulumi_mlregistry.settings.settings import Settings
from support.proxy import Proxy

KINDS = ("entity-nemobox", "model-mlflowbox", "version-mlflowbox", "mlmodel-om2", "mlservice-om2")
SIGNED = ("model-oraclebox", "version-oraclebox")
REAL = ("entity-nemo", "model-mlflow", "version-mlflow")
FLEETS = {"all kinds": KINDS, "signed": SIGNED, **({"real": REAL} if EVERYTHING else {})}
ONCE = re.compile(r"GET (system/version|users/name/|tags/name/)")
"""What a session asks once, whoever asks."""


@dataclass
class Member:
    """One resource of the program: what is declared, and the state as it comes to be."""

    world: World
    owner: str
    declared: dict[str, Any]
    id: str = ""
    outputs: dict[str, Any] = field(default_factory=dict)

    def inputs(self, session: Session, **more: Any) -> dict[str, Any]:
        """What check makes of the declaration."""
        core = session.reconciler(self.world.kind)
        checked = core.check({**self.declared, **more, "__owner": self.owner}, {})
        assert checked.failures == []
        return dict(checked.inputs)

    def create(self, session: Session) -> None:
        """Create it."""
        made = session.reconciler(self.world.kind).create(self.inputs(session))
        self.id, self.outputs = made.id, made.outputs

    def update(self, session: Session) -> None:
        """Another description."""
        core = session.reconciler(self.world.kind)
        news = self.inputs(session, description="second")
        assert [str(c.path) for c in core.diff(self.id, self.outputs, news).changes] == [
            "description"
        ]
        self.outputs = core.update(self.id, self.outputs, news).outputs

    def read(self, session: Session) -> None:
        """Read it, of which nothing changes."""
        found = session.reconciler(self.world.kind).read(self.id, self.outputs)
        assert found.id == self.id
        assert found.outputs["description"] == self.outputs["description"]

    def delete(self, session: Session) -> None:
        """Delete it."""
        session.reconciler(self.world.kind).delete(self.id, self.outputs)


@dataclass
class Fleet:
    """The five kinds at three registries, each behind its proxy."""

    worlds: Sequence[World]
    log: list[str] = field(default_factory=list)

    def session(self, **keys: str) -> Session:
        """One process's session with all of them."""
        configured: dict[str, str] = {}
        signing: dict[str, str] = {}
        for world in self.worlds:
            configured |= world.settings(**keys).configured
            if world.target == "oracle":
                signing |= world.server.environment
        return Session(Settings(configured, signing), self.log.append)

    def members(self, count: int) -> list[Member]:
        """So many resources, one kind after the other."""
        return [
            Member(world, f"project/stack/{world.kind}/r{number}", _declared(world))
            for number, world in zip(range(count), itertools.cycle(self.worlds), strict=False)
        ]

    @property
    def proxies(self) -> list[Proxy]:
        """One a registry."""
        return list({id(w.proxy): w.proxy for w in self.worlds}.values())

    def sent(self) -> Counter[str]:
        """The requests since the last call, without names and ids."""
        found: Counter[str] = Counter()
        for proxy in self.proxies:
            world = next(w for w in self.worlds if w.proxy is proxy)
            found.update(f"{r.method} {_short(world, r.path)}" for r in proxy.requests)
            proxy.clear()
        return found


def _declared(world: World) -> dict[str, Any]:
    declared = {**world.declare(world.name()), "deletePolicy": "hard"}
    if isinstance(world, MlModelWorld):
        declared[world.keyed] = listed(declared[world.keyed])
    if world.kind.startswith("openmetadata:"):
        declared["owners"] = [{"type": "user", "name": "alice"}]
    return declared


def _short(world: World, path: str) -> str:
    path = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", world.short(path))
    return re.sub(r"law-[0-9a-f]{10}", "NAME", path).removeprefix("/api/v1/")


def all_at_once(
    step: Callable[[Member, Session], None], members: Sequence[Member], session: Session
) -> list[RegistryError | None]:
    """All take the same step in one session; what each was told."""
    return at_once(*(functools.partial(step, member, session) for member in members))
