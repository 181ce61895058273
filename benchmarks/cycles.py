"""A stack's life, each operation measured: a line for each."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks import registry
from benchmarks.engines import Stack
from benchmarks.measuring import Measured

Line = dict[str, Any]

OPERATIONS: Final = (
    "preview (new)",
    "create",
    "no-op preview",
    "no-op up",
    "refresh",
    "update all",
    "destroy",
)
_REPEATED: Final = ("preview (new)", "no-op preview", "no-op up", "refresh")
"""What leaves all as it was, and so can be measured more than once."""


@dataclass(frozen=True)
class Scenario:
    """What is measured: who does it, by what door and engine, with how many objects."""

    provider: str
    door: str
    engine: str
    count: int
    latency: float = 0.0
    objects: str = "openmetadata"
    checkpoints: bool = True
    parallel: int = 0
    operations: tuple[str, ...] = OPERATIONS
    """Objects are created whether that is among them or not."""
    rounds: int = 1

    def rounds_of(self, operation: str) -> int:
        """How often an operation is carried out: not more than once where it changes something."""
        if operation not in self.operations and operation != "create":
            return 0
        return self.rounds if operation in _REPEATED else 1

    @property
    def title(self) -> str:
        """In short, whoever it is measured of."""
        more = [f"{self.latency * 1000:.0f} ms"] if self.latency else []
        more += ["checkpoints skipped"] if not self.checkpoints else []
        more += [f"--parallel {self.parallel}"] if self.parallel else []
        more += [self.objects] if self.objects != "openmetadata" else []
        said = ", ".join(["", *more])
        return f"{self.door} door, {self.engine} engine, {self.count}{said}"


def side_by_side(scenarios: Iterable[Scenario]) -> Iterator[Line]:
    """Stacks in turns, each operation and round of all before the next: what disturbs one disturbs
    them all."""
    with contextlib.ExitStack() as open_:
        lives = [open_.enter_context(_alive(scenario)) for scenario in scenarios]
        for operation in OPERATIONS:
            for turn in range(max(life.scenario.rounds_of(operation) for life in lives)):
                for life in lives:
                    if turn < life.scenario.rounds_of(operation):
                        yield from life.lines(operation, turn)


@dataclass(frozen=True)
class _Life:
    """A stack from nothing to its end, at a registry of its own."""

    scenario: Scenario
    stack: Stack
    server: registry.Registry

    def lines(self, operation: str, turn: int) -> Iterator[Line]:
        """Carry out an operation and say what it took."""
        key = {k: v for k, v in asdict(self.scenario).items() if k not in ("operations", "rounds")}
        self.server.reset()
        done = _carry_out(self.stack, operation)
        line = {**key, "operation": operation, "round": turn, **_facts(done)}
        yield {**line, **_load(self.server), "state": self.stack.state_bytes()}
        if operation == "create":
            yield {**key, "operation": "export", "bytes": len(self.stack.export())}


@contextlib.contextmanager
def _alive(scenario: Scenario) -> Iterator[_Life]:
    with (
        tempfile.TemporaryDirectory(prefix="benchmarks-") as folder,
        registry.running(scenario.objects) as server,
    ):
        stack = Stack(
            scenario.engine,
            Path(folder) / "stack",
            scenario.provider,
            scenario.door,
            server.environment,
            scenario.objects,
            scenario.count,
            checkpoints=scenario.checkpoints,
            parallel=scenario.parallel,
        )
        server.delay(scenario.latency)
        yield _Life(scenario, stack, server)


def _carry_out(stack: Stack, operation: str) -> Measured:
    calls: dict[str, Callable[[], Measured]] = {
        "preview (new)": stack.preview,
        "no-op preview": stack.preview,
        "refresh": stack.refresh,
        "destroy": stack.destroy,
    }
    if operation == "update all":
        stack.edit += 1
    done = calls.get(operation, stack.up)()
    if done.code:
        raise RuntimeError(f"{operation} failed: {done.text[-2000:]}")
    return done


def _facts(done: Measured) -> Line:
    used = done.provider
    facts: Line = {"seconds": round(done.seconds, 3)}
    if used is not None:
        facts |= {"cpu": round(used.cpu, 2), "memory": used.memory, "peak": used.peak}
    if done.program is not None:
        facts["program"] = round(done.program.cpu, 2)
    return facts


def _load(server: registry.Registry) -> Line:
    load = server.load()
    rate = sum(load["requests"].values()) / load["seconds"] if load["seconds"] else 0.0
    kept = {key: load[key] for key in ("requests", "at_once", "connections", "connections_at_once")}
    return {**kept, "rate": round(rate, 1)}
