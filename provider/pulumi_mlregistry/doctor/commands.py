"""``mlregistry doctor``: whether the provider will reach what is configured, and what it may do."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from pulumi_mlregistry.doctor import charts, printing, running
from pulumi_mlregistry.doctor.examining import Chart
from pulumi_mlregistry.doctor.registries import REGISTRIES
from pulumi_mlregistry.localengine.errors import EngineError
from pulumi_mlregistry.settings.settings import how_to_set

_SECONDS = 10.0
_STACK = "dev"


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``doctor`` to the command line."""
    text = "say for each configured registry whether it is reached, as whom, and with what rights"
    parser = subparsers.add_parser(
        "doctor",
        help=text,
        description=f"{text[0].upper()}{text[1:]}. Reads only. Exit code 0: all are usable, 1: one "
        "is not, 2: none is configured.",
    )
    parser.add_argument("-C", "--cwd", help="a program folder, whose stack's configuration counts "
                        "before the environment (default: the environment alone)")  # fmt: skip
    parser.add_argument("-s", "--stack", help=f"the stack (default with -C: {_STACK})")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.add_argument("--seconds", type=float, default=_SECONDS,
                        help="the most that one registry takes; all are asked at once "
                        "(default: %(default)g)")  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Examine and print; 0 where all are usable, 1 where one is not, 2 where none is configured."""
    try:
        chart = _chart(args)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    registries = running.configured(chart)
    if not registries:
        print("error: no registry is configured", file=sys.stderr)
        for registry in REGISTRIES:
            print(f"  {registry.name}: {how_to_set(registry.marks[0])}", file=sys.stderr)
        return 2
    reports = running.run(registries, chart, args.seconds, _tell)
    if args.json:
        print(json.dumps(printing.document(reports), indent=2, ensure_ascii=False))
    else:
        print("\n".join(printing.lines(reports)))
    return 0 if all(report.usable for report in reports) else 1


def _chart(args: argparse.Namespace) -> Chart:
    if args.cwd is None and args.stack is None:
        return charts.from_environment(os.environ)
    chart, notes = charts.from_stack(Path(args.cwd or "."), args.stack or _STACK, os.environ)
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
    return chart


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
