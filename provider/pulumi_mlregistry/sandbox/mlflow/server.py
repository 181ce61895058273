"""MLflow's operations by path and verb, and its pages where there are none."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from pulumi_mlregistry.sandbox.database import Database
from pulumi_mlregistry.sandbox.mlflow import sources
from pulumi_mlregistry.sandbox.mlflow.errors import MlflowError, internal, invalid, missing
from pulumi_mlregistry.sandbox.mlflow.messages import (
    BOOL,
    NEEDED,
    TAGS,
    TEXT,
    UNCHECKED,
    Field,
    Fields,
    Message,
    NotAnObject,
    read,
)
from pulumi_mlregistry.sandbox.mlflow.store import Json, Store
from pulumi_mlregistry.sandbox.service import Reply, Request, json_reply

VERSION = "3.17.2"

_PREFIXES = ("/api/2.0/mlflow/", "/ajax-api/2.0/mlflow/")
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "0.0.0.0")  # noqa: S104
_PRIVATE = ("192.168.*", "10.*", *[f"172.{i}.*" for i in range(16, 32)], "fc00:*", "fd00:*")
_TITLES = {404: "Not Found", 405: "Method Not Allowed", 500: "Internal Server Error"}
_TEXTS = {
    404: "The requested URL was not found on the server. If you entered the URL manually please "
    "check your spelling and try again.",
    405: "The method is not allowed for the requested URL.",
    500: "The server encountered an internal error and was unable to complete your request. Either "
    "the server is overloaded or there is an error in the application.",
}

_MODEL: Fields = {"name": NEEDED}
_VERSION: Fields = {"name": NEEDED, "version": NEEDED}
_ALIAS: Fields = {"name": NEEDED, "alias": NEEDED}
_CREATE: Fields = {
    "name": NEEDED,
    "source": NEEDED,
    "run_id": TEXT,
    "tags": TAGS,
    "run_link": TEXT,
    "description": TEXT,
    "model_id": TEXT,
}


def _search(most: int) -> Fields:
    limit = Field("int", most=most)
    orders = Field("strings")
    return {"filter": TEXT, "max_results": limit, "order_by": orders, "page_token": TEXT}


class Mlflow:
    """The server over a database; `answer` is safe for threads."""

    def __init__(self, database: Database) -> None:
        self._operations = Operations(Store(database))

    def answer(self, request: Request) -> Reply:
        """The reply to any request."""
        if request.path in ("/health", "/version") and request.method == "GET":
            return _page(200, "OK" if request.path == "/health" else VERSION)
        if not _known_host(request.headers.get("host", "")):
            return _refused("Invalid Host header - possible DNS rebinding attack detected")
        for prefix in _PREFIXES:
            if request.path.startswith(prefix):
                return self._answer(request, request.path.removeprefix(prefix))
        return _error_page(404)

    def _answer(self, request: Request, name: str) -> Reply:
        if request.method != "GET" and not _known_origin(request.headers.get("origin")):
            return _refused("Cross-origin request blocked")
        verbs = [verb for verb, operation in _ROUTES if operation == name]
        if not verbs:
            return _error_page(404)
        if request.method == "HEAD" and "GET" in verbs:
            found = self._answer(replace(request, method="GET"), name)
            return Reply(found.status, b"", found.headers)
        if request.method not in verbs:
            allowed = {"OPTIONS", *verbs, *(["HEAD"] if "GET" in verbs else [])}
            allow = {"allow": ", ".join(sorted(allowed))}
            return (
                Reply(204, b"", allow) if request.method == "OPTIONS" else _error_page(405, allow)
            )
        method, fields = _ROUTES[request.method, name]
        try:
            return json_reply(200, getattr(self._operations, method)(read(request, fields)))
        except MlflowError as error:
            return error.reply()
        except NotAnObject:
            return _error_page(500)


class Operations:
    """One method an operation, from the request's values to the reply."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create_model(self, m: Message) -> Json:
        """``registered-models/create``."""
        made = self._store.create_model(m["name"], m.get("tags", []), m["description"])
        return {"registered_model": made}

    def get_model(self, m: Message) -> Json:
        """``registered-models/get``."""
        return {"registered_model": self._store.model(m["name"])}

    def update_model(self, m: Message) -> Json:
        """``registered-models/update``."""
        return {"registered_model": self._store.update_model(m["name"], m["description"])}

    def rename_model(self, m: Message) -> Json:
        """``registered-models/rename``."""
        return {"registered_model": self._store.rename_model(m["name"], m["new_name"])}

    def delete_model(self, m: Message) -> Json:
        """``registered-models/delete``."""
        self._store.delete_model(m["name"])
        return {}

    def search_models(self, m: Message) -> Json:
        """``registered-models/search``."""
        found = self._store.search_models(
            m["filter"], m.get("max_results", 100), m.get("order_by", ()), m["page_token"]
        )
        return _listed("registered_models", *found)

    def set_model_tag(self, m: Message) -> Json:
        """``registered-models/set-tag``."""
        self._store.set_model_tag(m["name"], m["key"], m["value"])
        return {}

    def delete_model_tag(self, m: Message) -> Json:
        """``registered-models/delete-tag``."""
        self._store.delete_model_tag(m["name"], m["key"])
        return {}

    def latest_versions(self, m: Message) -> Json:
        """``registered-models/get-latest-versions``."""
        return _listed("model_versions", self._store.latest(m["name"], m.get("stages", ())), None)

    def create_version(self, m: Message) -> Json:
        """``model-versions/create``."""
        sources.check_host(m["source"])
        source, run_id, storage = self._resolved(m)
        sources.check(source, run_id, m["model_id"])
        parsed = sources.model_uri(source)
        if parsed and parsed.logged:
            raise internal(
                f"Unable to fetch model from model URI source artifact location '{source}'."
                f"Error: Logged model with ID '{parsed.logged}' not found."
            )
        values = {
            "source": source,
            "storage": storage or source,
            "run_id": run_id,
            "run_link": m["run_link"],
            "description": m["description"],
        }
        unknown = missing(f"Logged model with ID '{m['model_id']}' not found.")
        if m["model_id"] and not run_id:
            raise unknown
        made = self._store.create_version(m["name"], values, m.get("tags", []))
        if m["model_id"]:
            # With a run the model is looked up afterwards: the error leaves a version behind.
            raise unknown
        return {"model_version": made}

    def _resolved(self, m: Message) -> tuple[str, str, str | None]:
        """Source, run and storage; a version as source is named by its number, with its run."""
        uri = sources.model_uri(m["source"])
        if uri is None or uri.logged is not None:
            return m["source"], m["run_id"], None
        self._store.model(uri.name)
        number = self._number(uri)
        row = self._store.version_row(uri.name, number)
        other_run = "run_id" in m and m["run_id"] != (row["run_id"] or "")
        if other_run or m["model_id"]:
            raise invalid(
                f"Invalid model version source: '{m['source']}'. The run_id and model_id request "
                "parameters must match the referenced model version."
            )
        return f"models:/{uri.name}/{row['version']}", row["run_id"] or "", row["storage"]

    def _number(self, uri: sources.ModelUri) -> str:
        if uri.version is not None:
            return uri.version
        if uri.alias is not None:
            found: str = self._store.by_alias(uri.name, uri.alias)["version"]
            return found
        latest = self._store.latest(uri.name, [uri.stage] if uri.stage else [])
        if not latest:
            of = f" and stage '{uri.stage}'" if uri.stage else ""
            raise internal(f"No versions of model with name '{uri.name}'{of} found")
        return str(max(int(each["version"]) for each in latest))

    def get_version(self, m: Message) -> Json:
        """``model-versions/get``."""
        return {"model_version": self._store.version(m["name"], m["version"])}

    def update_version(self, m: Message) -> Json:
        """``model-versions/update``."""
        changed = self._store.update_version(m["name"], m["version"], m.get("description"))
        return {"model_version": changed}

    def delete_version(self, m: Message) -> Json:
        """``model-versions/delete``."""
        self._store.delete_version(m["name"], m["version"])
        return {}

    def search_versions(self, m: Message) -> Json:
        """``model-versions/search``."""
        found = self._store.search_versions(
            m["filter"], m.get("max_results", 200_000), m.get("order_by", ()), m["page_token"]
        )
        return _listed("model_versions", *found)

    def set_version_tag(self, m: Message) -> Json:
        """``model-versions/set-tag``."""
        self._store.set_version_tag(m["name"], m["version"], m["key"], m["value"])
        return {}

    def delete_version_tag(self, m: Message) -> Json:
        """``model-versions/delete-tag``."""
        self._store.delete_version_tag(m["name"], m["version"], m["key"])
        return {}

    def transition(self, m: Message) -> Json:
        """``model-versions/transition-stage``."""
        archive = m.get("archive_existing_versions", False)
        moved = self._store.transition(m["name"], m["version"], m["stage"], archive=archive)
        return {"model_version": moved}

    def download_uri(self, m: Message) -> Json:
        """``model-versions/get-download-uri``."""
        row = self._store.version_row(m["name"], m["version"])
        return {"artifact_uri": row["storage"] or row["source"]}

    def set_alias(self, m: Message) -> Json:
        """``registered-models/alias``, POST."""
        self._store.set_alias(m["name"], m["alias"], m["version"])
        return {}

    def get_alias(self, m: Message) -> Json:
        """``registered-models/alias``, GET."""
        return {"model_version": self._store.by_alias(m["name"], m["alias"])}

    def delete_alias(self, m: Message) -> Json:
        """``registered-models/alias``, DELETE."""
        self._store.delete_alias(m["name"], m["alias"])
        return {}


