"""A run of ``mlregistry import``: survey, write, report."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from pulumi_mlregistry.apis.apart import Apart
from pulumi_mlregistry.catalog import Session
from pulumi_mlregistry.importer import importfile, program
from pulumi_mlregistry.importer.naming import plural
from pulumi_mlregistry.importer.progress import Progress
from pulumi_mlregistry.importer.selecting import FACETS, Selection
from pulumi_mlregistry.importer.surveying import Survey, Surveyor, counts
from pulumi_mlregistry.localengine.engine import Engine
from pulumi_mlregistry.localengine.errors import EngineError
from pulumi_mlregistry.localengine.project import load_project, write_atomically
from pulumi_mlregistry.reconcile.errors import Misconfigured, RegistryError
from pulumi_mlregistry.settings.keys import NAMESPACE
from pulumi_mlregistry.settings.settings import Settings

_ADDRESSES: Final[Mapping[str, tuple[str, ...]]] = {
    "openmetadata": ("openmetadataUrl",),
    "nemo": ("nemoUrl",),
    "mlflow": ("mlflowUrl",),
    "oracle": ("oraclePlatformId",),
}
"""The registries, and the keys without which one is not configured."""
_FILE: Final = "import.json"


def run(args: argparse.Namespace) -> int:
    """Survey registries, or take a file over; the exit code."""
    try:
        return _take_over(args) if args.file else _survey(args)
    except (RegistryError, EngineError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("error: interrupted; no file was written", file=sys.stderr)
        return 130


def _take_over(args: argparse.Namespace) -> int:
    taken = Engine(Path(args.cwd), args.stack).take_over(Path(args.file))
    print(f"{taken} resources imported into stack {args.stack}")
    return 0


def _survey(args: argparse.Namespace) -> int:
    if unknown := [name for name in args.registries if name not in _ADDRESSES]:
        print(f"error: {unknown[0]!r} is no registry; there are {', '.join(_ADDRESSES)}",
              file=sys.stderr)  # fmt: skip
        return 2
    folder = Path(args.cwd)
    project = load_project(folder.resolve()).name
    files = (folder / _FILE, folder / args.program)
    if not args.force:
        for file in files:
            _refuse_existing(file)
    progress = Progress()
    settings = Settings(_configured(folder, args.stack, progress), os.environ)
    wanted = {facet: words for facet in FACETS if (words := getattr(args, facet))}
    surveyor = Surveyor(
        project, args.stack, Selection(wanted), frozenset(map(Apart, args.include or ())), progress
    )
    for api, its_settings in _registries(args.registries, settings):
        surveyor.walk(Session(its_settings, progress.note), api)
    progress.end()
    _write(args, files, surveyor.survey, settings)
    _report(args, files, surveyor.survey)
    return 0


def _refuse_existing(file: Path) -> None:
    if file.exists():
        raise EngineError(f"{file} exists: give --force to overwrite it, or -C another folder")


def _configured(folder: Path, stack: str, progress: Progress) -> dict[str, str]:
    """The stack's own configuration, where it can be read."""
    try:
        return Engine(folder, stack).configured(NAMESPACE)
    except EngineError as error:
        progress.note(f"the stack's configuration is not used, the environment alone is: {error}")
        return {}


def _registries(names: list[str], settings: Settings) -> Iterator[tuple[str, Settings]]:
    """The API and the settings of each registry that is wanted."""
    there = [n for n, keys in _ADDRESSES.items() if all(settings.get(k) for k in keys)]
    dialect = settings.get("mlflowDialect")
    if dialect and {"mlflow", "oracle"} <= set(there):
        there = [n for n in there if n in (dialect, "openmetadata", "nemo")]
    chosen = list(dict.fromkeys(names or there))
    if not chosen:
        raise Misconfigured(
            "no registry is configured",
            remedy="Set OPENMETADATA_URL, NMP_BASE_URL, MLFLOW_TRACKING_URI, or mlregistry: keys",
        )
    for name in chosen:
        if name not in ("mlflow", "oracle"):
            yield name, settings
            continue
        meant = {f"{NAMESPACE}:mlflowDialect": name} if names else {}
        yield "mlflow", Settings({**settings.configured, **meant}, settings.environment)


def _write(
    args: argparse.Namespace, files: tuple[Path, Path], survey: Survey, settings: Settings
) -> None:
    if not survey.adopted:
        return
    text = program.render(survey.adopted, survey.registries, settings.get("nemoWorkspace"))
    write_atomically(files[0], importfile.render(survey.adopted, plugin=args.plugin))
    write_atomically(files[1], text)


def _report(args: argparse.Namespace, files: tuple[Path, Path], survey: Survey) -> None:
    if survey.adopted:
        listed = ", ".join(
            f"{n} {title if n == 1 else plural(title)}"
            for title, n in counts(survey.adopted).items()
        )
        print(f"adopted: {listed}")
        print(f"written: {files[0]}, {files[1]}")
    else:
        print("nothing to adopt; no file was written")
    if survey.left_out:
        print(f"left out ({len(survey.left_out)}):")
    for each in survey.left_out:
        print(f"  {each.called}: {each.why}")
    keys = [key for each in survey.adopted for key in program.secrets_of(each).values()]
    if keys:
        print(f"secrets, which could not be verified and are ignored until you hand them over "
              f"({len(keys)}):")  # fmt: skip
    for key in keys:
        print(f"  pulumi config set --secret {key}")
    if survey.adopted:
        print("\n  ".join(["next:", *_next(args)]))


def _next(args: argparse.Namespace) -> list[str]:
    """The commands that adopt with what was written."""
    where = [] if args.cwd == "." else [f"cd {shlex.quote(args.cwd)}"]
    door = ["pulumi config set mlregistry:plugin true"] if args.plugin else []
    stack = "" if args.stack == "dev" else f" --stack {shlex.quote(args.stack)}"
    return [
        *where,
        *(f"{line}{stack}" for line in door),
        f"pulumi import --file {_FILE} --yes --generate-code=false --protect=false{stack}",
        f"pulumi preview --expect-no-changes{stack}",
    ]
