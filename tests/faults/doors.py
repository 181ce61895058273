"""A stack behind a front door: whole programs, run by an engine in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import yaml

from faults.canaries import Overheard
from laws.openmetadata_worlds import listed
from laws.stacks import Program, Resource
from laws.worlds import ADDRESS, World
from programs.stacks import SECONDS, Outcome, Stack
from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.errors import (
    AlreadyExists,
    Conflict,
    Gone,
    HasChildren,
    RegistryError,
)
from pulumi_mlregistry.settings.keys import BY_NAME

_ERRORS: Final[Mapping[str, type[RegistryError]]] = {
    "exists already": AlreadyExists,
    "would be deleted with it": HasChildren,
    "when last read": Conflict,
    "since the last update": Gone,
}
"""What the user reads, by the error behind it."""


class DoorStack(Stack):
    """What the matrix needs of `laws.stacks.Stack`, by an engine's commands."""

    def __init__(self, world: World, keys: Mapping[str, str], engine: str, folder: Path) -> None:
        self.world = world
        self.keys = dict(keys)
        self.log: list[str] = []
        self.said: list[str] = []
        self._running: subprocess.Popen[str] | None = None
        self._killed = False
        self.killable = False
        self._known: dict[str, Resource] | None = None
        super().__init__(engine, folder, _environment(world, self.keys))

    @property
    def resources(self) -> dict[str, Resource]:  # type: ignore[override]
        """What the exported state holds, secrets encrypted."""
        if self._known is None:
            ours = [r for r in self.state() if "mlregistry" in r["type"]]
            self._known = {
                r["urn"].rpartition("::")[2]: Resource(r["id"], r["inputs"], r["outputs"])
                for r in ours
            }
        return self._known

    def __getitem__(self, logical: str) -> Resource:
        return self.resources[logical]

    def up(  # type: ignore[override]
        self, program: Program, aliases: Mapping[str, str] | None = None
    ) -> list[str]:
        """Apply; answers ``same m`` for all where nothing was done."""
        nothing = not program and not self.resources
        self._write(program, aliases or {})
        counts = self._do("up", "--yes", *self._only_pulumi("--skip-preview")).counts
        if nothing and sum(counts.values()) == 1:  # the stack itself
            return []
        if set(counts) <= {"unchanged"}:
            return [f"same {logical}" for logical in program]
        return [f"{verb} {number}" for verb, number in counts.items()]

    def preview(self, logical: str, declared: Mapping[str, Any]) -> Any:  # type: ignore[override]
        """What a preview prints."""
        self._write({logical: declared}, {})
        return SimpleNamespace(changes=self._do("preview", *self._only_pulumi("--diff")).text)

    def refresh(self) -> None:  # type: ignore[override]
        """Read everything."""
        self._do("refresh", "--yes", *self._only_pulumi("--skip-preview"))

    def destroy(self) -> None:  # type: ignore[override]
        """Delete everything."""
        self._do("destroy", "--yes", *self._only_pulumi("--skip-preview"))

    def kill(self) -> None:
        """End the command that runs, with all of its processes."""
        if self._running is not None:
            self._killed = True
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._running.pid, signal.SIGKILL)

    def overhear(self, overheard: Overheard) -> None:
        """All that was printed, and the state as it is exported."""
        overheard.hear("screen", *self.said)
        overheard.hear("exported state", json.dumps(self.state()))

    def run(self, *arguments: str) -> Outcome:
        """One command; where it is to be killed, in a process group of its own."""
        self._known = None
        done = self._group(*arguments) if self.killable else super().run(*arguments)
        if arguments[:1] != ("export",) and arguments[:2] != ("stack", "export"):
            self.said.append(done.text)
        return done

    def _group(self, *arguments: str) -> Outcome:
        self._running = subprocess.Popen(
            self.command(*arguments), cwd=self.folder, env=self.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, start_new_session=True,
        )  # fmt: skip
        try:
            text, _ = self._running.communicate(timeout=SECONDS)
        finally:
            code, running, self._running = self._running.returncode, self._running, None
            if code is None:
                os.killpg(running.pid, signal.SIGKILL)
        return Outcome(code, text)

    def _do(self, *arguments: str) -> Outcome:
        self._configure()
        done = self.run(*arguments)
        self.log, self.killable = done.text.splitlines(), False
        if self._killed:
            self._killed = False
            if self.engine == "pulumi":  # its lock outlives it
                self.run("cancel", "--yes")
        if done.code != 0:
            kind = next((e for words, e in _ERRORS.items() if words in done.text), RegistryError)
            raise kind(done.text)
        return done

    def _configure(self) -> None:
        """The one key that has no variable in the environment."""
        file = self.folder / "Pulumi.dev.yaml"
        known = yaml.safe_load(file.read_text()) if file.exists() else None
        settings = known or {}
        values = {"mlregistry:timeoutSeconds": self.keys["timeoutSeconds"]}
        settings["config"] = {**(settings.get("config") or {}), **values}
        file.write_text(yaml.safe_dump(settings))

    def _write(self, program: Program, aliases: Mapping[str, str]) -> None:
        lines = [_resource(self.world, *item, aliases.get(item[0])) for item in program.items()]
        self.program("\n".join(lines))


def _environment(world: World, keys: Mapping[str, str]) -> dict[str, str]:
    """The variables of the registry, through the proxy, with the credentials of the matrix."""
    given = {ADDRESS[world.target]: world.proxy.url, **keys}
    if "openmetadata" in world.kind:
        given["openmetadataToken"] = world.server.tokens["admin"]  # type: ignore[attr-defined]
    own = {BY_NAME[k].environment[0]: v for k, v in given.items() if BY_NAME[k].environment}
    return {**world.server.environment, **own}


def _resource(world: World, logical: str, declared: Mapping[str, Any], alias: str | None) -> str:
    """The line that declares a resource."""
    table = KINDS[world.kind].table
    module, _, name = world.kind.partition(":")
    secret = declared.get("__secrets", [])
    arguments = []
    for key, value in declared.items():
        if key.startswith("__"):
            continue
        given = listed(value) if key == world.keyed and module == "openmetadata" else value
        text = repr(given)
        if key in secret:
            text = f"pulumi.Output.secret({text})"
        arguments.append(f"{tables.column(table, key).attr}={text}")
    if alias:
        options = f"pulumi.ResourceOptions(aliases=[pulumi.Alias(name={alias!r})])"
        arguments.append(f"opts={options}")
    return f"{module}.{name}({logical!r}, {', '.join(arguments)})"
