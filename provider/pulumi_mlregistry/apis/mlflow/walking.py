"""MLflow's searches, plain or Oracle's: registered models, and versions of all or of some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from pulumi_mlregistry.apis.mlflow import model_version, registered_model
from pulumi_mlregistry.apis.mlflow import values as shared
from pulumi_mlregistry.apis.mlflow.client import MlflowClient
from pulumi_mlregistry.apis.mlflow.model_version import ModelVersionApi
from pulumi_mlregistry.apis.mlflow.registered_model import RegisteredModelApi
from pulumi_mlregistry.apis.pages import Apart, Found, Page, Within
from pulumi_mlregistry.reconcile.errors import InvalidAnswer
from pulumi_mlregistry.reconcile.protocol import Api

Aliases = Mapping[tuple[str, str], list[str]]
"""Aliases by the name and the number of a version."""

_SIZE: Final = 1000
_OF_ONE: Final = 10_000
"""How many versions of one model are asked for at once."""


def walk(api: Api, within: Within) -> Iterator[Page]:
    """All of them; versions of the models of ``within``, where it names any."""
    if isinstance(api, RegisteredModelApi):
        return _models(api.client)
    return _versions(cast(ModelVersionApi, api).client, within)


def _models(client: MlflowClient) -> Iterator[Page]:
    for listed, now in _pages(client, "registered-models/search", "registered_models"):
        yield Page([Found(registered_model.shown(body, now)) for body in listed])


def _versions(client: MlflowClient, within: Within) -> Iterator[Page]:
    aliases = {} if client.dialect.tokens else _aliases(client)  # Oracle has none
    if names := within.get("model"):
        for name in names:
            yield Page([_version(body, aliases) for body in client.versions(name, _OF_ONE)])
        return
    for listed, _ in _pages(client, "model-versions/search", "model_versions"):
        yield Page([_version(body, aliases) for body in listed])


def _aliases(client: MlflowClient) -> Aliases:
    """The aliases of all versions: a search for versions leaves them out."""
    found: dict[tuple[str, str], list[str]] = {}
    for listed, _ in _pages(client, "registered-models/search", "registered_models"):
        for model in listed:
            for each in model.get("aliases") or ():
                version = (str(model.get("name")), str(each.get("version")))
                found.setdefault(version, []).append(str(each.get("alias")))
    return found


def _version(body: Mapping[str, Any], aliases: Aliases) -> Found:
    pointing = aliases.get((str(body.get("name")), str(body.get("version"))), [])
    live = model_version.shown({**body, "aliases": pointing})
    if owner := shared.owner_of(body):
        return Found(live, Apart.MANAGED, f"{owner} has made it")
    return Found(live)


def _pages(
    client: MlflowClient, operation: str, key: str
) -> Iterator[tuple[list[dict[str, Any]], float | None]]:
    token = ""
    while True:
        query = {"max_results": str(_SIZE), **({"page_token": token} if token else {})}
        answer = client.request("GET", operation, query=query)
        if key not in answer.object and answer.object:  # none at all is an empty object
            raise InvalidAnswer(
                f"the answer holds no {key}", remedy="Is the base URL an MLflow registry's?"
            )
        yield answer.object.get(key) or [], answer.server_time
        token = str(answer.object.get("next_page_token") or "")
        if not token:
            return
