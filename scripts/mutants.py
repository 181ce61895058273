"""Mutation testing of the core: how many small changes to it do its tests notice?

The changes are mutmut's. They are run here, as each of them is only a function's new code: the
tests are collected once, and a fork of that process puts the code in place and runs the tests that
call the function, until one fails. That takes a tenth of the time of a pytest run a mutant, and
reaches decorated functions, which mutmut leaves out. Constants, class bodies and enums stay as
they are, and calls of ``len`` and ``isinstance``.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import functools
import gc
import json
import os
import pickle
import random
import resource
import signal
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import libcst as cst
import pytest
from _pytest.runner import runtestprotocol
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import MutationVisitor, deep_replace
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import get_ignored_lines

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "provider" / "pulumi_mlregistry" / "reconcile"
OUT = ROOT / ".mutants"
NOTICED = ("killed", "timeout")
SECONDS = 20
"""Of processor time, after which a mutant is taken for one that never ends."""

Place = tuple[str, str, int]
"""A function: its file, its qualified name, and its number among those of that name."""


@dataclass(frozen=True)
class Mutant:
    """One change of one function."""

    place: Place
    number: int
    line: int
    old: str
    new: str
    node: cst.FunctionDef
    original: cst.CSTNode
    changed: Any

    @property
    def name(self) -> str:
        """How the report calls it."""
        file, function, _ = self.place
        return f"{file}:{self.line} {function} {self.number}\n    - {self.old}\n    + {self.new}"

    def code(self) -> tuple[CodeType, ast.arguments]:
        """The function's code with the change in it, and its arguments."""
        changed = deep_replace(self.node, self.original, self.changed)
        assert isinstance(changed, cst.FunctionDef)
        body = cst.IndentedBlock([changed.with_changes(leading_lines=())])
        around = cst.ClassDef(cst.Name("Around"), body)  # so that it may say super()
        tree = ast.parse(cst.Module([around]).code)
        inside = compile(tree, self.place[0], "exec", dont_inherit=True).co_consts[0]
        code = next(c for c in inside.co_consts if isinstance(c, CodeType))
        function = tree.body[0].body[0]  # type: ignore[attr-defined]
        return code, function.args


