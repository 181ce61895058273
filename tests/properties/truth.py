"""A small model of what a registry must hold: the truth that events are checked against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from laws.openmetadata_worlds import MlModelWorld, MlServiceWorld, listed
from laws.worlds import World

PATHS: Final = ("description", "k1", "k2")
"""What a program may declare, and others may write as well."""
THEIRS: Final = "t1"
"""What no program declares."""
Values = dict[str, str]


@dataclass
class Truth:
    """One object as it must be: its values by path, None where it is not there."""

    values: Values | None = None
    known: Values = field(default_factory=dict)
    """What the state says of the paths that it owns."""
    in_state: bool = False
    adopted: bool = False

    def drifted(self, declared: Mapping[str, str], *, adopt: bool) -> bool:
        """Whether others hold another value where the program writes or clears.

        To adopt is to take what the state never knew, and not what others changed since.
        """
        there = self.values or {}
        return any(
            there.get(path, "") not in (self.known.get(path, ""), declared.get(path, ""))
            for path in {*self.known, *(() if adopt else declared)}
        )

    def applied(self, declared: Mapping[str, str], *, anew: bool) -> None:
        """The declaration was written."""
        there = {} if anew else dict(self.values or {})
        for path in self.known:
            there.pop(path, None)
        self.values = there | dict(declared)
        self.stored(declared)

    def stored(self, declared: Mapping[str, str]) -> None:
        """The state says so."""
        self.known, self.in_state = dict(declared), True

    def gone(self) -> None:
        """The object is not there any more, and the state does not know it."""
        self.values, self.known, self.in_state, self.adopted = None, {}, False, False


@dataclass
class Bench:
    """How a machine declares and sees values in any world: paths instead of fields."""

    world: World
    name: str

    def declare(self, values: Mapping[str, str], policies: Mapping[str, Any]) -> dict[str, Any]:
        """A declaration of the values."""
        declared = {**self.world.least(self.name), **policies}
        if "description" in values:
            declared["description"] = values["description"]
        keys = {k: v for k, v in values.items() if k != "description"}
        if keys:
            in_list = isinstance(self.world, MlModelWorld)
            declared[self.world.keyed] = listed(keys) if in_list else keys
        return declared

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths that this world has."""
        return PATHS[:1] if isinstance(self.world, MlServiceWorld) else PATHS

    def edit(self, id_: str, path: str, value: str | None) -> None:
        """Others write or delete one value."""
        if isinstance(self.world, MlServiceWorld) and path == THEIRS:
            self.world.patch(id_, {"op": "add", "path": "/displayName", "value": value or ""})
        elif path == "description":
            self.world.edit(id_, value or "")
        else:
            self.world.edit(id_, **{path: value})

    def seen(self, id_: str) -> Values | None:
        """The values at the registry; None where the object is gone."""
        found = self.world.look(id_)
        if found is None:
            return None
        if isinstance(self.world, MlServiceWorld):
            values = {THEIRS: found.get("displayName")}
        else:
            values = dict(self.world.keys(id_))
        values["description"] = self.world.meant(found.get("description") or "")
        return {path: str(value) for path, value in values.items() if value}
