"""``mlregistry review``: what a preview plans, for the reviewer of a pull request."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_mlregistry.review.model import Review

_FAIL_ON = ("gate", "conflict", "replace", "delete")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``review`` to the command line."""
    parser = subparsers.add_parser(
        "review",
        help="turn a preview's JSON into Markdown or a page for reviewers",
        description="Print Markdown of what `pulumi preview --json` or `mlregistry preview --json` "
        "planned. Exit code 0 where a review was written, also of a preview that failed.",
    )
    parser.add_argument(
        "preview", nargs="?", default="-", metavar="FILE", help="the JSON (default: standard input)"
    )
    parser.add_argument("--html", metavar="FILE", help="write a page as well, complete in itself")
    parser.add_argument(
        "--fail-on",
        action="append",
        default=[],
        choices=_FAIL_ON,
        help="exit 1, after writing, where there is one; may be given more than once",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the review; 1 where the input is none, or where there is what ``--fail-on`` names."""
    # Imported here: no other subcommand needs the field tables.
    from pulumi_mlregistry.review import making, markdown, page, reading
    from pulumi_mlregistry.review.errors import NotAPreviewError

    try:
        review = making.review(reading.read(_input(args.preview)))
        if args.html:
            Path(args.html).write_text(page.render(review), encoding="utf-8")
    except NotAPreviewError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    sys.stdout.write(markdown.render(review))
    found = [reason for reason in dict.fromkeys(args.fail_on) if _has(review, reason)]
    if found:
        print(f"error: --fail-on: the preview has {', '.join(found)}", file=sys.stderr)
    return 1 if found else 0


def _input(name: str) -> str:
    data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    return data.decode("utf-8", errors="replace")


def _has(review: Review, reason: str) -> bool:
    if reason == "gate":
        return any(item.failed for item in review.items)
    if reason == "conflict":
        return any(item.conflicts for item in review.items)
    return any(item.fate.value == reason for item in review.items)
