"""The subcommands of ``mlregistry`` that run the local engine."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pulumi_mlregistry.localengine import digest, display
from pulumi_mlregistry.localengine.engine import Engine
from pulumi_mlregistry.localengine.errors import EngineError
from pulumi_mlregistry.localengine.report import Result, Step

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

Run = Callable[[argparse.Namespace], int]
_LOCAL = "with mlregistry's local engine (not Pulumi)"


def register(subparsers: Subparsers) -> None:
    """Add preview, up, refresh, destroy, export, config and stack to the command line."""
    preview = _command(subparsers, "preview", f"show what `up` would change, {_LOCAL}", _preview)
    preview.add_argument(
        "--json", action="store_true", help="print the steps as JSON, in the shape of Pulumi's own"
    )
    up = _command(subparsers, "up", f"bring the stack to what the program declares, {_LOCAL}", _up)
    refresh = _command(subparsers, "refresh", f"take over the live state, {_LOCAL}", _refresh)
    destroy = _command(subparsers, "destroy", f"delete all recorded objects, {_LOCAL}", _destroy)
    for parser in (preview, up):
        parser.add_argument("--refresh", action="store_true", help="read every object first")
    for parser in (preview, up, refresh):
        parser.add_argument(
            "--expect-no-changes", action="store_true", help="exit 1 if anything changes"
        )
    for parser in (preview, up, refresh, destroy):
        parser.add_argument("--diff", action="store_true", help="show also what new resources hold")
        parser.add_argument("-y", "--yes", action="store_true", help="accepted; nothing is asked")
    export = _command(
        subparsers, "export", "print the stack's state for pulumi stack import", _export
    )
    export.add_argument("--show-secrets", action="store_true", help="print secrets in plain")
    _register_config(subparsers)
    _register_stack(subparsers)


def _command(subparsers: Subparsers, name: str, text: str, run: Run) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(name, help=text, description=text)
    parser.add_argument("-C", "--cwd", default=".", help="the program folder (default: here)")
    parser.add_argument("-s", "--stack", default="dev", help="the stack (default: dev)")
    parser.set_defaults(run=_guarded(run))
    return parser


def _register_config(subparsers: Subparsers) -> None:
    config = subparsers.add_parser("config", help="set configuration values of a stack")
    setter = _command(config.add_subparsers(required=True), "set", "set one value", _config_set)
    setter.add_argument("--secret", action="store_true", help="encrypt the value")
    setter.add_argument("key")
    setter.add_argument("value", nargs="?", help="read from stdin if not given")


def _register_stack(subparsers: Subparsers) -> None:
    stack = subparsers.add_parser("stack", help="show the outputs of a stack")
    output = _command(stack.add_subparsers(required=True), "output", "print outputs", _output)
    output.add_argument("--json", action="store_true", help="print them as JSON")
    output.add_argument("--show-secrets", action="store_true", help="print secrets in plain")
    output.add_argument("name", nargs="?", help="print only this one")


def _guarded(run: Run) -> Run:
    def guarded(args: argparse.Namespace) -> int:
        try:
            return run(args)
        except EngineError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("error: interrupted", file=sys.stderr)
            return 130

    return guarded


def _engine(args: argparse.Namespace, on_step: Callable[[Step], None] | None = None) -> Engine:
    return Engine(Path(args.cwd), args.stack, on_step=on_step)


def _preview(args: argparse.Namespace) -> int:
    if args.json:
        result = _engine(args).preview(refresh=args.refresh)
        print(json.dumps(digest.as_json(result), indent=2, ensure_ascii=False))
        return _exit_code(args, result)
    return _shown(args, "preview", lambda engine: engine.preview(refresh=args.refresh))


def _up(args: argparse.Namespace) -> int:
    return _shown(args, "up", lambda engine: engine.up(refresh=args.refresh))


def _refresh(args: argparse.Namespace) -> int:
    return _shown(args, "refresh", lambda engine: engine.refresh())


def _destroy(args: argparse.Namespace) -> int:
    return _shown(args, "destroy", lambda engine: engine.destroy())


def _shown(args: argparse.Namespace, command: str, run: Callable[[Engine], Result]) -> int:
    def show(step: Step) -> None:
        for line in display.step_lines(step, preview=command == "preview", full=args.diff):
            print(line, flush=True)

    for line in display.heading(command, args.stack):
        print(line, flush=True)
    result = run(_engine(args, show))
    for line in display.summary_lines(result):
        print(line)
    return _exit_code(args, result)


def _exit_code(args: argparse.Namespace, result: Result) -> int:
    if result.exit_code == 0 and getattr(args, "expect_no_changes", False) and result.planned:
        names = ", ".join(step.name for step in result.planned)
        print(f"error: no changes were expected, and there are some: {names}", file=sys.stderr)
        return 1
    return result.exit_code


def _export(args: argparse.Namespace) -> int:
    document = _engine(args).export(show_secrets=args.show_secrets)
    print(json.dumps(document, indent=4, ensure_ascii=False))
    return 0


def _config_set(args: argparse.Namespace) -> int:
    value = args.value if args.value is not None else sys.stdin.read().rstrip("\n")
    _engine(args).set_config(args.key, value, secret=args.secret)
    return 0


def _output(args: argparse.Namespace) -> int:
    outputs = _engine(args).outputs(show_secrets=args.show_secrets)
    if args.name is not None:
        if args.name not in outputs:
            raise EngineError(f"stack {args.stack} has no output {args.name}")
        outputs = {args.name: outputs[args.name]}
    if args.json:
        print(json.dumps(outputs[args.name] if args.name else outputs, indent=2))
        return 0
    for key, value in sorted(outputs.items()):
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        print(text if args.name else f"{key}: {text}")
    return 0
