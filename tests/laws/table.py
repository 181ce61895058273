"""README.md of this folder: which law is tested for which resource at which target.

Made from the marks of the tests alone: ``python -m laws.table`` in the folder above writes it.
"""

from __future__ import annotations

import importlib
from collections import defaultdict
from pathlib import Path

from laws.titles import DOORS, LAWS, doors_of

FOLDER = Path(__file__).parent
_RESOURCES = {
    "mlservice": "MlModelService",
    "mlmodel": "MlModel",
    "entity": "ModelEntity",
    "model": "RegisteredModel",
    "version": "ModelVersion",
}
_REAL = {"nemo": "NeMo", "mlflow": "MLflow", "oracle": "Oracle's dialect on MLflow"}
_SANDBOX = {
    "om2": "OpenMetadata 2.x",
    "om12": "OpenMetadata 1.2",
    "nemobox": "NeMo",
    "mlflowbox": "MLflow",
    "oraclebox": "Oracle's dialect",
}
_HEAD = """# The laws

Each test in this folder says which laws it holds the product to, and runs once for each resource,
target and door. This table is made from the tests (`scripts/generate`). The door `core` is a direct
call; `dynamic` is Pulumi's own host for dynamic providers, by its messages. By further doors a law
runs on one sandbox for each API, which the doors share among them, and directly on a sandbox only
where no real server is at hand; with `MLREGISTRY_LAWS=all` every law runs on every target by every
door. The tests in [../programs](../programs) run whole programs, on the local engine and on
Pulumi's.

| law | | tests | resources | real servers | sandbox | doors |
|---|---|---|---|---|---|---|
"""


def render() -> str:
    """The whole file."""
    tests: dict[int, int] = defaultdict(int)
    worlds: dict[int, set[str]] = defaultdict(set)
    doors: dict[int, set[str]] = defaultdict(set)
    for path in sorted(FOLDER.glob("test_*.py")):
        module = importlib.import_module(f"laws.{path.stem}")
        for name, function in vars(module).items():
            marks = getattr(function, "pytestmark", [])
            if not name.startswith("test_") or function.__module__ != module.__name__:
                continue
            for mark in (m for m in marks if m.name == "law"):
                for number in mark.args:
                    tests[number] += 1
                    worlds[number] |= set(mark.kwargs["on"])
                    doors[number] |= doors_of(mark.kwargs)
    return _HEAD + "".join(_row(n, tests[n], worlds[n], doors[n]) for n in sorted(LAWS))


def _row(number: int, tests: int, worlds: set[str], doors: set[str]) -> str:
    pairs = [world.split("-") for world in worlds]
    resources, targets = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    columns = ((_RESOURCES, resources), (_REAL, targets), (_SANDBOX, targets))
    listed = (", ".join(v for k, v in names.items() if k in found) for names, found in columns)
    through = ", ".join(door for door in DOORS if door in doors)
    return f"| {' | '.join((str(number), LAWS[number], str(tests), *listed, through))} |\n"


if __name__ == "__main__":
    (FOLDER / "README.md").write_text(render(), encoding="utf-8")
