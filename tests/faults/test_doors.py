"""A seeded sample of the matrix through whole programs on both engines, by the plugin, and on real
servers."""

from __future__ import annotations

import dataclasses
import itertools
import random
from pathlib import Path

import pytest

from faults import proof
from faults.doors import DoorStack
from faults.matrix import Cell, usual
from faults.operations import BY_TITLE, Operation, operations
from faults.plugin_stack import PluginStack
from faults.scene import Door, Scene, core
from laws.worlds import World
from programs.stacks import has_pulumi

SANDBOX = ("entity-nemobox", "model-mlflowbox", "version-oraclebox", "mlmodel-om2", "mlservice-om2")
REAL = ("entity-nemo", "model-mlflow", "version-mlflow", "model-oracle", "version-oracle")
OF_SERVERS, OF_PLUGIN, OF_LOCAL, OF_PULUMI = 12, 12, 2, 1
"""How many operations are sampled of each world."""
CELLS = {"core": 5, "plugin": 20, "dynamic, local engine": 3, "dynamic, pulumi": 2}
"""How many cells of each operation, by door: an engine's commands take long."""


def chosen(worlds: tuple[str, ...], many: int, label: str) -> list[tuple[str, str]]:
    """The operations of a whole run; of a small one a single one."""
    draw = random.Random(f"{proof.seed()} {label}")
    each = {w: [o.title for o in operations(w) if _fits(w, o)] for w in worlds}
    found = [(w, title) for w, titles in each.items() for title in draw.sample(titles, many)]
    return found if proof.whole() else draw.sample(found, 1)


def _fits(world: str, operation: Operation) -> bool:
    """Without what has no request, what no program can say, and adapters, which need files."""
    files = world == "entity-nemo" and Scene.populated in operation.before
    return not (operation.silent or operation.act is Scene.take or files)


def held(world: World, name: str, title: str, door: Door, label: str) -> None:
    """Run a sample of an operation's cells."""
    usually = dataclasses.replace(usual(world, BY_TITLE[title]), door=door)
    cells = list(usually.cells())
    random.Random(f"{proof.seed()} {label} {name} {title}").shuffle(cells)
    run = [Cell(usually, *cell).run() for cell in cells[: CELLS[label] if proof.whole() else 1]]
    for cell in run:
        proof.note(name, label, cell)
    assert [proof.line(cell) for cell in run if cell.failed] == []


@pytest.mark.parametrize(("world", "title"), chosen(REAL, OF_SERVERS, "core"), indirect=["world"])
def test_after_a_fault_at_a_real_server_the_next_run_mends_it(
    world: World, title: str, request: pytest.FixtureRequest
) -> None:
    held(world, request.node.callspec.params["world"], title, core, "core")


@pytest.mark.parametrize(
    ("world", "title"), chosen(SANDBOX, OF_PLUGIN, "plugin"), indirect=["world"]
)
def test_after_a_fault_of_the_plugin_the_next_run_mends_it(
    world: World, title: str, request: pytest.FixtureRequest
) -> None:
    held(world, request.node.callspec.params["world"], title, PluginStack, "plugin")


@pytest.mark.parametrize(
    ("world", "title"), chosen(SANDBOX, OF_LOCAL, "local engine"), indirect=["world"]
)
def test_after_a_fault_of_a_program_the_next_run_mends_it(
    world: World, title: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    name = request.node.callspec.params["world"]
    held(world, name, title, doors("local", tmp_path), "dynamic, local engine")


@pytest.mark.skipif(not (proof.whole() and has_pulumi()), reason="for whole runs, with pulumi")
@pytest.mark.parametrize(
    ("world", "title"), chosen(SANDBOX, OF_PULUMI, "pulumi"), indirect=["world"]
)
def test_after_a_fault_under_pulumi_the_next_run_mends_it(
    world: World, title: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    name = request.node.callspec.params["world"]
    held(world, name, title, doors("pulumi", tmp_path), "dynamic, pulumi")


def doors(engine: str, folder: Path) -> Door:
    """Makes stacks of an engine, each in a folder of its own."""
    numbers = itertools.count()
    return lambda world, keys: DoorStack(world, keys, engine, folder / str(next(numbers)))
