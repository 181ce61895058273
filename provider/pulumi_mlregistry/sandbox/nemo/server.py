"""The platform's operations by path and verb."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from pulumi_mlregistry.sandbox.database import Database
from pulumi_mlregistry.sandbox.nemo.errors import NemoError
from pulumi_mlregistry.sandbox.nemo.filesets import Filesets
from pulumi_mlregistry.sandbox.nemo.models import Adapters, Models
from pulumi_mlregistry.sandbox.nemo.places import Projects, Workspaces
from pulumi_mlregistry.sandbox.nemo.store import Store
from pulumi_mlregistry.sandbox.service import Reply, Request, json_reply

VERSION = "0.6.0"

_SERVICES = ["entities", "auth", "secrets", "files", "models"]
_STATES: dict[str, Any] = {
    "/health/ready": {"status": "ready"},
    "/health/live": {"status": "live"},
    "/apis/auth/discovery": {"auth_enabled": False, "oidc": None},
    "/cluster-info": {"platform_version": VERSION, "revision": "sandbox"},
    "/status": {
        "status": "healthy",
        "services": {"ready": _SERVICES, "not_ready": []},
        "controllers": {"healthy": True, "status": {}},
    },
}

Handler = Callable[..., Reply]
Route = tuple[re.Pattern[str], dict[str, Handler]]


def _state(value: Any) -> Handler:
    return lambda request: json_reply(200, value)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(path.replace("{path}", "(.+)").replace("*", "([^/]+)"))


class Nemo:
    """The platform over a database; `answer` is safe for threads."""

    def __init__(self, database: Database) -> None:
        store = Store(database)
        filesets = Filesets(store)
        self._routes: list[Route] = [
            *((_pattern(path), {"GET": _state(value)}) for path, value in _STATES.items()),
            *_model_routes(Models(store, filesets), Adapters(store, filesets)),
            *_place_routes(Workspaces(store), Projects(store)),
            *_file_routes(filesets),
        ]

    def answer(self, request: Request) -> Reply:
        """The reply to any request."""
        try:
            return self._answer(request)
        except NemoError as error:
            return error.reply()
        except UnicodeEncodeError:  # a lone surrogate, which JSON can say and UTF-8 cannot
            detail = {"detail": "An unexpected error occurred."}
            return json_reply(500, detail, {"connection": "close"})

    def _answer(self, request: Request) -> Reply:
        route = self._route(request.path)
        if route is None:
            without = request.path.rstrip("/")
            if without != request.path and self._route(without):
                host = request.headers.get("host", "")
                return Reply(307, b"", {"location": f"http://{host}{quote(without)}"})
            raise NemoError(404, "Not Found")
        parts, handlers = route
        handler = handlers.get(request.method)
        if handler is None:
            allowed = {"allow": next(iter(handlers))}
            return json_reply(405, {"detail": "Method Not Allowed"}, allowed)
        return handler(request, *parts)

    def _route(self, path: str) -> tuple[tuple[str, ...], dict[str, Handler]] | None:
        for pattern, handlers in self._routes:
            if match := pattern.fullmatch(path):
                return match.groups(), handlers
        return None


def _model_routes(models: Models, adapters: Adapters) -> list[Route]:
    root = "/apis/models/v2/workspaces/*"
    return [
        (_pattern(f"{root}/models"), {"POST": models.create, "GET": models.listing}),
        (
            _pattern(f"{root}/models/*"),
            {"GET": models.get, "PATCH": models.update, "DELETE": models.delete},
        ),
        (_pattern(f"{root}/models/*/adapters"), {"POST": adapters.create_below}),
        (
            _pattern(f"{root}/models/*/adapters/*"),
            {"DELETE": adapters.delete_below, "PATCH": adapters.update_below},
        ),
        (_pattern(f"{root}/adapters"), {"POST": adapters.create, "GET": adapters.listing}),
        (
            _pattern(f"{root}/adapters/*"),
            {"GET": adapters.get, "DELETE": adapters.delete, "PATCH": adapters.update},
        ),
    ]


def _place_routes(workspaces: Workspaces, projects: Projects) -> list[Route]:
    root = "/apis/entities/v2/workspaces"
    return [
        (_pattern(root), {"POST": workspaces.create, "GET": workspaces.listing}),
        (
            _pattern(f"{root}/*"),
            {"GET": workspaces.get, "PUT": workspaces.update, "DELETE": workspaces.delete},
        ),
        (_pattern(f"{root}/*/projects"), {"POST": projects.create, "GET": projects.listing}),
        (
            _pattern(f"{root}/*/projects/*"),
            {"GET": projects.get, "PUT": projects.update, "DELETE": projects.delete},
        ),
    ]


def _file_routes(filesets: Filesets) -> list[Route]:
    root = "/apis/files/v2/workspaces/*/filesets"
    return [
        (_pattern(root), {"POST": filesets.create, "GET": filesets.listing}),
        (_pattern(f"{root}/*"), {"GET": filesets.get, "DELETE": filesets.delete}),
        (_pattern(f"{root}/*/files"), {"GET": filesets.files}),
        (
            _pattern(f"{root}/*/-/{{path}}"),
            {"GET": filesets.download, "PUT": filesets.upload, "DELETE": filesets.remove},
        ),
    ]
