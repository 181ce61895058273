"""``mlregistry import``: adopt what is live, or take an import file over into a local stack."""

from __future__ import annotations

import argparse

_REGISTRIES = ("openmetadata", "nemo", "mlflow", "oracle")
_FACETS = ("service", "workspace", "model", "owner", "tag")
_ABOUT = "write an import file and a program for what live registries hold"


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``import`` to the command line."""
    more = "Reads only: nothing is written to a registry."
    add = subparsers.add_parser("import", help=_ABOUT, description=f"{_ABOUT}. {more}").add_argument
    # No `choices`: Python 3.11 takes none for an empty list of them.
    listed = ", ".join(_REGISTRIES)
    add("registries", nargs="*", metavar="REGISTRY", help=f"{listed}; default: all configured")
    add("-C", "--cwd", default=".", help="the program folder (default: here)")
    add("-s", "--stack", default="dev", help="the stack (default: dev)")
    add("--program", metavar="FILE", default="__main__.py", help="default: __main__.py")
    add("--plugin", action="store_true", help="for the plugin, which imports by id")
    add("--force", action="store_true", help="overwrite files that are there")
    for facet in _FACETS:
        add(f"--{facet}", action="append", metavar="NAME", help=f"only of this {facet}; repeatable")
    included = "adopt also what is left out otherwise; repeatable"
    add("--include", action="append", choices=("machine-owned", "managed"), help=included)
    file = "survey nothing: add this file to the local engine's stack, as `pulumi import --file`"
    add("--file", metavar="FILE", help=file)
    subparsers.choices["import"].set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from pulumi_mlregistry.importer import running  # loads Pulumi's SDK, which other commands spare

    return running.run(args)
