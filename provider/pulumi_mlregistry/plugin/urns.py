"""URNs taken apart: ``urn:pulumi:stack::project::parent$mlregistry:nemo:ModelEntity::name``."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from pulumi_mlregistry.program import door
from pulumi_mlregistry.settings.keys import NAMESPACE


@dataclass(frozen=True)
class Urn:
    """What a URN says of a resource."""

    stack: str
    project: str
    parents: tuple[str, ...]
    type: str
    name: str

    @classmethod
    @functools.lru_cache(maxsize=256)  # a call asks more than once
    def parse(cls, text: str) -> Urn:
        """A name may itself hold ``::``, and nothing else can."""
        head, project, types, name = text.split("::", 3)
        *parents, own = types.split("$")
        return cls(head.removeprefix("urn:pulumi:"), project, tuple(parents), own, name)

    @property
    def kind(self) -> str:
        """Module and name of the token: ``nemo:ModelEntity``."""
        return self.type.removeprefix(f"{NAMESPACE}:")

    @property
    def owner(self) -> str:
        """Who declares the object, as the dynamic resources call themselves."""
        above = f"{door.kind_of(self.parents[-1])}$" if self.parents else ""
        return f"{self.project}/{self.stack}/{above}{self.kind}/{self.name}"