_M, _V = "registered-models/", "model-versions/"
_KEY = {"key": NEEDED}
_LATEST: Fields = {"name": NEEDED, "stages": Field("strings")}
_STAGE: Fields = {**_VERSION, "stage": NEEDED, "archive_existing_versions": BOOL}
_ROUTES: dict[tuple[str, str], tuple[str, Fields]] = {
    ("POST", _M + "create"): ("create_model", {**_MODEL, "tags": TAGS, "description": TEXT}),
    ("GET", _M + "get"): ("get_model", _MODEL),
    ("PATCH", _M + "update"): ("update_model", {**_MODEL, "description": TEXT}),
    ("POST", _M + "rename"): ("rename_model", {**_MODEL, "new_name": NEEDED}),
    ("DELETE", _M + "delete"): ("delete_model", _MODEL),
    ("GET", _M + "search"): ("search_models", _search(1000)),
    ("POST", _M + "set-tag"): ("set_model_tag", {**_MODEL, **_KEY, "value": TEXT}),
    ("DELETE", _M + "delete-tag"): ("delete_model_tag", {**_MODEL, **_KEY}),
    ("POST", _M + "get-latest-versions"): ("latest_versions", _LATEST),
    ("GET", _M + "get-latest-versions"): ("latest_versions", _LATEST),
    ("POST", _M + "alias"): ("set_alias", {**_ALIAS, "version": NEEDED}),
    ("GET", _M + "alias"): ("get_alias", _ALIAS),
    ("DELETE", _M + "alias"): ("delete_alias", _ALIAS),
    ("POST", _V + "create"): ("create_version", _CREATE),
    ("GET", _V + "get"): ("get_version", _VERSION),
    ("PATCH", _V + "update"): ("update_version", {**_VERSION, "description": TEXT}),
    ("DELETE", _V + "delete"): ("delete_version", _VERSION),
    ("GET", _V + "search"): ("search_versions", _search(200_000)),
    ("POST", _V + "set-tag"): ("set_version_tag", {**_VERSION, **_KEY, "value": TEXT}),
    ("DELETE", _V + "delete-tag"): ("delete_version_tag", {**_VERSION, **_KEY}),
    ("POST", _V + "transition-stage"): ("transition", _STAGE),
    ("GET", _V + "get-download-uri"): ("download_uri", {"name": UNCHECKED, "version": UNCHECKED}),
}


