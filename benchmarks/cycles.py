"""A stack's life, each operation measured: a line for each."""

from __future__ import annotations

import itertools
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
    """Those before the last of them are carried out all the same."""
    rounds: int = 1

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
    """Stacks in turns, operation by operation: what disturbs one disturbs them all."""
    for turn in itertools.zip_longest(*map(lines, scenarios)):
        yield from (line for line in turn if line is not None)


def lines(scenario: Scenario) -> Iterator[Line]:
    """Go through a stack's life once."""
    key = {k: v for k, v in asdict(scenario).items() if k not in ("operations", "rounds")}
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
        for operation in OPERATIONS:
            if operation not in scenario.operations and operation != "create":
                continue
            rounds = scenario.rounds if operation in _REPEATED else 1
            for turn in range(rounds):
                server.reset()
                done = _carry_out(stack, operation)
                line = {**key, "operation": operation, "round": turn, **_facts(done)}
                yield {**line, **_load(server), "state": stack.state_bytes()}
            if operation == "create":
                yield {**key, "operation": "export", "bytes": len(stack.export())}


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
