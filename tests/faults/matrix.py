"""The matrix: an operation as it is when nothing fails, and a cell in which one request does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from faults import canaries
from faults.budgets import PROCESSES, Budget
from faults.doors import DoorStack
from faults.operations import Operation
from faults.pictures import Picture, differences
from faults.scene import PATIENT, Door, Scene, core, surrounded
from faults.strikes import STRIKES, Killed, Strike
from laws.stacks import Stack
from laws.worlds import World
from pulumi_mlregistry.devserver import Server
from pulumi_mlregistry.reconcile.errors import AlreadyExists, RegistryError

WAITING, ANSWERED = 0.4, 2.0
"""Seconds a call while a fault is on: where a call has to wait for its end, and where not, or
where the server is a real one, which may take longer for an answer."""
BEHIND_A_DOOR = 2.0
"""Where an engine and its processes take a part of the machine."""
_TRIES = 3


class Missed(Exception):
    """The fault did not happen: a busy machine was too slow for a request before it."""


@dataclass(frozen=True)
class Usual:
    """One operation at one world when nothing fails: its requests, and what others see after.

    By the core alone: behind a ``door`` it has to send and to leave the same.
    """

    world: World
    operation: Operation
    door: Door
    beside: str
    sent: tuple[str, ...]
    after: Picture
    kept: frozenset[str]
    """The logical names in the state."""
    seconds: float

    def cells(self) -> Iterator[tuple[int, Strike]]:
        """Each request with each fault that is a case of its own there."""
        for nth, short in enumerate(self.sent, 1):
            for strike in STRIKES:
                if strike.hits(short, self.world.target):
                    yield nth, strike


def set_scene(world: World, operation: Operation, beside: str, door: Door) -> Scene:
    """Everything up to the operation itself."""
    scene = Scene(world, beside, door)
    for step in operation.before:
        step(scene)
    world.proxy.clear()
    return scene


def usual(world: World, operation: Operation) -> Usual:
    """Run an operation without any fault; asserts that it changes what it says and nothing else."""
    beside = surrounded(world)
    scene = set_scene(world, operation, beside, core)
    ids = scene.ids()
    before, started = scene.picture(ids), time.monotonic()
    _act(scene, operation)
    spent, sent, after = time.monotonic() - started, tuple(world.sent()), scene.picture(ids)
    found = differences(before, after)
    told = {t: scene.scenery.paths(t) for t in operation.touches}
    stray = [p for p in found if not any(_below(p, paths) for paths in told.values())]
    idle = [t for t, paths in told.items() if not any(_below(p, paths) for p in found)]
    assert not stray, f"it changed what it does not own: {stray}"
    assert not idle, f"it did not change {idle}"
    assert operation.silent == (not sent), f"it sent {sent}"
    _settle(scene, operation)
    kept = frozenset(scene.stack.resources)
    return Usual(world, operation, core, beside, sent, after, kept, spent)


def _below(path: str, parents: list[str]) -> bool:
    return any(path == p or path.startswith(f"{p}/") for p in parents)


def _act(scene: Scene, operation: Operation) -> None:
    """The operation; an error is expected where the operation says so, and then only that one."""
    if operation.refused is None:
        operation.act(scene)
        return
    try:
        operation.act(scene)
    except operation.refused:
        return
    raise AssertionError(f"it was not refused as {operation.refused.__name__}")


def _settle(scene: Scene, operation: Operation) -> None:
    """The same program once more plans nothing, before and after a refresh."""
    if operation.refused is not None:
        return
    if not scene.stack.resources:
        assert scene.stack.up({}) == []
        return
    if operation.act is not Scene.take:  # the engine has yet to see the program of an import
        assert scene.stack.up(scene.program) == [f"same {scene.logical}"]
    else:
        scene.up()
        assert scene.world.proxy.writes() == []
    scene.stack.refresh()
    assert scene.stack.up(scene.program) == [f"same {scene.logical}"]


@dataclass
class Cell:
    """One request of an operation fails in one way; the same program is then applied again."""

    usual: Usual
    nth: int
    strike: Strike
    failed: str = ""
    """Why it does not hold; empty where it does."""
    requests: int = 0
    seconds: float = 0.0
    asked: bool = False
    """Whether the program had to say that an object is its own."""
    told: str = ""
    """The error of the run with the fault."""
    overheard: canaries.Overheard = field(default_factory=canaries.Overheard)

    def run(self) -> Cell:
        """All of it; never raises."""
        for _ in range(_TRIES):
            self.failed = ""
            try:
                self._run()
            except Missed as error:
                self.failed = str(error)
                continue
            except Exception as error:
                self.failed = f"{type(error).__name__}: {error}".strip()
            finally:
                self.usual.world.proxy.clear()
            break
        return self

    def _run(self) -> None:
        operation = self.usual.operation
        scene = set_scene(self.usual.world, operation, self.usual.beside, self.usual.door)
        ids = scene.ids()
        self._struck(scene)
        self._mend(scene)
        _settle(scene, operation)
        assert frozenset(scene.stack.resources) == self.usual.kept, "the state holds other things"
        wrong = differences(self.usual.after, scene.picture(ids))
        assert not wrong, f"others see something else at {wrong}"
        self._no_leak(scene)

    def _struck(self, scene: Scene) -> None:
        """The operation with the fault."""
        world, stack = scene.world, scene.stack
        real = isinstance(world.server, Server)
        timeout = WAITING if self.strike.waits and not real else ANSWERED
        timeout = timeout if isinstance(stack, Stack) else BEHIND_A_DOOR
        stack.keys["timeoutSeconds"] = str(timeout)
        with self.strike.on(world, self.nth, stack):
            started = time.monotonic()
            with canaries.listening(self.overheard):
                try:
                    self.usual.operation.act(scene)
                except Killed:
                    pass
                except RegistryError as error:
                    self.overheard.error(error)
                    self.told = str(error)
            self.seconds = time.monotonic() - started
            self.requests = len(world.proxy.requests)
            hit = self.strike.hit(world, self.nth)
        self.overheard.hear("log", *stack.log)
        stack.keys["timeoutSeconds"] = PATIENT
        if not hit:
            raise Missed("the fault did not happen")
        assert "\n" not in self.told, "an error is one line"
        if self.strike.committed:
            assert "Nothing was" not in self.told, f"something was written: {self.told}"
        usual = self.usual
        usually = usual.seconds if isinstance(stack, Stack) else PROCESSES
        budget = Budget.of(len(usual.sent), usually, timeout, lasts=self.strike.lasts)
        assert self.seconds <= budget.seconds, f"took {self.seconds:.1f} s: {budget}"
        assert self.requests <= budget.requests, f"sent {self.requests} requests: {budget}"

    def _mend(self, scene: Scene) -> None:
        """The same once more, without a fault."""
        self._plan(scene)
        with canaries.listening(self.overheard):
            try:
                _act(scene, self.usual.operation)
            except AlreadyExists as error:
                self.overheard.error(error)
                if not self._may_ask():
                    raise
                self.asked = True
                scene.declared["onConflict"] = "adopt"
                _act(scene, self.usual.operation)
        self.overheard.hear("log", *scene.stack.log)

    def _may_ask(self) -> bool:
        """Whether the program has to say that an object is its own.

        Where the run that made it could neither keep it in a state nor remove it again: it was
        killed, or nothing answered any more, and then it said so.
        """
        told = 'on_conflict="adopt"' in self.told
        return self.usual.operation.creates and bool(
            self.strike.killed or (self.strike.lasts and told)
        )

    def _plan(self, scene: Scene) -> None:
        """What a preview shows before the second run."""
        for logical, declared in scene.program.items():
            if logical in scene.stack.resources:
                diff = scene.stack.preview(logical, declared)
                self.overheard.hear("plan", *map(str, diff.changes))

    def _no_leak(self, scene: Scene) -> None:
        if isinstance(scene.stack, DoorStack):
            scene.stack.overhear(self.overheard)
        tokens = (*canaries.CREDENTIALS, *_tokens(scene.world))
        found = self.overheard.leaks((*tokens, *canaries.FIELDS))
        for resource in scene.stack.resources.values():
            state: Any = {"outputs": resource.outputs, "inputs": resource.inputs}
            found += [f"{t} in the state" for t in tokens if t in canaries.text(state)]
        assert not found, f"it told secrets: {found}"


def _tokens(world: World) -> tuple[str, ...]:
    return tuple(getattr(world.server, "tokens", {}).values())