class Bare(cst.CSTTransformer):
    """Takes decorators away, as only what they decorate is changed; lines keep their numbers."""

    def leave_FunctionDef(  # noqa: N802
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        """One function."""
        blank = [cst.EmptyLine() for _ in updated_node.decorators]
        lines = [*updated_node.leading_lines, *blank]
        return updated_node.with_changes(decorators=(), leading_lines=lines)


def mutants(path: Path) -> Iterator[Mutant]:
    """All changes of the functions of one file."""
    text = cst.parse_module(path.read_text()).visit(Bare()).code
    wrapper = MetadataWrapper(cst.parse_module(text))
    positions = wrapper.resolve(PositionProvider)
    visitor = MutationVisitor(mutation_operators, get_ignored_lines(path.name, text, wrapper))
    wrapper.visit(visitor)
    places = dict(_functions(path.name, wrapper.module.body, ""))
    show = wrapper.module.code_for_node
    for number, found in enumerate(visitor.mutations):
        node = found.contained_by_top_level_function
        if isinstance(node, cst.FunctionDef) and node in places:
            at = positions.get(found.original_node) or positions[node]
            old, new = show(found.original_node), show(found.mutated_node)
            change = (found.original_node, found.mutated_node)
            yield Mutant(places[node], number, at.start.line, old, new, node, *change)


def _functions(
    file: str, body: Iterable[cst.CSTNode], around: str
) -> Iterator[tuple[cst.FunctionDef, Place]]:
    seen: Counter[str] = Counter()
    for node in body:
        if isinstance(node, cst.FunctionDef):
            name = around + node.name.value
            yield node, (file, name, seen[name])
            seen[name] += 1
        elif isinstance(node, cst.ClassDef):
            yield from _functions(file, node.body.body, f"{around}{node.name.value}.")


def live_functions() -> dict[Place, FunctionType]:
    """The functions of the core as they were imported."""
    found = [
        item
        for item in gc.get_objects()
        if isinstance(item, FunctionType) and Path(item.__code__.co_filename).parent == CORE
    ]
    seen: Counter[tuple[str, str]] = Counter()
    placed: dict[Place, FunctionType] = {}
    for function in sorted(found, key=lambda f: f.__code__.co_firstlineno):
        name = (Path(function.__code__.co_filename).name, function.__qualname__)
        placed[(*name, seen[name])] = function
        seen[name] += 1
    return placed


def put_in_place(mutant: Mutant, function: FunctionType) -> None:
    """Give the function the changed code and the changed default values."""
    code, arguments = mutant.code()
    function.__code__ = code
    olds = function.__defaults__ or ()
    function.__defaults__ = tuple(map(_value, arguments.defaults, olds)) or None
    names = [a.arg for a in arguments.kwonlyargs]
    keywords = dict(zip(names, arguments.kw_defaults, strict=True))
    olds_by_name = function.__kwdefaults__ or {}
    function.__kwdefaults__ = {k: _value(keywords[k], v) for k, v in olds_by_name.items()} or None


def _value(node: ast.expr | None, old: Any) -> Any:
    return node.value if isinstance(node, ast.Constant) else old


class Runner:
    """A pytest plugin that runs the collected tests once for each mutant."""

    def __init__(self, wanted: list[Mutant], jobs: int) -> None:
        self.wanted = wanted
        self.jobs = jobs
        self.outcomes: dict[Mutant, str] = {}
        self.items: list[pytest.Item] = []
        self._killers: dict[Place, list[int]] = defaultdict(list)
        self._running: dict[int, tuple[Mutant, int]] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In place of pytest's own loop."""
        self.items = session.items
        gc.unfreeze()  # what the tests have frozen is not found otherwise
        self.functions = live_functions()
        gc.collect()
        gc.freeze()  # a fork then copies less
        self.tests, failed = self._measured()
        if failed:
            raise pytest.UsageError(f"these tests fail without any change: {failed}")
        for number, mutant in enumerate(self.wanted, 1):
            tests = self._ordered(mutant.place)
            if not tests:
                self._note(mutant, "untested")
                continue
            if len(self._running) >= self.jobs:
                self._wait()
            self._start(mutant, tests)
            print(f"\r{number} of {len(self.wanted)}", end="", flush=True)
        while self._running:
            self._wait()
        return True

    def _measured(self) -> tuple[dict[Place, list[int]], list[str]]:
        """The tests that call each function, fast ones first; in a fork, so that nothing stays."""
        read, write = os.pipe()
        if os.fork() == 0:
            with os.fdopen(write, "wb") as out:
                pickle.dump(self._measure(), out)
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as answer:
            found: tuple[dict[Place, list[int]], list[str]] = pickle.load(answer)
        os.wait()
        return found

    def _measure(self) -> tuple[dict[Place, list[int]], list[str]]:
        place_of = {function.__code__: place for place, function in self.functions.items()}
        spent: dict[int, float] = {}
        called: dict[Place, list[int]] = defaultdict(list)
        failed = []
        for number, item in enumerate(self.items):
            hits: set[CodeType] = set()
            started = time.process_time()
            note = functools.partial(_note_call, hits)
            threading.setprofile(note)
            sys.setprofile(note)
            passed = _passes(item)
            sys.setprofile(None)
            spent[number] = time.process_time() - started
            failed += [] if passed else [item.nodeid]
            for code in hits & place_of.keys():
                called[place_of[code]].append(number)
        return {place: sorted(n, key=spent.__getitem__) for place, n in called.items()}, failed

    def _ordered(self, place: Place) -> list[int]:
        """What killed the function's last mutants first."""
        return list(dict.fromkeys((*reversed(self._killers[place]), *self.tests.get(place, ()))))

    def _start(self, mutant: Mutant, tests: list[int]) -> None:
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
            signal.alarm(SECONDS * 30)
            with contextlib.suppress(BaseException):
                put_in_place(mutant, self.functions[mutant.place])
                for number in tests:
                    if not _passes(self.items[number]):
                        os.write(write, str(number).encode())
                        os._exit(1)
                os._exit(0)
            os._exit(2)
        os.close(write)
        self._running[pid] = (mutant, read)

    def _wait(self) -> None:
        pid, status = os.wait()
        mutant, read = self._running.pop(pid)
        with os.fdopen(read) as answer:
            said = answer.read()
        if said:
            self._killers[mutant.place].append(int(said))
        code = os.waitstatus_to_exitcode(status)
        late = (-signal.SIGXCPU, -signal.SIGALRM, -signal.SIGKILL)
        outcome = "timeout" if code in late else {0: "survived", 1: "killed"}.get(code, "broken")
        self._note(mutant, outcome)

    def _note(self, mutant: Mutant, outcome: str) -> None:
        self.outcomes[mutant] = outcome
        if outcome not in NOTICED:
            print(f"\r{outcome} {mutant.name}", flush=True)


def _note_call(hits: set[CodeType], frame: FrameType, _event: str, _arg: object) -> None:
    hits.add(frame.f_code)


def _passes(item: pytest.Item) -> bool:
    return not any(r.failed for r in runtestprotocol(item, log=False, nextitem=None))


def report(outcomes: dict[str, str]) -> float:
    """Print the score of each file, keep what survived, and answer the share that was noticed."""
    by_file: dict[str, Counter[str]] = defaultdict(Counter)
    for name, outcome in outcomes.items():
        by_file[name.partition(":")[0]][outcome] += 1
    total = sum(by_file.values(), Counter[str]())
    print(f"\n\n{'file':<16}{'mutants':>8}{'killed':>8}{'timeout':>8}{'left':>6}{'score':>8}")
    for file, count in [*sorted(by_file.items()), ("all", total)]:
        left = count.total() - sum(count[o] for o in NOTICED)
        told = f"{count.total():>8}{count['killed']:>8}{count['timeout']:>8}{left:>6}"
        print(f"{file:<16}{told}{1 - left / count.total():>8.1%}")
    survivors = [f"{name} {o}" for name, o in outcomes.items() if o not in NOTICED]
    (OUT / "survivors.txt").write_text("\n\n".join(survivors) + "\n")
    print(f"\nwhat is left: {OUT / 'survivors.txt'}")
    return sum(total[o] for o in NOTICED) / max(1, total.total())


def main() -> None:
    """Run the mutants that are asked for; all of them where none is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", help="files of the core, such as planning.py")
    parser.add_argument("--left", action="store_true", help="only what is left or untried")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at a time")
    parser.add_argument("--least", type=float, default=0.0, help="fail below this share noticed")
    options = parser.parse_args()
    OUT.mkdir(exist_ok=True)
    kept = OUT / "outcomes.json"
    before = json.loads(kept.read_text()) if options.left else {}
    named = [CORE / file for file in options.files] or sorted(CORE.glob("*.py"))
    found = [m for path in named for m in mutants(path) if before.get(m.name) not in NOTICED]
    random.Random(0).shuffle(found)  # an interrupted run has then tried a fair sample
    runner = Runner(found, options.jobs)
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(OUT)
    os.chdir(ROOT)
    quiet = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--assert=plain"]
    status = pytest.main([*quiet, "tests/reconcile"], plugins=[runner])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.INTERRUPTED):
        sys.exit(int(status))
    outcomes = before | {m.name: o for m, o in runner.outcomes.items()}
    kept.write_text(json.dumps(outcomes, indent=1))
    sys.exit(report(outcomes) < options.least)


if __name__ == "__main__":
    main()
