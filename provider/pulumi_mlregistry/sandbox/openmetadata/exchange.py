"""One request and its answer: who asks, what the body says, how a refusal looks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pulumi_mlregistry.sandbox.openmetadata.failures import Refusal, of_framework
from pulumi_mlregistry.sandbox.openmetadata.forms import Context, Form, Principal
from pulumi_mlregistry.sandbox.openmetadata.locating import parse
from pulumi_mlregistry.sandbox.openmetadata.permissions import authenticated
from pulumi_mlregistry.sandbox.openmetadata.store import Store

_JSON = "application/json"
_PATCH = "application/json-patch+json"
_NOBODY = Principal("anonymous", may_write=False)


@dataclass(frozen=True)
class Exchange:
    """What an endpoint is called with."""

    context: Context
    request: Request
    raw: bytes

    @property
    def query(self) -> dict[str, str]:
        """The query parameters."""
        return dict(self.request.query_params)

    def flag(self, name: str) -> bool:
        """A query parameter that is true or false."""
        return self.query.get(name, "").lower() == "true"

    @property
    def text(self) -> str:
        """The body."""
        return self.raw.decode("utf-8", "replace")

    def body(self, media_type: str = _JSON) -> Any:
        """The decoded body; what is no JSON is answered in plain text."""
        kind = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != media_type:
            raise of_framework(415, modern=self.context.modern)
        try:
            return parse(self.text)
        except ValueError as error:
            raise Refusal(400, str(error), plain=True) from error

    def operations(self) -> Any:
        """The body of a patch."""
        return self.body(_PATCH)


@dataclass(frozen=True)
class Answer:
    """What an endpoint answers."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Endpoint = Callable[[Exchange], Answer]


def _response(status: int, body: Any, headers: dict[str, str]) -> Response:
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    return Response(content, status, headers={"Content-Type": _JSON, **headers})


def answer_refusal(error: Refusal) -> Response:
    """The refusal as a response."""
    if error.plain:
        headers = {"Content-Type": "text/plain", **error.headers}
        return Response(error.body.encode(), error.status, headers=headers)
    return _response(error.status, error.body, error.headers)


@dataclass(frozen=True)
class Server:
    """Makes routes of endpoints."""

    store: Store
    form: Form

    def route(
        self,
        method: str,
        path: str,
        endpoint: Endpoint,
        *,
        public: bool = False,
        whole: bool = True,
    ) -> Route:
        """A route; ``whole``: the endpoint runs in one transaction."""

        def run(request: Request, raw: bytes) -> Response:
            try:
                header = request.headers.get("authorization")
                principal = _NOBODY if public else authenticated(header)
                base = f"{request.url.scheme}://{request.url.netloc}/api/v1"
                context = Context(self.store, self.form, principal, base)
                exchange = Exchange(context, request, raw)
                if not whole:
                    answer = endpoint(exchange)
                else:
                    with self.store.transaction():
                        answer = endpoint(exchange)
            except Refusal as error:
                return answer_refusal(error)
            return _response(answer.status, answer.body, answer.headers)

        async def handle(request: Request) -> Response:
            return await run_in_threadpool(run, request, await request.body())

        return Route(path, handle, methods=[method])
