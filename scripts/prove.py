"""Runs the long forms one after the other and writes docs/proof.md from what they leave behind.

Each part leaves a folder in ``.proof`` with its outcome and, where it counts more than tests, lines
of JSON. A part without a folder keeps what the document says of it, so that one can be run by
itself, and all of them on several machines or days.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

ROOT: Final = Path(__file__).resolve().parent.parent
WORK: Final = ROOT / ".proof"
DOCUMENT: Final = ROOT / "docs" / "proof.md"
NEXT: Final = "\n## "
Line = Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """How a document shows a part's lines: grouped by some keys, counted or summed."""

    title: str
    keys: tuple[str, ...]
    counted: str
    sums: tuple[str, ...] = ()
    judged: bool = True
    """Whether each line says if it held."""


@dataclass(frozen=True)
class Part:
    """One long form: what it shows, the command, and the tables of its lines."""

    name: str
    title: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    identity: tuple[str, ...] = ()
    """The keys of a line: a later one with the same values takes its place."""


def pytest(*arguments: str, workers: int = 2) -> tuple[str, ...]:
    """A run of tests by several workers, more of them where the tests mostly wait."""
    return ("pytest", "-q", "-n", str(workers), *arguments)


PARTS: Final = (
    Part(
        "laws",
        "Every law on every target, by every door",
        pytest("tests/laws"),
        {"MLREGISTRY_LAWS": "all", "MLREGISTRY_RACES": "all"},
    ),
    Part(
        "faults",
        "The fault matrix: each fault at each request of each operation, then the same program",
        pytest("tests/faults", workers=5),
        {"MLREGISTRY_FAULTS": "all"},
        identity=("world", "door", "operation", "request", "fault"),
    ),
    Part(
        "properties",
        "Random declarations, random edits by others, random lives, hostile names",
        pytest("tests/properties"),
        {"MLREGISTRY_EXAMPLES": "10000"},
        (
            Table(
                "By property and resource",
                ("property", "world"),
                "runs",
                ("examples", "ups", "accepted", "refused by check", "refused by the registry"),
                judged=False,
            ),
        ),
        ("property", "world"),
    ),
    Part(
        "options",
        "Each option and command of Pulumi on each resource, by both providers",
        pytest("tests/options", workers=3),
        {"MLREGISTRY_OPTIONS": "all"},
    ),
    Part(
        "lifecycle",
        "Random programs, options, edits by others and commands",
        pytest("tests/lifecycle", workers=3),
        {"MLREGISTRY_LIFECYCLE": "100"},
        (
            Table(
                "By engine and provider",
                ("door",),
                "runs",
                ("examples", "commands", "done", "refused"),
                judged=False,
            ),
        ),
        ("door",),
    ),
    Part(
        "kills",
        "An `up` of twenty resources killed at each of its writes, then `up`",
        pytest("tests/programs/test_kills.py"),
        {"MLREGISTRY_KILLS": "all"},
        (Table("By engine and moment", ("engine", "killed"), "kills"),),
    ),
    Part("coverage", "Lines and branches of the core and the transport", ("scripts/coverage",)),
    Part(
        "mutants",
        "Small changes of the core that its tests notice",
        ("scripts/mutants", "--least", "0.9"),
    ),
)


