"""The peers as Pulumi's dynamic provider classes: importable, as the product's own are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import pulumi
from pulumi.dynamic import (
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from benchmarks.providers.peers import PEERS


class PeerProvider(ResourceProvider):
    """Hands the calls to a peer; a subclass says to which, and for what."""

    peer: ClassVar[str]
    kind: ClassVar[str]
    serialize_as_secret_always = False

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """The inputs as they are."""
        return CheckResult(news, [])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Whether anything differs."""
        return DiffResult(changes=any(_olds.get(key) != _news[key] for key in _news))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """The peer's create."""
        id_, outs = PEERS[self.peer]().create(self.kind, props)
        return CreateResult(id_, outs)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The peer's read."""
        return ReadResult(id_, PEERS[self.peer]().read(self.kind, id_, props))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """The peer's update."""
        return UpdateResult(PEERS[self.peer]().update(self.kind, _id, _news))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """The peer's delete."""
        PEERS[self.peer]().delete(self.kind, _id)


class FloorProvider(PeerProvider):
    """Does nothing, for every kind alike."""

    peer = "floor"
    kind = ""


class NaiveService(PeerProvider):
    """OpenMetadata's services."""

    peer = "naive"
    kind = "MlModelService"


class NaiveModel(PeerProvider):
    """OpenMetadata's models."""

    peer = "naive"
    kind = "MlModel"


class NaiveEntity(PeerProvider):
    """NeMo's model entities."""

    peer = "naive"
    kind = "ModelEntity"


class NaiveRegistered(PeerProvider):
    """MLflow's registered models."""

    peer = "naive"
    kind = "RegisteredModel"


NAIVE: Final[Mapping[str, type[PeerProvider]]] = {
    c.kind: c for c in (NaiveService, NaiveModel, NaiveEntity, NaiveRegistered)
}


class Resource(pulumi.dynamic.Resource, module="benchmarks", name="Resource"):
    """A resource of a peer, with a type token of its own as the product's have."""

    def __init__(self, peer: str, kind: str, logical: str, props: dict[str, Any]) -> None:
        provider = NAIVE[kind]() if peer == "naive" else FloorProvider()
        super().__init__(provider, logical, props)
