"""What an API's folder answers to the doctor: who is there, who asks, and what that one may do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pulumi_mlregistry.apis.caller import Caller
from pulumi_mlregistry.reconcile.errors import InvalidAnswer
from pulumi_mlregistry.settings.settings import Settings

Level = Literal["ok", "warn", "fail"]
NOT_TOLD = "not known: the registry tells it only of a write, and none is tried"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. Only ``fail`` makes a registry unusable."""

    about: str
    text: str
    level: Level = "ok"
    remedy: str = ""


class Diagnosis(Protocol):
    """One API's knowledge of how to ask a server about itself; nothing here ever writes."""

    system: str
    """The product, as its users call it."""
    tails: tuple[str, ...]
    """What is given too much at the end of base URLs."""

    def examine(self, client: Any) -> Iterator[Finding]:
        """Ask: the server first, who asks, what that one may do. Raises `RegistryError`."""
        ...

    def token(self, settings: Settings) -> str | None:
        """The token that is sent, where one is."""
        ...

    def stranger(self, client: Any) -> str:
        """Why a server may have refused the token, as far as both say; empty where they do not."""
        ...

    def recognise(self, client: Caller) -> str:
        """The product and version that answer there, whatever the client's own; empty for none."""
        ...


def not_this_api(client: Caller, path: str) -> InvalidAnswer:
    """The error for an answer that is JSON, and not this API's."""
    return InvalidAnswer(
        f"the answer to {path} is not this API's",
        remedy=f"Is mlregistry:{client.url_key} the base URL of {client.system}?",
        where=client.http.base_url,
    )
