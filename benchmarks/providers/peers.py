"""What the peers do at a create, read, update and delete; no door stands in here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from benchmarks.providers.naive import Naive

Properties = dict[str, Any]


class Peer(Protocol):
    """A provider without a door."""

    def create(self, kind: str, props: Properties) -> tuple[str, Properties]:
        """The id and the outputs."""

    def read(self, kind: str, id_: str, props: Properties) -> Properties:
        """The outputs as they are now."""

    def update(self, kind: str, id_: str, props: Properties) -> Properties:
        """The outputs."""

    def delete(self, kind: str, id_: str) -> None:
        """Remove it."""


class Floor:
    """Does nothing: what is left is the time of the engine, the SDK and the protocol."""

    def create(self, kind: str, props: Properties) -> tuple[str, Properties]:
        """The inputs are the outputs."""
        return props["name"], props

    def read(self, kind: str, id_: str, props: Properties) -> Properties:
        """As the state has it."""
        return props

    def update(self, kind: str, id_: str, props: Properties) -> Properties:
        """The inputs are the outputs."""
        return props

    def delete(self, kind: str, id_: str) -> None:
        """Nothing."""


PEERS: Final[Mapping[str, type[Peer]]] = {"floor": Floor, "shaped": Floor, "naive": Naive}
"""By name; what is shaped does nothing, for resources that declare the product's outputs."""
