"""OpenMetadata's lists: services and models with the soft-deleted ones, and who wrote them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from pulumi_mlregistry.apis.openmetadata.client import PREFIX
from pulumi_mlregistry.apis.openmetadata.entity import EntityApi
from pulumi_mlregistry.apis.openmetadata.names import quoted
from pulumi_mlregistry.apis.pages import Apart, Found, Page, Within
from pulumi_mlregistry.reconcile.errors import InvalidAnswer, NotAllowed, Rejected
from pulumi_mlregistry.reconcile.protocol import Api

_SIZE: Final = 250
_MODELS: Final = "mlmodel"


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
        found = [_found(api, body, answer.server_time) for body in listed]
        yield Page(found, paging.get("total"))
        after = str(paging.get("after") or "")
        if not after:
            return


def _found(api: EntityApi, body: Mapping[str, Any], now: float | None) -> Found:
    live = api.shown(body, now)
    live.complete = api.entity != _MODELS or api.client.wire.lists_whole
    if live.trashed:
        return Found(live, Apart.DELETED, f"it is deleted softly, {live.last_change}")
    if live.changed_by and _is_bot(api, live.changed_by):
        return Found(live, Apart.MACHINE_OWNED, f"it was {live.last_change}, a bot")
    return Found(live)


def _is_bot(api: EntityApi, name: str) -> bool:
    """Whether a user is a bot; not, where the server does not tell."""
    try:
        return api.client.named("users", quoted(name)).get("isBot") is True
    except (NotAllowed, InvalidAnswer, Rejected):
        return False
