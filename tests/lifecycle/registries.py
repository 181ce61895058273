"""What the registries hold of an example's objects, and what others do to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import strategies as st

from laws.openmetadata_worlds import MlModelWorld, MlServiceWorld
from laws.worlds import VersionWorld, World
from lifecycle.programs import KINDS_OF_TESTS, NAMES

OTHERS_KEY: Final = "others"
"""A key that no program declares."""
Key = tuple[str, str]
"""Kind and id of an object."""


@dataclass(frozen=True)
class Seen:
    """An object as others see it; ``made`` differs for an object made anew under its name."""

    made: str
    description: str
    keys: Mapping[str, Any]


@dataclass(frozen=True)
class Edit:
    """One thing that somebody else does."""

    kind: str
    name: str
    how: str


EDITS: Final = st.builds(
    Edit,
    st.sampled_from(KINDS_OF_TESTS),
    st.sampled_from(NAMES),
    st.sampled_from(["make", "describe", "own key", "own key", "our key", "remove"]),
)


@dataclass
class Registries:
    """The objects of one example: all that have one of its names."""

    worlds: Mapping[str, World]
    prefix: str
    theirs: set[tuple[Key, str]] = field(default_factory=set)
    """What others made: the object's key, and when."""

    def called(self, name: str) -> str:
        """A name of a program, as the registries know it."""
        return f"{self.prefix}-{name}"

    def begin(self) -> None:
        """A registered model of others, with a version in it."""
        self.make("model", "theirs")
        self.make("version", "theirs")

    def make(self, kind: str, name: str) -> None:
        """Somebody makes an object, if its name is free and its parent is there."""
        if kind == "version" and not self._ids("model", name):
            return
        if kind != "version" and self._ids(kind, name):
            return
        id_ = self.worlds[kind].make(self.called(name))
        seen = self._look(kind, id_)
        assert seen is not None
        self.theirs.add(((kind, id_), seen.made))

    def do(self, edit: Edit) -> None:
        """What others do, where there is something to do it to."""
        if edit.how == "make":
            return self.make(edit.kind, edit.name)
        there = [i for i in self._ids(edit.kind, edit.name) if self._look(edit.kind, i)]
        if not there:
            return None
        world, id_ = self.worlds[edit.kind], there[-1]
        if edit.how == "remove":
            return world.remove(id_)
        if edit.how == "describe" or edit.kind == "mlservice":
            return world.edit(id_, description="theirs")
        return world.edit(id_, **{OTHERS_KEY if edit.how == "own key" else "team": "theirs"})

    def look(self) -> dict[Key, Seen]:
        """All that is there, not deleted softly."""
        found: dict[Key, Seen] = {}
        for kind in KINDS_OF_TESTS:
            for name in (*NAMES, "theirs"):
                for id_ in self._ids(kind, name):
                    seen = self._look(kind, id_)
                    if seen is not None:
                        found[kind, id_] = seen
        return found

    def _ids(self, kind: str, name: str) -> list[str]:
        world, called = self.worlds[kind], self.called(name)
        if isinstance(world, VersionWorld):
            return [f"{called}/{number}" for number in world.versions(called)]
        if isinstance(world, MlModelWorld | MlServiceWorld):
            fqn = f"law-service.{called}" if kind == "mlmodel" else called
            answer = world.find(fqn, include="all")
            return [str(answer.json()["id"])] if answer.status_code == 200 else []
        id_ = f"default/{called}" if kind == "entity" else called
        return [id_] if world.look(id_) else []

    def _look(self, kind: str, id_: str) -> Seen | None:
        found = self.worlds[kind].look(id_)
        if found is None or found.get("deleted"):
            return None
        made = found.get("creation_timestamp") or found.get("created_at") or found["id"]
        keys = {k: v for k, v in found["keys"].items() if not k.startswith("mlregistry.")}
        return Seen(str(made), found.get("description") or "", keys)