def run(part: Part, *, only_failed: bool = False) -> None:
    """Run one part, or what failed in its last run alone; keep how it ended."""
    folder = WORK / part.name
    tests = part.command[0] == "pytest"
    before = json.loads((folder / "outcome.json").read_text()) if only_failed else {}
    again = tuple(failed(folder / "tests.xml")) if only_failed else ()
    if only_failed and not again:
        return
    if not only_failed:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    junit = (f"--junitxml={folder / 'tests.xml'}",) if tests else ()
    environment = {**os.environ, **part.environment, "MLREGISTRY_PROOF": str(folder)}
    print(f"\n== {part.name}: {' '.join(part.command)}", flush=True)
    started = time.monotonic()
    with (
        (folder / "output.txt").open("w", encoding="utf-8") as output,
        subprocess.Popen(
            [*(pytest(*again) if again else part.command), *junit],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        for text in process.stdout:
            print(text, end="", flush=True)
            output.write(text)
    outcome = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "seconds": round(time.monotonic() - started),
        "status": process.returncode,
        "versions": versions(),
        **(counts(folder / "tests.xml") if tests else {}),
    }
    if only_failed:
        outcome |= {"tests": before["tests"], "again": len(again), "first": before["versions"]}
        outcome["seconds"] += before["seconds"]
    (folder / "outcome.json").write_text(json.dumps(outcome, indent=1))


def failed(junit: Path) -> Iterable[str]:
    """The tests that failed in a run, as pytest takes them."""
    for case in ElementTree.parse(junit).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            yield f"{case.attrib['classname'].replace('.', '/')}.py::{case.attrib['name']}"


def counts(junit: Path) -> dict[str, int]:
    """How many tests a run had, and how they ended."""
    if not junit.exists():
        return {}
    suites = ElementTree.parse(junit).getroot().iter("testsuite")
    found: dict[str, int] = defaultdict(int)
    for suite in suites:
        for key in ("tests", "failures", "errors", "skipped"):
            found[key] += int(suite.attrib[key])
    return dict(found)


def versions() -> dict[str, str]:
    """What the result depends on."""
    pulumi = shutil.which("pulumi")
    engine = _said(pulumi, "version").removeprefix("v") if pulumi else "not on PATH"
    return {
        "pulumi-mlregistry": metadata.version("pulumi-mlregistry"),
        "commit": _said("git", "rev-parse", "--short", "HEAD"),
        "Python": platform.python_version(),
        "pulumi CLI": engine,
        "pulumi SDK": metadata.version("pulumi"),
        **pinned(),
        "machine": f"{platform.system()}, {os.cpu_count()} cores",
    }


def pinned() -> dict[str, str]:
    """The versions of the real servers."""
    pins = ROOT / "provider" / "pulumi_mlregistry" / "devserver" / "pins"
    wanted = {
        "NeMo Platform": ("nemo.txt", "nemo-platform"),
        "MLflow": ("mlflow.txt", "mlflow-skinny"),
    }
    found = {}
    for title, (file, package) in wanted.items():
        match = re.search(rf"^{package}==(\S+)", (pins / file).read_text(), re.M)
        found[title] = match[1] if match else "?"
    return found


def _said(*command: str) -> str:
    return subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.strip()


def lines_of(part: Part) -> list[Line]:
    """What the tests of a part have noted, each thing as it was noted last."""
    files = sorted((WORK / part.name).glob("*.jsonl"), key=lambda file: file.stat().st_mtime)
    lines = [json.loads(text) for file in files for text in file.read_text().splitlines()]
    if not part.identity:
        return lines
    return list({tuple(line.get(key) for key in part.identity): line for line in lines}.values())


def render(former: str = "") -> str:
    """The whole document; ``former``: the one before, for the parts that were not run."""
    text = [
        "# Proof",
        (
            "The long forms of the tests, as `./scripts/prove` ran and wrote them. A part's date "
            "and commit are those of its last run; the short forms run with `./scripts/test`."
        ),
    ]
    files = {part.name: WORK / part.name / "outcome.json" for part in PARTS}
    known = {name: json.loads(f.read_text()) for name, f in files.items() if f.exists()}
    rows = [row_of(p, known[p.name]) if p.name in known else kept_row(p, former) for p in PARTS]
    text.append(grid(("part", "tests", "result", "time", "run"), filter(None, rows)))
    if known:
        newest = known[max(known, key=lambda name: files[name].stat().st_mtime)]
        text.append(", ".join(f"{k} {v}" for k, v in newest["versions"].items() if k != "commit"))
    sections = [section(p) if p.name in known else kept_section(p, former) for p in PARTS]
    return "\n\n".join([*text, *filter(None, sections)]) + "\n"


def section(part: Part) -> str:
    """What a part found in its last run."""
    text = [heading(part), f"{part.title}: `{how(part)}`."]
    lines = lines_of(part)
    text += [f"{t.title}:\n\n{shown(t, lines)}" for t in part.tables if lines]
    if part.name in REPORTS:
        text.append(REPORTS[part.name](WORK / part.name))
    return "\n\n".join(text)


def heading(part: Part) -> str:
    """The heading of a part's section."""
    return f"## {part.name.capitalize()}"


def kept_section(part: Part, former: str) -> str:
    """What a document says of a part; empty where that is nothing."""
    _, found, after = former.partition(f"\n{heading(part)}\n")
    return f"{heading(part)}\n{after.partition(NEXT)[0].rstrip()}" if found else ""


def kept_row(part: Part, former: str) -> tuple[str, ...]:
    """A part's row in a document's first table; empty where it has none."""
    cells = [tuple(c.strip() for c in line.split("|")[1:-1]) for line in former.splitlines()]
    return next((row for row in cells if row and row[0] == part.title), ())


def how(part: Part) -> str:
    """The command of a part, to be typed."""
    names = " ".join(f"{k}={v}" for k, v in part.environment.items())
    return f"{names} {' '.join(part.command)}".strip()


def row_of(part: Part, outcome: Mapping[str, Any]) -> tuple[str, ...]:
    """How a part ended, in one row."""
    bad = outcome.get("failures", 0) + outcome.get("errors", 0)
    result = "held" if outcome["status"] == 0 else f"{bad} failed" if bad else "failed"
    tests = outcome.get("tests")
    skipped = f", {outcome['skipped']} skipped" if outcome.get("skipped") else ""
    number = f"{tests} tests{skipped}" if tests else ""
    when = f"{outcome['date']}, {outcome['versions']['commit']}"
    if "again" in outcome:
        when += f" ({outcome['again']} that failed at {outcome['first']['commit']})"
    return (part.title, number, result, minutes(outcome["seconds"]), when)


def minutes(seconds: float) -> str:
    """A duration to read."""
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


def shown(table: Table, lines: Sequence[Line]) -> str:
    """Lines grouped as a table says."""
    groups: dict[tuple[str, ...], list[Line]] = defaultdict(list)
    for line in lines:
        if all(key in line for key in table.keys):
            groups[tuple(str(line[key]) for key in table.keys)].append(line)
    rows = [
        (
            *group,
            len(found),
            *((sum(bool(line.get("held")) for line in found),) if table.judged else ()),
            *(sum(int(line.get(key, 0)) for line in found) for key in table.sums),
        )
        for group, found in sorted(groups.items())
    ]
    whole = (
        tuple(sum(int(row[i]) for row in rows) for i in range(len(table.keys), len(rows[0])))
        if rows
        else ()
    )
    rows.append(("all", *[""] * (len(table.keys) - 1), *whole))
    held = ("held",) if table.judged else ()
    return grid((*table.keys, table.counted, *held, *table.sums), rows)


def grid(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table."""
    body = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in body)


def of_coverage(folder: Path) -> str:
    """The total line of the report."""
    output = (folder / "output.txt").read_text()
    total = [line for line in output.splitlines() if line.startswith("TOTAL")]
    return f"    {total[-1]}" if total else "No report."


def of_mutants(folder: Path) -> str:
    """The score by file."""
    output = (folder / "output.txt").read_text()
    table = output[output.rfind("\nfile ") :].strip().partition("\n\n")[0]
    return "\n".join(f"    {line}" for line in table.splitlines())


def of_faults(folder: Path) -> str:
    """The tables of the matrix, as the tests sum them."""
    command = (sys.executable, "-m", "faults.summary", str(folder))
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT / "tests")
    return done.stdout.strip()


REPORTS: Final[Mapping[str, Callable[[Path], str]]] = {
    "faults": of_faults,
    "coverage": of_coverage,
    "mutants": of_mutants,
}


def main() -> int:
    """Run the parts that are named, or all; write the document.

    ``--failed`` before the names runs only what failed in their last run; ``--write`` runs nothing.
    """
    options = [given for given in sys.argv[1:] if given.startswith("--")]
    named = [given for given in sys.argv[1:] if not given.startswith("--")]
    if set(options) - {"--failed", "--write"}:
        print(f"no option {' '.join(options)}; there are --failed and --write")
        return 2
    chosen = named or ([] if "--write" in options else [part.name for part in PARTS])
    unknown = set(chosen) - {part.name for part in PARTS}
    if unknown:
        print(f"no part {', '.join(unknown)}; there are {', '.join(p.name for p in PARTS)}")
        return 2
    for part in PARTS:
        if part.name in chosen:
            run(part, only_failed="--failed" in options)
    DOCUMENT.write_text(render(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"\nwritten: {DOCUMENT.relative_to(ROOT)}")
    ended = [json.loads((WORK / name / "outcome.json").read_text())["status"] for name in chosen]
    return int(any(ended))


if __name__ == "__main__":
    sys.exit(main())
