"""MLflow's searches, plain or Oracle's: registered models, and versions of all or of some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, cast

from pulumi_mlregistry.apis.apart import Apart, SetApart
from pulumi_mlregistry.apis.mlflow import answers, registered_model
from pulumi_mlregistry.apis.mlflow.client import MlflowClient
from pulumi_mlregistry.apis.mlflow.model_version import ModelVersionApi
from pulumi_mlregistry.apis.mlflow.registered_model import RegisteredModelApi
from pulumi_mlregistry.apis.mlflow.versions import SEARCH
from pulumi_mlregistry.reconcile.errors import InvalidAnswer
from pulumi_mlregistry.reconcile.protocol import Api, Live, Page, Within

Aliases = dict[tuple[str, str], list[str]]
"""Aliases by the name and the number of a version."""

_SIZE: Final = 1000


def walk(api: Api, within: Within) -> Iterator[Page]:
    """All of them; versions of the models of ``within``, where it names any."""
    if isinstance(api, RegisteredModelApi):
        return _models(api.client)
    return _versions(cast(ModelVersionApi, api).client, within)


def _models(client: MlflowClient) -> Iterator[Page]:
    for listed, now in _pages(client, "registered-models/search", "registered_models"):
        yield Page([registered_model.shown(body, now) for body in listed])


def _versions(client: MlflowClient, within: Within) -> Iterator[Page]:
    aliases: Aliases = {}
    if names := within.get("model"):
        for name in names:
            _add_aliases(aliases, _model(client, name))
            for listed, _ in _pages(client, SEARCH, "model_versions", client.of_model(name)):
                same = [body for body in listed if body.get("name") == name]
                yield _page(client, same, aliases)
        return
    if not client.dialect.tokens:  # Oracle has none
        for models, _ in _pages(client, "registered-models/search", "registered_models"):
            for model in models:
                _add_aliases(aliases, model)
            yield Page([])
    for listed, _ in _pages(client, SEARCH, "model_versions"):
        yield _page(client, listed, aliases)


def _model(client: MlflowClient, name: str) -> Mapping[str, Any]:
    """The registered model: it has the aliases of its versions, which a search leaves out."""
    answer = None if client.dialect.tokens else client.get("registered-models/get", name=name)
    found: Mapping[str, Any] = answer.object.get("registered_model") or {} if answer else {}
    return found


def _add_aliases(aliases: Aliases, model: Mapping[str, Any]) -> None:
    for each in model.get("aliases") or ():
        version = (str(model.get("name")), str(each.get("version")))
        aliases.setdefault(version, []).append(str(each.get("alias")))


def _page(client: MlflowClient, listed: list[dict[str, Any]], aliases: Aliases) -> Page:
    return Page([_version(client, body, aliases) for body in listed])


def _version(client: MlflowClient, body: Mapping[str, Any], aliases: Aliases) -> Live:
    pointing = aliases.get((str(body.get("name")), str(body.get("version"))), [])
    live = answers.shown({**body, "aliases": pointing})
    live.untold = frozenset({"etag"} if client.dialect.tokens else ())
    return live


def apart(api: Api, live: Live) -> SetApart | None:
    """Versions that another stack has made."""
    del api
    if live.made_by:
        return SetApart(Apart.MANAGED, f"{live.made_by} has made it")
    return None


def _pages(
    client: MlflowClient, operation: str, key: str, which: Mapping[str, str] = MappingProxyType({})
) -> Iterator[tuple[list[dict[str, Any]], float | None]]:
    token = ""
    while True:
        query = {**which, "max_results": str(_SIZE), **({"page_token": token} if token else {})}
        answer = client.request("GET", operation, query=query)
        if key not in answer.object and answer.object:  # none at all is an empty object
            raise InvalidAnswer(
                f"the answer holds no {key}", remedy="Is the base URL an MLflow registry's?"
            )
        yield answer.object.get(key) or [], answer.server_time
        token = str(answer.object.get("next_page_token") or "")
        if not token:
            return
