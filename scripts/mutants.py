"""Mutation testing of the core: prepares a copy for mutmut, runs it, and says what survived.

mutmut changes no decorated functions, so the copy says ``f = property(f)`` instead. It changes
nothing outside of functions: constants, class bodies, default values.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import libcst as cst

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".mutants"
PACKAGE = "pulumi_mlregistry"
KEPT = {"classmethod", "staticmethod"}
"""Decorators that mutmut knows."""


class Undecorated(cst.CSTTransformer):
    """Applies the decorators of functions after their definitions."""

    def leave_FunctionDef(  # noqa: N802
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.FlattenSentinel[cst.BaseStatement]:
        """One function."""
        name = updated_node.name.value
        after: list[cst.BaseStatement] = []
        for decorator in reversed(updated_node.decorators):
            text = cst.Module([]).code_for_node(decorator.decorator)
            if text in KEPT:
                return updated_node
            if text.endswith(".setter"):
                updated_node = updated_node.with_changes(name=cst.Name(f"{name}_setter"))
                after.append(cst.parse_statement(f"{name} = {text}({name}_setter)"))
            else:
                after.append(cst.parse_statement(f"{name} = {text}({name})"))
        bare = updated_node.with_changes(decorators=())
        return cst.FlattenSentinel([bare, *after])


def prepare() -> None:
    """Copy what mutmut needs, in the layout that it knows."""
    source = ROOT / "provider" / PACKAGE
    copy = WORK / "src" / PACKAGE
    for path in (source / "__init__.py", *(source / "reconcile").glob("*.py")):
        text = cst.parse_module(path.read_text()).visit(Undecorated()).code
        target = copy / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_text() != text:
            target.write_text(text)
    for folder in (WORK / "tests", WORK / "mutants" / "tests"):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "tests" / "reconcile", WORK / "tests" / "reconcile")
    shutil.copy(ROOT / "pyproject.toml", WORK)
    _forget_survivors()


def _forget_survivors() -> None:
    """Try them again: the tests may notice them by now."""
    for path in _kept():
        kept = json.loads(path.read_text())
        codes = kept["exit_code_by_key"]
        kept["exit_code_by_key"] = {k: code if code == 1 else None for k, code in codes.items()}
        path.write_text(json.dumps(kept))


def _kept() -> list[Path]:
    return sorted((WORK / "mutants" / "src" / PACKAGE / "reconcile").glob("*.meta"))


def outcomes() -> dict[str, dict[str, str]]:
    """What became of each mutant, by file."""
    from mutmut.stats import status_by_exit_code

    found: dict[str, dict[str, str]] = {}
    for path in _kept():
        codes = json.loads(path.read_text())["exit_code_by_key"]
        if codes:
            name = path.name.removesuffix(".meta")
            found[name] = {key: status_by_exit_code[code] for key, code in codes.items()}
    return found


def change(name: str, file: str) -> str:
    """What a mutant changes: the lines that go and come."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    diff = get_diff_for_mutant(name, path=Path("src") / PACKAGE / "reconcile" / file)
    return "\n".join(re.findall(r"(?m)^[-+](?![-+]{2}).*", diff))


def report() -> None:
    """Print the score and the survivors; keep both beside the copy."""
    found = outcomes()
    lines: list[str] = []
    total: Counter[str] = Counter()
    print(f"\n{'file':<18}{'mutants':>8}{'killed':>8}{'survived':>9}{'timeout':>8}{'other':>6}")
    for file, by_name in found.items():
        count = Counter(by_name.values())
        total += count
        print(_row(file, count))
        left = [name for name, outcome in by_name.items() if outcome not in ("killed", "timeout")]
        lines += [f"## {file}: {len(left)}\n"] if left else []
        lines += [f"{name}: {by_name[name]}\n{change(name, file)}\n" for name in left]
    print(_row("all", total))
    survivors = WORK / "survivors.txt"
    survivors.write_text("\n".join(lines))
    (WORK / "outcomes.json").write_text(json.dumps(found, indent=1))
    noticed = total["killed"] + total["timeout"]
    print(f"\nscore: {noticed / max(1, total.total()):.1%}; survivors: {survivors}")


def _row(name: str, count: Counter[str]) -> str:
    told = [count[outcome] for outcome in ("killed", "survived", "timeout")]
    shown = "".join(f"{n:>{w}}" for n, w in zip(told, (8, 9, 8), strict=True))
    return f"{name:<18}{count.total():>8}{shown}{count.total() - sum(told):>6}"


def main() -> None:
    """Run mutmut over the copy."""
    prepare()
    os.chdir(WORK)
    mutmut = str(Path(sys.executable).with_name("mutmut"))
    status = subprocess.run([mutmut, "run", *sys.argv[1:]], check=False).returncode
    report()
    sys.exit(status)


if __name__ == "__main__":
    main()
