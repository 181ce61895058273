"""What holds for every file of the repository."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
MOST_LINES = 400
GENERATED = "Generated from the field tables by scripts/generate"


def tracked() -> list[Path]:
    """The files of the repository; without git (an unpacked archive), those of its folders."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        folders = ("provider", "tests", "scripts", "examples", "benchmarks", ".ci")
        paths = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    return [path for path in paths if path.is_file() and "__pycache__" not in path.parts]


FILES = tracked()
PYTHON = [path for path in FILES if path.suffix in (".py", ".pyi")]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_python_file_has_more_than_400_lines() -> None:
    written = {path: path.read_text() for path in PYTHON}
    lengths = {name(p): len(t.splitlines()) for p, t in written.items() if GENERATED not in t[:300]}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


@pytest.mark.parametrize("path", [path for path in PYTHON if path.name == "__init__.py"], ids=name)
def test_every_package_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


# Written in pieces, so that this file does not contain what it looks for.
FORBIDDEN = {
    "a folder outside the repository": re.compile(r"\.\./" + "shared|/work" + "/"),
    "a path of somebody's machine": re.compile(r"/(root|home/\w+|Users/\w+)" + r"/[\w.]"),
    "a download address": re.compile("files.pythonhosted" + ".org|pypi" + r"\.org/simple"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    found = []
    for path in FILES:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if match := FORBIDDEN[what].search(text):
            found.append(f"{name(path)}: {match[0]}")
    assert found == []


def test_the_lock_holds_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lock = (ROOT / "requirements-dev.lock").read_text()
    locked = {canonicalize_name(n): v for n, v in re.findall(r"(?m)^([\w.-]+)==([\w.]+)", lock)}
    asked = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    for requirement in map(Requirement, asked + project["build-system"]["requires"]):
        version = locked.get(canonicalize_name(requirement.name))
        assert version, f"{requirement} is not locked: run ./scripts/lock"
        assert requirement.specifier.contains(version), f"{requirement}: run ./scripts/lock"
    assert "://" not in lock