def _listed(name: str, found: list[Json], token: str | None) -> Json:
    """A page; what is empty is not there."""
    listed: Json = {name: found} if found else {}
    return {**listed, "next_page_token": token} if token else listed


def _known_host(host: str) -> bool:
    loopback = any(host == each or host.startswith(f"{each}:") for each in _LOOPBACK)
    return loopback or any(fnmatch.fnmatch(host, pattern) for pattern in _PRIVATE)


def _known_origin(origin: str | None) -> bool:
    return not origin or urlsplit(origin).hostname in ("localhost", "127.0.0.1", "::1")


def _refused(why: str) -> Reply:
    return Reply(403, why.encode(), {"content-type": "text/plain; charset=utf-8"})


def _error_page(status: int, headers: Mapping[str, str] | None = None) -> Reply:
    title, text = _TITLES[status], _TEXTS[status]
    page = (
        f"<!doctype html>\n<html lang=en>\n<title>{status} {title}</title>\n<h1>{title}</h1>\n"
        f"<p>{text}</p>\n"
    )
    return _page(status, page, headers)


def _page(status: int, text: str, headers: Mapping[str, str] | None = None) -> Reply:
    html = {"content-type": "text/html; charset=utf-8", **(headers or {})}
    return Reply(status, text.encode(), html)
