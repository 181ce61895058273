"""The NeMo Platform's list of model entities, of one workspace or of all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast

from pulumi_mlregistry.apis.apart import Apart, SetApart
from pulumi_mlregistry.apis.nemo.client import model_path
from pulumi_mlregistry.apis.nemo.model_entity import ModelEntityApi, shown
from pulumi_mlregistry.reconcile.errors import InvalidAnswer
from pulumi_mlregistry.reconcile.protocol import Api, Live, Page, Within

_ALL: Final = "-"
"""The workspace that stands for all of them."""
_SIZE: Final = 500
_OWN: Final = "system"
"""The platform's own workspace: users may read it, and only the platform writes to it."""


def walk(api: Api, within: Within) -> Iterator[Page]:
    """Oldest first, so that what is made meanwhile moves nothing to another page."""
    for workspace in within.get("workspace") or (_ALL,):
        yield from _pages(cast(ModelEntityApi, api), workspace)


def _pages(api: ModelEntityApi, workspace: str) -> Iterator[Page]:
    path, page = model_path(workspace), 0
    while True:
        page += 1
        query = {"page": str(page), "page_size": str(_SIZE), "sort": "created_at"}
        answer = api.client.call("GET", path, query={**query, "verbose": "true"})
        listed, about = answer.object.get("data"), answer.object.get("pagination") or {}
        if not isinstance(listed, list):
            raise InvalidAnswer(
                f"the answer to {path} is no list",
                remedy="Is mlregistry:nemoUrl a NeMo Platform's?",
            )
        lives = [shown(body, answer.server_time) for body in listed]
        yield Page(lives, about.get("total_results"))
        if page >= int(about.get("total_pages") or 0):
            return


def apart(api: Api, live: Live) -> SetApart | None:
    """What the platform itself has."""
    del api
    if live.values.get("workspace") == _OWN:
        return SetApart(Apart.MACHINE_OWNED, f"the workspace {_OWN} is the platform's own")
    return None
