"""The naive peer: a new connection and one request an object, whatever is to be done.

The trusted certificates are loaded once all the same: a load a request would outweigh all else.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

Properties = dict[str, Any]
_TRUSTED: Final = ssl.create_default_context()
_HARD: Final = "?hardDelete=true&recursive=true"
_MLFLOW: Final = "/api/2.0/mlflow/registered-models"
_ONE_MODEL: Final = _MLFLOW + "/get?name={}"


@dataclass(frozen=True)
class Calls:
    """How a registry's objects are reached; ``{}`` in a path is the id."""

    address: str
    create: str
    one: str
    token: str = ""
    id_key: str = "id"


KINDS: Final[Mapping[str, Calls]] = {
    "MlModelService": Calls(
        "OPENMETADATA_URL",
        "/api/v1/services/mlmodelServices",
        "/api/v1/services/mlmodelServices/{}",
        "OPENMETADATA_TOKEN",
    ),
    "MlModel": Calls(
        "OPENMETADATA_URL", "/api/v1/mlmodels", "/api/v1/mlmodels/{}", "OPENMETADATA_TOKEN"
    ),
    "ModelEntity": Calls(
        "NMP_BASE_URL",
        "/apis/models/v2/workspaces/default/models",
        "/apis/models/v2/workspaces/default/models/{}",
        id_key="name",
    ),
    "RegisteredModel": Calls("MLFLOW_TRACKING_URI", f"{_MLFLOW}/create", _ONE_MODEL),
}


class Naive:
    """Writes the whole object, and reads one object by its id."""

    def create(self, kind: str, props: Properties) -> tuple[str, Properties]:
        """One POST."""
        calls = KINDS[kind]
        made = _send("POST", calls, calls.create, _body(kind, props))
        id_ = props["name"] if kind == "RegisteredModel" else made[calls.id_key]
        return id_, props

    def read(self, kind: str, id_: str, props: Properties) -> Properties:
        """One GET; what it answers is taken over where the state has a value."""
        calls = KINDS[kind]
        found = _send("GET", calls, calls.one.format(id_))
        described = found.get("registered_model", found).get("description")
        return {**props, **({"description": described} if "description" in props else {})}

    def update(self, kind: str, id_: str, props: Properties) -> Properties:
        """One PATCH."""
        calls = KINDS[kind]
        if kind == "RegisteredModel":
            body = {"name": id_, "description": props["description"]}
            _send("PATCH", calls, f"{_MLFLOW}/update", body)
        elif calls.token:
            change = {"op": "add", "path": "/description", "value": props["description"]}
            _send("PATCH", calls, calls.one.format(id_), [change])
        else:
            _send("PATCH", calls, calls.one.format(id_), _body(kind, props))
        return props

    def delete(self, kind: str, id_: str) -> None:
        """One DELETE."""
        calls = KINDS[kind]
        if kind == "RegisteredModel":
            _send("DELETE", calls, f"{_MLFLOW}/delete", {"name": id_})
        else:
            _send("DELETE", calls, calls.one.format(id_) + (_HARD if calls.token else ""))


def _body(kind: str, props: Properties) -> Properties:
    known = {key: value for key, value in props.items() if not key.startswith("__")}
    if kind == "ModelEntity":
        known["custom_fields"] = known.pop("customFields")
    elif kind == "RegisteredModel":
        known["tags"] = [{"key": key, "value": value} for key, value in known["tags"].items()]
    return known


def _send(method: str, calls: Calls, path: str, body: Any = None) -> Any:
    patch = "application/json-patch+json" if isinstance(body, list) else "application/json"
    headers = {"content-type": patch} if body is not None else {}
    if calls.token:
        headers["authorization"] = f"Bearer {os.environ[calls.token]}"
    url = os.environ[calls.address] + path
    with httpx.Client(verify=_TRUSTED, timeout=60) as http:
        answer = http.request(method, url, json=body, headers=headers).raise_for_status()
    return answer.json() if answer.content else {}
