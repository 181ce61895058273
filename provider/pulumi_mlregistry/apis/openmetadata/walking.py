"""OpenMetadata's lists: services and models with the soft-deleted ones, and who wrote them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, cast

from pulumi_mlregistry.apis.apart import Apart, SetApart
from pulumi_mlregistry.apis.openmetadata.client import PREFIX
from pulumi_mlregistry.apis.openmetadata.entity import EntityApi
from pulumi_mlregistry.apis.openmetadata.names import quoted
from pulumi_mlregistry.reconcile.errors import InvalidAnswer, NotAllowed, Rejected
from pulumi_mlregistry.reconcile.protocol import Api, Live, Page, Within

_SIZE: Final = 500
_MODELS: Final = "mlmodel"
_UNLISTED: Final = frozenset({"dashboard"})


def walk(api: Api, within: Within) -> Iterator[Page]:
    """By name; of models those in the services of ``within``."""
    entities = cast(EntityApi, api)
    services = within.get("service") if entities.entity == _MODELS else None
    for service in services or ("",):
        yield from _pages(entities, {"service": quoted(service)} if service else {})


def _pages(api: EntityApi, query: Mapping[str, str]) -> Iterator[Page]:
    path = f"{PREFIX}/{api.collection}"
    fields = api.client.wire.fields(api.fields)
    asked = {**query, "fields": fields, "include": "all", "limit": str(_SIZE)}
    whole = api.entity != _MODELS or api.client.wire.lists_whole
    after = ""
    while True:
        answer = api.client.call(
            "GET", path, query={**asked, **({"after": after} if after else {})}
        )
        listed, paging = answer.object.get("data"), answer.object.get("paging") or {}
        if not isinstance(listed, list):
            raise InvalidAnswer(
                f"the answer to {path} is no list",
                remedy="Is mlregistry:openmetadataUrl OpenMetadata's?",
            )
        lives = [api.shown(body, answer.server_time) for body in listed]
        for live in lives:
            live.untold = frozenset() if whole else _UNLISTED
        yield Page(lives, paging.get("total"))
        after = str(paging.get("after") or "")
        if not after:
            return


def apart(api: Api, live: Live) -> SetApart | None:
    """What is deleted softly, and what a bot wrote last."""
    if live.trashed:
        return SetApart(Apart.DELETED, f"it is deleted softly, {live.last_change}")
    if live.changed_by and _is_bot(cast(EntityApi, api), live.changed_by):
        return SetApart(Apart.MACHINE_OWNED, f"it was {live.last_change}, a bot")
    return None


def _is_bot(api: EntityApi, name: str) -> bool:
    """Whether a user is a bot; not, where the server does not tell."""
    try:
        return api.client.named("users", quoted(name)).get("isBot") is True
    except (NotAllowed, InvalidAnswer, Rejected):
        return False
