"""``mlregistry sandbox``: embedded registries on loopback until Ctrl-C."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import time
from typing import Any

from pulumi_mlregistry.sandbox.errors import SandboxError
from pulumi_mlregistry.sandbox.running import OPENMETADATA_VERSIONS, REGISTRIES, Sandbox, start

_POLL_SECONDS = 0.2
_TITLES = {"openmetadata": "OpenMetadata", "nemo": "NeMo Platform", "mlflow": "MLflow"}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``sandbox`` to the command line."""
    parser = subparsers.add_parser(
        "sandbox",
        help="start embedded registries on loopback and print what to export",
        description="Start embedded registries on loopback, print what to export, run until "
        "Ctrl-C.",
    )
    versions = " or ".join(OPENMETADATA_VERSIONS)
    parser.add_argument(
        "--openmetadata",
        metavar="VERSION",
        default=OPENMETADATA_VERSIONS[0],
        help=f"behave as this version of OpenMetadata: {versions} (default: %(default)s)",
    )
    parser.add_argument("--data", metavar="DIR", help="keep the data here; default: temporary")
    parser.add_argument(
        "--only", metavar="KIND", nargs="+", help=f"some of {', '.join(REGISTRIES)}; default: all"
    )
    for kind in REGISTRIES:
        parser.add_argument(f"--port-{kind}", metavar="PORT", type=int, help="default: a free one")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Start the sandbox and wait; 0 after Ctrl-C or SIGTERM, 1 when it fails."""
    signal.signal(signal.SIGTERM, _interrupt)
    given = {kind: getattr(args, f"port_{kind}") for kind in REGISTRIES}
    try:
        with start(
            openmetadata=args.openmetadata,
            data_dir=args.data,
            registries=args.only or REGISTRIES,
            ports={kind: port for kind, port in given.items() if port is not None},
        ) as sandbox:
            _announce(sandbox, args)
            while sandbox.running:
                time.sleep(_POLL_SECONDS)
            print("error: the sandbox ended by itself: please report this", file=sys.stderr)
            return 1
    except SandboxError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _announce(sandbox: Sandbox, args: argparse.Namespace) -> None:
    titles = {**_TITLES, "openmetadata": f"OpenMetadata {args.openmetadata}"}
    titles["oracle"] = "Oracle AI Data Platform"
    for kind, server in sandbox.servers.items():
        print(f"# {titles[kind]} at {server.url}")
        for user, token in server.tokens.items():
            if token not in server.environment.values():
                print(f"#   token of {user}: {token}")
    kept = f"kept in {args.data}" if args.data else "gone at the end"
    print(f"# a sandbox in one process: its data is {kept}, Ctrl-C ends it")
    for name, value in sandbox.environment.items():
        print(f"export {name}={shlex.quote(value)}")
    sys.stdout.flush()


def _interrupt(signum: int, frame: Any) -> None:
    raise KeyboardInterrupt
