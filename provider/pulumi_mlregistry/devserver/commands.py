"""``mlregistry devserver``: a real registry on loopback until Ctrl-C."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import time
from typing import Any

from pulumi_mlregistry.devserver.errors import DevServerError
from pulumi_mlregistry.devserver.kinds import KINDS
from pulumi_mlregistry.devserver.server import Server, start

_POLL_SECONDS = 0.2


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``devserver`` to the command line."""
    parser = subparsers.add_parser(
        "devserver",
        help="start a real registry on loopback and print what to export",
        description="Start a real registry on loopback, print what to export, run until Ctrl-C.",
    )
    parser.add_argument("kind", choices=list(KINDS))
    parser.add_argument("--port", type=int, help="default: a free one")
    parser.add_argument("--data", metavar="DIR", help="keep the data here; default: temporary")
    parser.add_argument("--files", action="store_true", help="nemo: files and secrets too")
    parser.add_argument("--auth", action="store_true", help="nemo: authorization on")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Start the server and wait; 0 after Ctrl-C or SIGTERM, 1 when it fails or ends by itself."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with start(
            args.kind, data_dir=args.data, port=args.port, files=args.files, auth=args.auth
        ) as server:
            _announce(server)
            while server.running:
                time.sleep(_POLL_SECONDS)
            print(f"error: {args.kind} ended by itself: see {server.log_path}", file=sys.stderr)
            return 1
    except DevServerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _announce(server: Server) -> None:
    print(f"# {server.kind} at {server.url}, log {server.log_path}, Ctrl-C ends it")
    for name, value in server.environment.items():
        print(f"export {name}={shlex.quote(value)}")
    sys.stdout.flush()


def _interrupt(signum: int, frame: Any) -> None:
    raise KeyboardInterrupt
