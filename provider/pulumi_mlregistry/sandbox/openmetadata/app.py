"""The ASGI application: routes, authentication, bodies, answers."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pulumi_mlregistry.sandbox.database import Database
from pulumi_mlregistry.sandbox.openmetadata import endpoints, lookups
from pulumi_mlregistry.sandbox.openmetadata.exchange import Server, answer_refusal
from pulumi_mlregistry.sandbox.openmetadata.failures import of_framework
from pulumi_mlregistry.sandbox.openmetadata.forms import COLLECTIONS, Form
from pulumi_mlregistry.sandbox.openmetadata.seeding import seed
from pulumi_mlregistry.sandbox.openmetadata.store import Store

PREFIX = "/api/v1"


def application(database: Database, *, version: str = "2.0.7") -> Starlette:
    """The server over this database; version "1.2.0" has the form of 1.2, others that of 2.x."""
    store, form = Store(database), Form(version)
    seed(store)
    server = Server(store, form)

    def refuse(_request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return answer_refusal(of_framework(status, modern=form.modern))

    routes = [
        *_system(server),
        *_looked_up(server),
        *_managed(server, "mlmodel"),
        *_managed(server, "mlmodelService"),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: refuse})
    app.router.redirect_slashes = False
    return app


def _system(server: Server) -> list[Route]:
    return [
        server.route("GET", f"{PREFIX}/system/version", endpoints.version, public=True),
        server.route("GET", f"{PREFIX}/system/config/auth", endpoints.auth, public=True),
        server.route("GET", f"{PREFIX}/users/loggedInUser", endpoints.logged_in),
        server.route("GET", f"{PREFIX}/permissions/{{resource}}", endpoints.permissions),
        server.route("PUT", f"{PREFIX}/tags", endpoints.put_tag),
        server.route("POST", f"{PREFIX}/tags", endpoints.put_tag),
    ]


def _looked_up(server: Server) -> list[Route]:
    routes = []
    for kind in lookups.READ:
        path = f"{PREFIX}/{COLLECTIONS[kind]}"
        read = endpoints.Reading(kind)
        routes += [
            server.route("GET", path, read.list),
            server.route("GET", f"{path}/name/{{fqn:path}}", read.by_name),
            server.route("GET", f"{path}/{{id}}", read.by_id),
        ]
    return routes


def _managed(server: Server, kind: str) -> list[Route]:
    path = f"{PREFIX}/{COLLECTIONS[kind]}"
    read, write = endpoints.Reading(kind), endpoints.Writing(kind)
    named = f"{path}/name/{{fqn:path}}"
    routes = [
        server.route("GET", path, read.list),
        server.route("POST", path, write.post),
        server.route("PUT", path, write.put, whole=False),
        server.route("PUT", f"{path}/restore", write.restore),
        server.route("GET", named, read.by_name),
        server.route("DELETE", named, write.delete_by_name),
    ]
    if server.form.modern:
        routes += [
            server.route("PATCH", named, write.patch_by_name),
            server.route("DELETE", f"{path}/async/{{id}}", write.delete_async),
        ]
        if kind == "mlmodel":
            routes.append(server.route("PUT", f"{path}/bulk", write.bulk, whole=False))
    return [
        *routes,
        server.route("GET", f"{path}/{{id}}", read.by_id),
        server.route("PATCH", f"{path}/{{id}}", write.patch_by_id),
        server.route("DELETE", f"{path}/{{id}}", write.delete_by_id),
    ]
