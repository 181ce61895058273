"""The ``mlregistry`` command: each subcommand is registered by the room it belongs to."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from pulumi_mlregistry.devserver import commands as devserver_commands
from pulumi_mlregistry.doctor import commands as doctor_commands
from pulumi_mlregistry.importer import commands as importer_commands
from pulumi_mlregistry.localengine import commands as localengine_commands
from pulumi_mlregistry.review import commands as review_commands
from pulumi_mlregistry.sandbox import commands as sandbox_commands
from pulumi_mlregistry.schema import commands as schema_commands


def build_parser() -> argparse.ArgumentParser:
    """The whole command line: one subparser a subcommand, each with ``run(args) -> exit code``."""
    parser = argparse.ArgumentParser(
        prog="mlregistry",
        description="Model registrations as reviewed code: tools beside the Pulumi provider.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    localengine_commands.register(commands)
    importer_commands.register(commands)
    review_commands.register(commands)
    doctor_commands.register(commands)
    devserver_commands.register(commands)
    sandbox_commands.register(commands)
    schema_commands.register(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; returns its exit code (2 for a command line that cannot be read)."""
    args = build_parser().parse_args(argv)
    code: int = args.run(args)
    return code


if __name__ == "__main__":
    sys.exit(main())
