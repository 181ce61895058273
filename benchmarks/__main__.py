"""``python -m benchmarks [PART ...]``: run parts, or all, and write the report from all results."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from benchmarks import report
from benchmarks.engines import ROOT, has_pulumi
from benchmarks.parts import PARTS, Part
from benchmarks.results import Results


def _arguments() -> argparse.Namespace:
    names = ", ".join(part.name for part in PARTS)
    parser = argparse.ArgumentParser(prog="bench", description="Measure; nothing is asserted.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"some of {names}; default: all")
    parser.add_argument("--quick", action="store_true", help="few objects, to see that it works")
    parser.add_argument("--write", action="store_true", help="run nothing, write the report anew")
    parser.add_argument("--results", type=Path, default=ROOT / ".bench", metavar="DIR")
    parser.add_argument("--report", type=Path, default=ROOT / "docs", metavar="DIR")
    given = parser.parse_args()
    unknown = set(given.parts) - {part.name for part in PARTS}
    if unknown:
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {names}")
    return given


def _run(part: Part, results: Results, quick: bool) -> bool:
    started = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - started:5.0f} s  {part.name}: {text}", flush=True)

    print(f"\n== {part.name}: {part.title}", flush=True)
    try:
        for line in results.keep(part.name, part.lines(quick, say)):
            told = line.get("operation") or line.get("call") or line.get("imported")
            value = f"{line['seconds']:8.2f} s" if "seconds" in line else f"{line.get('ms', ''):>8}"
            print(f"         {value}  {line.get('provider', '')} {told}", flush=True)
    except Exception as error:  # the other parts are measured all the same
        print(f"error: {part.name}: {type(error).__name__}: {error}", file=sys.stderr)
        return False
    return True


def main() -> int:
    """Run and write; 1 where a part could not be measured."""
    given = _arguments()
    results = Results(given.results)
    if not has_pulumi():
        print("pulumi is not on PATH: what runs on it is left out")
    chosen = [] if given.write else [p for p in PARTS if not given.parts or p.name in given.parts]
    done = [_run(part, results, given.quick) for part in chosen]
    for file in report.write(results, given.report):
        print(f"written: {file}")
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main())
