"""One object of ours among those of others, and the steps that lead up to an operation on it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from faults.canaries import NEXT_KEY, PASSWORD, SECOND, TOKEN
from faults.pictures import Picture, ids, tidy
from faults.scenery import SCENERIES
from laws.stacks import Stack
from laws.worlds import World

Door = Callable[[World, dict[str, str]], Any]
"""Makes a stack: `laws.stacks.Stack`, or what does the same by programs."""
PATIENT = "20"
"""Seconds a call for all that is not to fail."""


def surrounded(world: World) -> str:
    """A colleague's object, with the name that all of ours begin with."""
    name = world.name()
    SCENERIES[world.kind](world, name, name).surround()
    return name


def credentials(world: World) -> dict[str, str]:
    """Configured credentials that are easy to find again, where the server takes any."""
    if world.kind == "mlflow:RegisteredModel" and world.target == "mlflow":
        return {"mlflowUrl": world.proxy.url.replace("://", f"://me:{PASSWORD}@")}
    return {"nemo": {"nemoToken": TOKEN}, "mlflow": {"mlflowToken": TOKEN}}.get(world.target, {})


def core(world: World, keys: dict[str, str]) -> Stack:
    """A stack of the core alone."""
    return Stack(world, keys=keys)


class Scene:
    """A world with a stack and what others have there; the methods without arguments are steps."""

    def __init__(self, world: World, beside: str, door: Door = core) -> None:
        self.world = world
        self.door = door
        self.beside = beside
        self.name = f"{beside}-{uuid.uuid4().hex[:8]}"
        world.names[:] = [self.name]
        world.prepare(self.name)
        self.scenery = SCENERIES[world.kind](world, self.name, beside)
        self.keys = credentials(world)
        self.stack = self.new_stack()
        self.logical = "m"
        self.known = ""
        self.aliases: dict[str, str] = {}
        self.declared = self.scenery.declared()
        self.scenery.precede()

    def new_stack(self) -> Any:
        """A stack that knows nothing."""
        return self.door(self.world, {**self.keys, "timeoutSeconds": PATIENT})

    @property
    def program(self) -> dict[str, dict[str, Any]]:
        """What is declared."""
        given = {k: v for k, v in self.declared.items() if v is not None}
        return {self.logical: given}

    @property
    def id(self) -> str:
        """The id of our object at the registry."""
        return str(self.stack["m"].id)

    # What the program says.

    def full(self) -> None:
        self.declared |= self.scenery.everything()

    def next_text(self) -> None:
        self.declared["description"] = SECOND

    def next_keys(self) -> None:
        self.declared[self.world.keyed] = self.scenery.second

    def next_secret(self) -> None:
        endpoint = self.declared.get("apiEndpoint")
        if endpoint:
            self.declared["apiEndpoint"] = {**endpoint, "apiKey": NEXT_KEY}
        else:
            config = self.declared["connection"]["config"]
            uri = f"https://{NEXT_KEY}@mlflow.example"
            self.declared["connection"] = {"config": {**config, "trackingUri": uri}}

    def stage(self) -> None:
        self.declared["stage"] = "Staging"

    def next_stage(self) -> None:
        self.declared["stage"] = "Production"

    def pointed(self) -> None:
        self.declared["aliases"] = ["green"]

    def pointed_otherwise(self) -> None:
        self.declared["aliases"] = ["blue"]

    def nothing_left(self) -> None:
        """Everything that can be cleared in place."""
        for field in ("description", self.world.keyed, "stage"):
            self.declared.pop(field, None)

    def exclusive(self) -> None:
        self.declared["exclusive"] = [self.world.keyed]

    def another(self) -> None:
        self.declared |= self.scenery.elsewhere()

    def before_recreation(self) -> None:
        self.declared |= self.scenery.recreation()[0] | {"allowRecreate": True}

    def recreation(self) -> None:
        self.declared |= self.scenery.recreation()[1]

    def adopt(self) -> None:
        self.declared["onConflict"] = "adopt"

    def adopt_if_equal(self) -> None:
        self.declared["onConflict"] = "adopt_if_equal"

    def hard(self) -> None:
        self.declared["deletePolicy"] = "hard"

    def soft(self) -> None:
        self.declared["deletePolicy"] = "soft"

    def retain(self) -> None:
        self.declared["deletePolicy"] = "retain"

    def recursive(self) -> None:
        self.declared["recursive"] = True

    def renamed(self) -> None:
        self.logical = "n"

    def alias(self) -> None:
        self.renamed()
        self.aliases = {"n": "m"}

    # What happened before.

    def applied(self) -> None:
        self.stack.up(self.program)

    def forgotten(self) -> None:
        """The state is lost; the object stays."""
        self.known = self.id
        self.stack = self.new_stack()

    def dressed(self) -> None:
        """Others write what we do not declare."""
        self.scenery.dress(self.world.id_of(self.name) if not self.stack.resources else self.id)

    def populated(self) -> None:
        """Others put something into it."""
        self.scenery.populate(self.id)

    def taken(self) -> None:
        """Others have an object of our name."""
        self.scenery.taken()

    def drifted(self) -> None:
        """Others change what we declare."""
        self.world.edit(self.id, "theirs")

    def done_already(self) -> None:
        """Others make the very change that the program is about to make."""
        self.world.edit(self.id, self.declared["description"])

    def removed(self) -> None:
        """Others delete it."""
        self.world.remove(self.id)

    def destroyed(self) -> None:
        """We delete it."""
        self.stack.destroy()

    # What can be done.

    def up(self) -> None:
        self.stack.up(self.program, self._pending_aliases())

    def refresh(self) -> None:
        self.stack.refresh()

    def refresh_and_up(self) -> None:
        self.stack.refresh()
        self.up()

    def take(self) -> None:
        """Import by id."""
        self.stack.take("m", self.known)

    def destroy(self) -> None:
        self.stack.destroy()

    def picture(self, before: frozenset[str]) -> Picture:
        """How others see it all; ``before``: the ids from before the operation."""
        words = {self.name: "NAME", self.beside: "BESIDE"}
        found: Picture = tidy(self.scenery.picture(), words, before)
        return found

    def ids(self) -> frozenset[str]:
        """What tells our object from another one of its name."""
        return ids(self.scenery.ours())

    def _pending_aliases(self) -> dict[str, str]:
        return {n: m for n, m in self.aliases.items() if m in self.stack.resources}
