"""The parts of a run, each by name, and what they measure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from benchmarks import core, cycles, imports, servers
from benchmarks.cycles import Scenario
from benchmarks.engines import has_pulumi

Line = dict[str, Any]
Say = Callable[[str], None]
Group = tuple[Scenario, ...]
"""What is measured in turns, one provider beside the other."""
QUICK: Final = 20
"""Objects in the quick form."""
_DOORS: Final = ("dynamic", "plugin")
_LATENCIES: Final = (0.05, 0.2)
_PEERS: Final = ("floor", "naive", "product")
_WRITES: Final = ("create", "refresh")
_UNCHANGED: Final = ("create", "no-op up", "refresh")
_MANY: Final = ("preview (new)", *_UNCHANGED)
"""What is measured of all with many objects; with few, each operation is."""


@dataclass(frozen=True)
class Part:
    """What can be run alone."""

    name: str
    title: str
    lines: Callable[[bool, Say], Iterator[Line]]


def _imports(quick: bool, say: Say) -> Iterator[Line]:
    say("imports of fresh interpreters")
    yield from imports.lines(rounds=1 if quick else 11)


def _core(quick: bool, say: Say) -> Iterator[Line]:
    for count in (QUICK,) if quick else (1000, 5000):
        say(f"checks and diffs in this process, {count}")
        yield from core.lines(count, rounds=1 if quick else 5)


def _servers(quick: bool, say: Say) -> Iterator[Line]:
    few = [(QUICK, "product")]
    many = [(1000, "floor"), (1000, "naive"), (1000, "product"), (5000, "product")]
    for (count, provider), door in product(few if quick else many, _DOORS):
        say(f"{provider}, the {door} door's server, {count}")
        yield from servers.lines(provider, door, count)


def _cycles(groups: Iterable[Group], quick: bool, say: Say) -> Iterator[Line]:
    chosen = [group for group in groups if group[0].engine == "local" or has_pulumi()]
    if quick:
        chosen = _few(chosen)
    for number, group in enumerate(chosen, 1):
        say(f"{number}/{len(chosen)} {', '.join(s.provider for s in group)}: {group[0].title}")
        yield from cycles.side_by_side(group)


def _few(groups: Iterable[Group]) -> list[Group]:
    """Each provider once at each place."""
    found: dict[tuple[str, ...], dict[Scenario, None]] = {}
    for each in (_small(scenario) for group in groups for scenario in group):
        found.setdefault((each.engine, each.door, each.objects), {})[each] = None
    return [tuple(group) for group in found.values()]


def _small(scenario: Scenario) -> Scenario:
    """The quick form, which is the same for many."""
    return Scenario(
        scenario.provider,
        scenario.door,
        scenario.engine,
        QUICK,
        objects=scenario.objects,
        operations=_UNCHANGED,
    )


def _group(providers: Iterable[str], door: str, engine: str, count: int, **more: Any) -> Group:
    return tuple(Scenario(provider, door, engine, count, **more) for provider in providers)


def _stacks(door: str, engine: str) -> Iterator[Group]:
    """Growing numbers; from 500 on Pulumi's checkpoints would outweigh all, and are skipped."""
    pulumi = engine == "pulumi"
    yield _group(_PEERS, door, engine, 100, rounds=3)
    yield _group(_PEERS, door, engine, 500, checkpoints=not pulumi, operations=_MANY)
    many = {"checkpoints": not pulumi, "rounds": 3 if pulumi else 1}
    yield (
        *_group(_PEERS[:2], door, engine, 1000, operations=_MANY, **many),
        *_group(("shaped",) if pulumi else (), door, engine, 1000, operations=_UNCHANGED, **many),
        *_group(_PEERS[2:], door, engine, 1000, **many),
    )
    for latency in _LATENCIES:
        yield _group(_PEERS[1:], door, engine, 100, latency=latency)
    if pulumi:
        yield from _on_pulumi(door)


def _on_pulumi(door: str) -> Iterator[Group]:
    """What the local engine has not: calls side by side, checkpoints that can be skipped."""
    late = {"latency": 0.05, "checkpoints": False, "operations": _WRITES}
    wide = {"latency": 0.2, "parallel": 64, "operations": _WRITES}
    yield _group(_PEERS, door, "pulumi", 1000, **late)
    yield _group(("floor", "product"), door, "pulumi", 100, **wide)
    yield _group(("floor", "product"), door, "pulumi", 500, operations=("create",))


def _local(quick: bool, say: Say) -> Iterator[Line]:
    yield from _cycles(_stacks("dynamic", "local"), quick, say)


def _dynamic(quick: bool, say: Say) -> Iterator[Line]:
    yield from _cycles(_stacks("dynamic", "pulumi"), quick, say)


def _plugin(quick: bool, say: Say) -> Iterator[Line]:
    yield from _cycles(_stacks("plugin", "pulumi"), quick, say)


def _large(quick: bool, say: Say) -> Iterator[Line]:
    more: dict[str, Any] = {"checkpoints": False, "operations": _UNCHANGED}
    groups = (_group(("product",), door, "pulumi", 5000, **more) for door in _DOORS)
    yield from _cycles(() if quick else groups, quick, say)


def _others(quick: bool, say: Say) -> Iterator[Line]:
    places = (("dynamic", "local"), ("dynamic", "pulumi"), ("plugin", "pulumi"))
    groups = (
        _group(("product",), door, engine, 100, objects=objects)
        for objects in ("nemo", "mlflow")
        for door, engine in places
    )
    yield from _cycles(groups, quick, say)


PARTS: Final = (
    Part("imports", "Importing the package", _imports),
    Part("core", "The core alone", _core),
    Part("servers", "Each door's server without an engine", _servers),
    Part("local", "Stacks on the local engine", _local),
    Part("dynamic", "Stacks on Pulumi's engine, by dynamic resources", _dynamic),
    Part("plugin", "Stacks on Pulumi's engine, by plugins", _plugin),
    Part("others", "NeMo's and MLflow's objects", _others),
    Part("large", "5,000 objects on Pulumi's engine", _large),
)
