"""One cell of the table: a resource by a provider, in a stack of an engine of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from laws.openmetadata_worlds import MlModelWorld, listed
from laws.worlds import World
from programs.stacks import Outcome, Stack
from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.reconcile import table as tables

WHOLE: Final = os.environ.get("MLREGISTRY_OPTIONS") == "all"
DYNAMIC, PLUGIN = "dynamic", "plugin"
PROVIDERS: Final = (DYNAMIC, PLUGIN)
TARGETS: Final = {
    "entity": "nemobox",
    "model": "mlflowbox",
    "version": "mlflowbox",
    "mlmodel": "om2",
    "mlservice": "om2",
}
NAMED: Final = tuple(resource for resource in TARGETS if resource != "version")
FIXED: Final = {
    "entity": ("name", "", "other"),
    "model": ("name", "", "other"),
    "version": ("source", "oci://b@n/1", "oci://b@n/2"),
    "mlmodel": ("name", "", "other"),
    "mlservice": ("serviceType", "Sklearn", "CustomMlModel"),
}
"""What cannot be changed in place: the property, and two values."""


@dataclass(frozen=True)
class Option:
    """A row of the table: what to expect of one of Pulumi's options or commands."""

    name: str
    does: str
    always: str
    resources: Sequence[str] = tuple(TARGETS)
    providers: Sequence[str] = PROVIDERS
    local: bool = True
    """Whether the local engine has it as well."""


def option(
    name: str, does: str, always: str, **more: Any
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The test is about this option, and runs for each of its resources and providers."""
    return pytest.mark.option(Option(name, does, always, **more))


@dataclass
class Cell:
    """A resource ``r`` of a program, and others' view of its object."""

    stack: Stack
    world: World
    resource: str
    provider: str
    closing: list[Callable[[], None]] = field(default_factory=list)
    """What ends with the test."""
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = self.world.name()

    @property
    def is_named(self) -> bool:
        """Whether the program names the object; a version is numbered."""
        return self.resource in NAMED

    @property
    def id(self) -> str:
        """The id in the state."""
        return self.ids["r"]

    @property
    def ids(self) -> dict[str, str]:
        """The ids of this package's resources in the state, by logical name."""
        found = [r for r in self.state if "mlregistry" in r["type"] and r.get("id")]
        kept = [r for r in found if not r["type"].startswith("pulumi:providers:")]
        return {r["urn"].rpartition("::")[2]: r["id"] for r in kept if not r.get("delete")}

    def declared(self, **changes: Any) -> dict[str, Any]:
        """The declaration by property; None leaves a property out."""
        base = self.world.declare(self.name)
        if self.world.keyed not in base:
            base["tags"] = ["PII.Sensitive"]
        given = {**base, **changes}
        return {k: v for k, v in given.items() if v is not None}

    def text(self, logical: str = "r", opts: str = "", /, **changes: Any) -> str:
        """The resource as a program declares it."""
        return declaration(self.world, logical, self.declared(**changes), opts)

    def program(self, *texts: str) -> Stack:
        """Write the program."""
        return self.stack.program("".join(texts))

    def up(self, opts: str = "", /, *, check: bool = True, **changes: Any) -> Outcome:
        """Declare the resource alone, and apply."""
        return self.program(self.text("r", opts, **changes)).up(check=check)

    def preview(self, opts: str = "", /, *, check: bool = True, **changes: Any) -> Outcome:
        """Declare the resource alone, and plan."""
        return self.program(self.text("r", opts, **changes)).preview(check=check)

    def run(self, *arguments: str, check: bool = True) -> Outcome:
        """A command of the engine."""
        outcome = self.stack.run(*arguments)
        assert outcome.code == 0 or not check, outcome.text
        return outcome

    def urn(self, logical: str = "r") -> str:
        """The resource's URN."""
        kind = self.world.kind
        dynamic = f"pulumi-python:dynamic/mlregistry/{kind}"
        type_ = f"mlregistry:{kind}" if self.provider == PLUGIN else dynamic
        return f"urn:pulumi:dev::tests::{type_}::{logical}"

    def is_there(self, id_: str) -> bool:
        """Whether the registry has an object, not deleted softly."""
        found = self.world.look(id_)
        return found is not None and not found.get("deleted")

    def description(self, id_: str) -> str:
        """The description at the registry."""
        return self.world.description(id_)

    def make(self, name: str = "") -> str:
        """Somebody else's object, under the name of this cell; answers its id."""
        return self.world.make(name or self.name, "theirs")

    @property
    def state(self) -> list[dict[str, Any]]:
        """The resources in the state, secrets encrypted."""
        return stored(self.stack)

    @property
    def another(self) -> dict[str, Any]:
        """What makes a second declaration another object."""
        return {"name": f"{self.name}other"} if self.is_named else {"source": "oci://b@n/2"}

    def fixed(self, which: int) -> dict[str, Any]:
        """The first or the second value of what cannot be changed in place."""
        field_, *values = FIXED[self.resource]
        value = values[which]
        return {field_: self.name + value if field_ == "name" else value}


def declaration(
    world: World, logical: str, declared: Mapping[str, Any], opts: str, **written: str
) -> str:
    """A resource as a program declares it, keys given as a mapping.

    ``written`` are arguments that stand there as they are, an output of another resource say.
    """
    columns = tables.by_name(KINDS[world.kind].table)
    if isinstance(world, MlModelWorld) and world.keyed in declared:
        declared = {**declared, world.keyed: listed(declared[world.keyed])}
    arguments = {**{columns[k].attr: repr(v) for k, v in declared.items()}, **written}
    module, _, kind = world.kind.partition(":")
    given = ", ".join(f"{k}={v}" for k, v in arguments.items())
    return (
        f"{logical} = {module}.{kind}({logical!r}, {given}, opts=pulumi.ResourceOptions({opts}))\n"
    )


def stored(stack: Stack) -> list[dict[str, Any]]:
    """The resources in a state, secrets encrypted: its file is read faster than exported."""
    file = stack.folder / ".state" / ".pulumi" / "stacks" / "tests" / "dev.json"
    if not file.exists():
        return stack.state()
    latest: Mapping[str, Any] = json.loads(file.read_text())["checkpoint"].get("latest") or {}
    return list(latest.get("resources") or ())


def new_stack(engine: str, folder: Path, provider: str, environment: Mapping[str, str]) -> Stack:
    """A stack whose Python classes use one of the two providers."""
    return Stack(
        engine, folder, {**environment, "MLREGISTRY_PLUGIN": str(provider == PLUGIN).lower()}
    )
