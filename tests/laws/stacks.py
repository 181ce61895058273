"""The engine's part in small: which calls a program makes, and what a state carries over."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from laws.doors import DYNAMIC
from laws.plugin_door import Answer
from laws.worlds import Run, World
from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.dynamic.values import PREVIEW
from pulumi_mlregistry.localengine.paths import parse_path, reset
from pulumi_mlregistry.reconcile.checks import Failure
from pulumi_mlregistry.reconcile.planning import Diff
from pulumi_mlregistry.reconcile.protocol import Result
from pulumi_mlregistry.reconcile.state import INSTANCE, STACK

Program = Mapping[str, Mapping[str, Any]]


class CheckFailed(Exception):
    """Check refused; nothing else was called."""

    def __init__(self, failures: list[Failure]) -> None:
        super().__init__("; ".join(f"{f.path}: {f.reason}" for f in failures))
        self.failures = failures


@dataclass
class Resource:
    """One resource in the state."""

    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


@dataclass
class Stack:
    """A stack of one kind of resource; each method that calls the provider is a run of its own."""

    world: World
    keys: dict[str, str] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    pending: list[Resource] = field(default_factory=list)
    """Replaced, and still to be deleted."""
    log: list[str] = field(default_factory=list)
    identity: str = field(default_factory=lambda: str(uuid.uuid4()))
    """What Pulumi makes up for the stack and keeps in the state."""
    instances: dict[str, str] = field(default_factory=dict)
    """The same for each resource, as long as the program declares it."""

    def __getitem__(self, logical: str) -> Resource:
        return self.resources[logical]

    def up(self, program: Program, aliases: Mapping[str, str] | None = None) -> list[str]:
        """Make the program true; answers the steps: ``create m``, ``update m``, ``same m``."""
        for new, old in (aliases or {}).items():
            self.resources[new] = self.resources.pop(old)
        steps: list[str] = []
        self.instances = {k: v for k, v in self.instances.items() if k in program}
        with self.running() as run:
            for logical, declared in program.items():
                steps.append(f"{self._step(run, logical, declared)} {logical}")
            self._delete_pending(run)
            for logical in [n for n in reversed(self.resources) if n not in program]:
                run.core.delete(self[logical].id, self[logical].outputs)
                del self.resources[logical]
                steps.append(f"delete {logical}")
        return steps

    def preview(self, logical: str, declared: Mapping[str, Any]) -> Diff:
        """What the next `up` would do with a resource of the state."""
        with self.running() as run:
            inputs = self.check(run, logical, declared, self[logical].inputs)
            return run.core.diff(self[logical].id, self[logical].outputs, inputs)

    def preview_new(self, logical: str, declared: Mapping[str, Any]) -> list[str]:
        """What a preview tells of a resource that is not in the state yet."""
        with self.running() as run:
            self._foresee(run, logical, declared)
        return self.log

    def preview_anew(self, logical: str, declared: Mapping[str, Any]) -> list[str]:
        """What a preview tells of a replacement under the same name."""
        known = self[logical]
        with self.running() as run:
            run.core.diff(known.id, known.outputs, known.inputs)
            self._foresee(run, logical, declared)
        return self.log

    def _foresee(self, run: Run, logical: str, declared: Mapping[str, Any]) -> None:
        if self.world.door == DYNAMIC:
            self.check(run, logical, {**declared, PREVIEW: True}, {})
        else:
            run.core.foresee(self.check(run, logical, declared, {}))

    def plans(self, logical: str, declared: Mapping[str, Any], *paths: str) -> bool:
        """Whether a preview shows just these paths; by a door without paths, whether it acts."""
        diff = self.preview(logical, declared)
        if isinstance(diff, Answer):
            return sorted(map(_field, diff.detailed)) == sorted(map(_field, paths))
        if not isinstance(diff, Diff):
            return bool(diff.any == bool(paths))
        return {str(c.path) for c in diff.changes} == set(paths)

    def shown(self, logical: str, declared: Mapping[str, Any]) -> str:
        """All that a preview says of a change."""
        diff = self.preview(logical, declared)
        assert diff.any
        changes = diff.changes if isinstance(diff, Diff) else ()
        changes = diff.detailed if isinstance(diff, Answer) else changes
        return "; ".join((*map(str, changes), *self.log))

    def refresh(self) -> None:
        """Read everything; what is gone leaves the state."""
        with self.running() as run:
            for logical, known in list(self.resources.items()):
                found = run.core.read(known.id, known.outputs, known.inputs)
                if found.id:
                    self.resources[logical] = _kept(found, found.inputs)
                else:
                    del self.resources[logical]

    def take(self, logical: str, id_: str) -> None:
        """Import by id."""
        with self.running() as run:
            found = run.core.read(id_, {})
            assert found.id, f"{id_} is not there"
            self.resources[logical] = _kept(found, found.inputs)

    def destroy(self) -> None:
        """Delete everything."""
        self.up({})

    def killed_while_creating(self, logical: str, declared: Mapping[str, Any]) -> str:
        """Create, and die before the state is stored; answers the id."""
        with self.running() as run:
            return run.core.create(self.check(run, logical, declared, {})).id

    @contextmanager
    def running(self) -> Iterator[Run]:
        """A run of the engine, for single calls."""
        run = self.world.run(**self.keys)
        try:
            yield run
        finally:
            self.log = run.log

    def _step(self, run: Run, logical: str, declared: Mapping[str, Any]) -> str:
        known = self.resources.get(logical)
        inputs = self.check(run, logical, declared, known.inputs if known else {})
        if known is None:
            self.resources[logical] = _kept(run.core.create(inputs), inputs)
            return "create"
        diff = run.core.diff(known.id, known.outputs, inputs)
        if not diff.any:
            known.inputs = as_carried(inputs)  # as the engine does, whose outputs stay
            return "same"
        if not diff.replaces:
            outputs = run.core.update(known.id, known.outputs, inputs)
            self.resources[logical] = _kept(outputs, inputs)
            return "update"
        self._replace(run, logical, self.check(run, logical, declared, {}), diff)
        return "replace"

    def _replace(self, run: Run, logical: str, inputs: dict[str, Any], diff: Diff) -> None:
        known = self[logical]
        if diff.delete_before_replace:
            run.core.delete(known.id, known.outputs)
            del self.resources[logical]
            self.resources[logical] = _kept(run.core.create(inputs), inputs)
        else:
            self.resources[logical] = _kept(run.core.create(inputs), inputs)
            self.pending.append(known)

    def check(
        self, run: Run, logical: str, declared: Mapping[str, Any], olds: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The checked inputs of a resource."""
        owner = f"project/stack/{self.world.kind}/{logical}"
        news = as_carried({**declared, "__owner": owner, **self._identified(logical)})
        for path in declared.get("__ignored", ()) if olds else ():  # as the engine does
            news = reset(parse_path(path), dict(olds), news)
        checked = run.core.check(news, olds)
        if checked.failures:
            raise CheckFailed(checked.failures)
        return dict(as_carried(checked.inputs))

    def _identified(self, logical: str) -> dict[str, str]:
        table = KINDS[self.world.kind].table
        if not table.identified:
            return {}
        instance = self.instances.setdefault(logical, str(uuid.uuid4()))
        return {STACK: self.identity, **({} if table.named else {INSTANCE: instance})}

    def _delete_pending(self, run: Run) -> None:
        while self.pending:
            run.core.delete(self.pending[0].id, self.pending[0].outputs)
            del self.pending[0]


def _kept(result: Result, inputs: Mapping[str, Any]) -> Resource:
    return Resource(result.id, as_carried(dict(inputs)), as_carried(result.outputs))


def as_carried(value: Any) -> Any:
    """A value as Pulumi's protocol carries it: numbers are floats, keys that are null vanish."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return float(value)
    if isinstance(value, dict):
        return {k: as_carried(v) for k, v in value.items() if v is not None}
    if isinstance(value, list | tuple):
        return [as_carried(v) for v in value]
    return value


def _field(path: str) -> str:
    """The property of a path: lists have indexes in one place and keys in the other."""
    return path.partition(".")[0].partition("[")[0]
