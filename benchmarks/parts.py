"""The parts of a run, each by name, and what they measure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from benchmarks import core, cycles, imports, servers
from benchmarks.cycles import OPERATIONS, Scenario
from benchmarks.engines import has_pulumi

Line = dict[str, Any]
Say = Callable[[str], None]
QUICK: Final = 20
"""Objects in the quick form."""
Places = tuple[tuple[str, str], ...]
"""Engines with the door that is used there."""
_BY_DYNAMIC: Final[Places] = (("local", "dynamic"), ("pulumi", "dynamic"))
_BY_PLUGIN: Final[Places] = (("pulumi", "plugin"),)
_EVERYWHERE: Final = _BY_DYNAMIC + _BY_PLUGIN
_DOORS: Final = ("dynamic", "plugin")
_LATENCIES: Final = (0.05, 0.2)
_WHOLE: Final = OPERATIONS
_WRITES: Final = ("create", "refresh")
_UNCHANGED: Final = ("create", "no-op up", "refresh")
_SOME: Final = {"floor": ("preview (new)", *_UNCHANGED, "destroy"), "naive": _UNCHANGED}
"""What the peers are measured at with many objects."""


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


def _cycles(scenarios: Iterable[Scenario], quick: bool, say: Say) -> Iterator[Line]:
    chosen = [s for s in scenarios if s.engine == "local" or has_pulumi()]
    if quick:
        chosen = list(dict.fromkeys(_small(s) for s in chosen))
    for number, scenario in enumerate(chosen, 1):
        say(f"{number}/{len(chosen)} {scenario.title}")
        yield from cycles.lines(scenario)


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


def _sizes(provider: str, places: Places) -> Iterator[Scenario]:
    """Growing numbers at once answered; from 500 on Pulumi's checkpoints would outweigh all."""
    for engine, door in places:
        for count, rounds in ((100, 3), (500, 1), (1000, 2)):
            yield Scenario(
                provider,
                door,
                engine,
                count,
                checkpoints=engine == "local" or count < 500,
                operations=_WHOLE if provider == "product" or count == 100 else _SOME[provider],
                rounds=rounds,
            )


def _late(provider: str, places: Places) -> Iterator[Scenario]:
    """A registry that takes its time."""
    for (engine, door), latency in product(places, _LATENCIES):
        yield Scenario(provider, door, engine, 100, latency, operations=_WHOLE)
    for engine, door in places:
        if engine == "pulumi":
            yield Scenario(
                provider, door, engine, 1000, 0.05, checkpoints=False, operations=_WRITES
            )


def _of_product(places: Places) -> Iterator[Scenario]:
    yield from _sizes("product", places)
    yield from _late("product", places)
    for engine, door in places:
        if engine == "pulumi":
            yield Scenario("product", door, engine, 100, 0.2, parallel=64, operations=_WRITES)
            yield Scenario("product", door, engine, 500, operations=_UNCHANGED)


def _dynamic(quick: bool, say: Say) -> Iterator[Line]:
    yield from _cycles(_of_product(_BY_DYNAMIC), quick, say)


def _plugin(quick: bool, say: Say) -> Iterator[Line]:
    yield from _cycles(_of_product(_BY_PLUGIN), quick, say)


def _floor(quick: bool, say: Say) -> Iterator[Line]:
    yield from _cycles([*_sizes("floor", _EVERYWHERE), *_shaped()], quick, say)


def _shaped() -> Iterator[Scenario]:
    """What the outputs alone cost, whoever answers them."""
    for door in _DOORS:
        yield Scenario(
            "shaped",
            door,
            "pulumi",
            1000,
            checkpoints=False,
            operations=("create", "no-op up"),
            rounds=2,
        )


def _naive(quick: bool, say: Say) -> Iterator[Line]:
    scenarios = [*_sizes("naive", _EVERYWHERE), *_late("naive", _EVERYWHERE)]
    yield from _cycles(scenarios, quick, say)


def _large(quick: bool, say: Say) -> Iterator[Line]:
    scenarios = (
        Scenario("product", door, "pulumi", 5000, checkpoints=False, operations=_UNCHANGED)
        for door in _DOORS
    )
    yield from _cycles(() if quick else scenarios, quick, say)


def _others(quick: bool, say: Say) -> Iterator[Line]:
    scenarios = (
        Scenario("product", door, engine, 100, objects=objects)
        for objects in ("nemo", "mlflow")
        for engine, door in _EVERYWHERE
    )
    yield from _cycles(scenarios, quick, say)


PARTS: Final = (
    Part("imports", "Importing the package", _imports),
    Part("core", "The core alone", _core),
    Part("servers", "Each door's server without an engine", _servers),
    Part("floor", "A provider that does nothing", _floor),
    Part("naive", "A naive provider", _naive),
    Part("dynamic", "The product by the dynamic door", _dynamic),
    Part("plugin", "The product by the plugin", _plugin),
    Part("others", "NeMo's and MLflow's objects", _others),
    Part("large", "5,000 objects on Pulumi's engine", _large),
)
