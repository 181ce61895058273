"""All versions of a registered model, those too that a search does not show."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pulumi_mlregistry.apis import times
from pulumi_mlregistry.apis.mlflow.client import MlflowClient
from pulumi_mlregistry.apis.mlflow.markers import TAG, Marker
from pulumi_mlregistry.apis.mlflow.values import ORACLE_TAGS
from pulumi_mlregistry.reconcile.errors import InvalidAnswer
from pulumi_mlregistry.reconcile.protocol import Mark

Version = Mapping[str, Any]

_FIRST: Final = 50
"""How many versions the first page has: what is looked for is among the newest most of the time."""
_PAGE: Final = 1000
SEARCH: Final = "model-versions/search"
_PROMPTS: Final = "tags.`mlflow.prompt.is_prompt` = 'true'"


def newest_first(
    client: MlflowClient, name: str, latest: Sequence[Version] | None = None
) -> Iterator[Version]:
    """The versions of a model, asked for page by page as they are wanted.

    ``latest`` are the newest ones where the model has been read: of each stage one.
    """
    if client.dialect.tokens:
        yield from _search(client, name)
        return
    if latest is None:
        answer = client.get("registered-models/get", name=name)
        model = answer.object.get("registered_model") if answer else None
        latest = (model or {}).get("latest_versions") or []
    newest = max(latest, key=_number, default=None)
    if newest is None:
        return
    yield newest
    older = _search(client, name)
    first = next(older, None)
    if first is None:
        yield from _hidden(client, name, latest)
        return
    yield from (v for v in itertools.chain([first], older) if _number(v) != _number(newest))


@dataclass(frozen=True)
class Made:
    """A version that an earlier attempt at a create made; ``doubt``: why that is not certain."""

    version: Version
    doubt: str = ""


def made_before(versions: Iterable[Version], ours: Marker, since: int) -> Made | None:
    """Of the versions with our owner's name, the newest, if it has the content of this create.

    ``versions`` come newest first; ``since``: the newest number before this create sent anything.
    """
    newest: Version | None = None
    for version in versions:
        marker = Marker.read(version)
        if marker.owner != ours.owner or marker.is_replaced:
            continue
        proven = marker.is_of_life(ours) and (_number(version) > since or ours.stack)
        if proven and marker.fingerprint == ours.fingerprint:
            return Made(version)
        newest = newest or version
        if proven:
            break
    marker = Marker.read(newest or {})
    if newest is None or marker.fingerprint != ours.fingerprint or marker.is_of_former(ours):
        return None
    made = times.moment(newest.get("creation_timestamp"))
    return Made(
        newest,
        f"version {newest['version']} was made for a resource of this name"
        f"{f' at {made}' if made else ''}, by an earlier run of this stack that was killed, or by "
        "another checkout of it",
    )


def mark_anew(client: MlflowClient, id_: str, mark: Mark) -> None:
    """Write the marker of a version that is in the stack's state, where it changes.

    Where Oracle has no room for it, the version stays unmarked: the delete of its model names it.
    """
    name, _, number = id_.rpartition("/")
    version = _read(client, name, int(number)) or {}
    marker = Marker.read(version)
    marked = marker.marked(mark)
    tags = version.get("tags") or ()
    has_room = marker.owner or not client.dialect.tokens or len(tags) < ORACLE_TAGS
    if marked != marker and has_room:
        ident = {"name": name, "version": number}
        client.update_tags("model-versions", ident, {TAG: marked.text})


def _hidden(client: MlflowClient, name: str, latest: Sequence[Version]) -> Iterator[Version]:
    """All but the newest version, where a search shows none.

    Quirk (MLflow 2.21 to 3.17): one version with the tag `mlflow.prompt.is_prompt` hides all
    versions of its model from a search that does not ask for that tag, and those without the tag
    from one that does. The model itself tells the newest ones, and each number can be read.
    """
    known = {_number(v): v for v in (*latest, *_search(client, name, _PROMPTS))}
    for number in range(max(known) - 1, 0, -1):
        version = known.get(number) or _read(client, name, number)
        if version:
            yield version


def _number(version: Version) -> int:
    return int(version.get("version") or 0)


def _read(client: MlflowClient, name: str, number: int) -> Version | None:
    answer = client.get("model-versions/get", name=name, version=str(number))
    return answer.object.get("model_version") if answer else None


def _search(client: MlflowClient, name: str, tags: str = "") -> Iterator[Version]:
    token, size, which = "", _FIRST, client.of_model(name, tags)
    while True:
        query = {**which, "max_results": str(size), **({"page_token": token} if token else {})}
        body = client.request("GET", SEARCH, query=query).object
        if "model_versions" not in body and body:  # none at all is an empty object
            raise InvalidAnswer(
                "the answer holds no model_versions", remedy="Is the base URL an MLflow registry's?"
            )
        listed = [v for v in body.get("model_versions") or [] if v.get("name") == name]
        yield from sorted(listed, key=_number, reverse=True)
        token, size = str(body.get("next_page_token") or ""), _PAGE
        if not token:
            return
