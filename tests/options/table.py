"""docs/engine-options.md: what to expect of each option and command of Pulumi.

Made from the marks of the tests alone: ``python -m options.table`` in the folder above writes it.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from options.cells import DYNAMIC, PLUGIN, TARGETS, Option

FOLDER: Final = Path(__file__).parent
PAGE: Final = FOLDER.parent.parent / "docs" / "engine-options.md"
_TITLES: Final = {
    "test_changes": "Changes and replacements",
    "test_life": "Whose an object is",
    "test_programs": "In a program",
    "test_commands": "Commands",
}
_NAMES: Final = {
    "entity": "ModelEntity",
    "model": "RegisteredModel",
    "version": "ModelVersion",
    "mlmodel": "MlModel",
    "mlservice": "MlModelService",
}
_HEAD: Final = """# Pulumi's options and commands

What each of Pulumi's resource options and commands does to an object in a registry, and what holds
in any case. Each row is a test that runs on Pulumi's own engine (CLI 3.260), for the resources and
the providers (the dynamic one, the plugin or both) named in it; this page is made from those tests.
The last column says whether the test runs on the local engine too; that refuses by name the options
that it does not support. A named object is any but a model version, which the registry numbers.

Pulumi does not pass `ignore_changes` and `replace_on_changes` to dynamic providers. The classes of
this package do, as far as their constructors know: what a transform adds is known to Pulumi alone.
"""
_COLUMNS: Final = "| option | what happens | what holds always | resources | by | local |\n"


def options(module: str) -> Iterator[Option]:
    """The options that the tests of a module are about, in their order."""
    for function in vars(importlib.import_module(f"options.{module}")).values():
        for mark in getattr(function, "pytestmark", []):
            if mark.name == "option":
                yield mark.args[0]


def render() -> str:
    """The whole page."""
    text = _HEAD
    for module, title in _TITLES.items():
        text += f"\n## {title}\n\n{_COLUMNS}|---|---|---|---|---|---|\n"
        text += "".join(map(_row, options(module)))
    return text


def _row(option: Option) -> str:
    every = len(option.resources) == len(TARGETS)
    resources = "all" if every else ", ".join(_NAMES[r] for r in option.resources)
    if len(option.resources) == len(TARGETS) - 1:
        resources = "all but ModelVersion"
    by = "both" if {DYNAMIC, PLUGIN} <= set(option.providers) else option.providers[0]
    local = "yes" if option.local and DYNAMIC in option.providers else "no"
    cells = (option.name, option.does, option.always, resources, by, local)
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
