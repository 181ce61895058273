"""``mlregistry schema``: print or write the package schema."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``schema`` to the command line."""
    parser = subparsers.add_parser(
        "schema", help="print the Pulumi package schema", description=__doc__
    )
    parser.add_argument("--out", metavar="FILE", help="write it there; default: standard output")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print or write the schema; 0."""
    from pulumi_mlregistry.schema.package import render

    if args.out:
        Path(args.out).write_text(render(), encoding="utf-8")
    else:
        sys.stdout.write(render())
    return 0
