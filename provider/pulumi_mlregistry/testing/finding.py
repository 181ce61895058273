"""Which project and which stack a test is about."""

from __future__ import annotations

from pathlib import Path

from pulumi_mlregistry.localengine.errors import EngineError

_FILES = ("Pulumi.yaml", "Pulumi.yml")


def find_project(test: Path, rootdir: Path, named: str) -> Path:
    """The folder of the project; raises `EngineError`.

    ``named`` (relative to ``rootdir``) if given, else the nearest one at or above the test's file.
    """
    if named:
        folder = (rootdir / named).resolve()
        if _is_project(folder):
            return folder
        raise EngineError(f"no Pulumi.yaml in {folder}: name the folder of the program")
    for folder in (*test.parents, *rootdir.parents):
        if _is_project(folder):
            return folder
    raise EngineError(
        f"no Pulumi.yaml at or above {test.parent}: name its folder, relative to {rootdir}, by "
        f"`mlregistry_project` in pytest's configuration{_seen_below(rootdir)}"
    )


def find_stack(project: Path, named: str, default: str) -> str:
    """The stack: ``named``, else ``default``; raises `EngineError` where only others are there."""
    stack = named or default
    there = sorted(path.name[len("Pulumi.") : -len(".yaml")] for path in _stack_files(project))
    if there and stack not in there:
        raise EngineError(
            f"no Pulumi.{stack}.yaml in {project}, which has {', '.join(there)}: name the stack by "
            f'@pytest.mark.mlregistry(stack="{there[0]}") or `mlregistry_stack` in pytest\'s '
            "configuration"
        )
    return stack


def _is_project(folder: Path) -> bool:
    return any((folder / name).is_file() for name in _FILES)


def _stack_files(project: Path) -> list[Path]:
    return list(project.glob("Pulumi.*.yaml"))


def _seen_below(rootdir: Path) -> str:
    seen = sorted(path.parent.name for path in rootdir.glob("*/Pulumi.yaml"))
    return f" ({', '.join(seen)} would be one)" if seen else ""
