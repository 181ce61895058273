"""ASGI front of a real MLflow registry that speaks Oracle AI Data Platform's dialect.

``/20260430/aiDataPlatforms/{ocid}[/workspaces/{key}]/mlops/api/2.0/mlflow/...`` are Oracle's paths,
verbs, headers and error bodies; requests there have to be signed. All other paths are plain MLflow,
untouched: for edits behind the client's back.

Test controls, unsigned (JSON in and out; ``operation`` is what follows ``mlflow/`` in the path):

``GET /__log``
    requests on Oracle's paths, oldest first: ``time`` (Unix seconds), ``method``, ``operation``,
    ``query``, ``body`` (text), ``headers`` (lower case, without authorization), ``platform``,
    ``workspace``, ``status``, ``replayed`` (by a retry token), ``fault`` (its mode, or null)
``DELETE /__log``
    empties it
``POST /__fault {"mode": "before", "match": "model-versions/create", "status": 503, "times": 1}``
    the next ``times`` operations whose name contains ``match`` fail: ``before`` MLflow sees them or
    ``after`` it has committed. Status 0 breaks the reply off. Optional: ``retry_after`` (seconds),
    ``code``, ``message``
``POST /__fault {"mode": "registration", "name": "m", "pending_gets": 2, "outcome": "READY"}``
    the next ``times`` (1) versions created of model ``name`` (any, where left out) answer
    PENDING_REGISTRATION to create, search and the first ``pending_gets`` gets, from then on
    ``outcome``: READY, or FAILED_REGISTRATION with an optional ``status_message``
``DELETE /__fault``
    forgets faults and registrations that have not happened
``DELETE /__tokens``
    forgets the retry tokens, as Oracle does after 24 hours
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from .oracle_controls import Faults, Log, Registrations, RetryTokens
from .oracle_dialect import Dialect, Json, Reply, problem
from .oracle_signatures import Refused, Verifier

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_PATH = re.compile(
    r"/20260430/aiDataPlatforms/([^/]+)(?:/workspaces/([^/]+))?/mlops/api/2\.0/mlflow/(.+)"
)
_THREADS = 32  # callers with one retry token wait for the first in a thread each


@dataclass
class _Request:
    """A request on one of Oracle's paths; header names are in lower case."""

    method: str
    path: str
    target: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    platform: str
    workspace: str | None
    operation: str
    replayed: bool = False
    reply_headers: dict[str, str] = field(default_factory=dict)


class Front:
    """The application. ``plain``: MLflow as ASGI. ``platforms``: those that exist."""

    def __init__(
        self,
        dialect: Dialect,
        plain: Any,
        verifier: Verifier,
        platforms: frozenset[str],
        log: Log | None = None,
    ) -> None:
        self._dialect = dialect
        self._plain = plain
        self._verifier = verifier
        self._platforms = platforms
        self._log, self._faults = log or Log(), Faults()
        self._registrations, self._tokens = Registrations(), RetryTokens()
        self._threads = ThreadPoolExecutor(_THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Oracle's paths and the test controls here, everything else to MLflow."""
        if scope["type"] == "lifespan":
            return await _lifespan(receive, send)
        path: str = scope["path"]
        if match := _PATH.fullmatch(path):
            request = _parsed(scope, await _body(receive), *match.groups())
            return await self._serve(request, send)
        if path in ("/__log", "/__fault", "/__tokens"):
            reply = self._control(scope["method"], path, await _body(receive))
            return await _send(send, *reply)
        await self._plain(scope, receive, send)
        return None

    def _control(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        match method, path:
            case "GET", "/__log":
                return 200, self._log.entries()
            case "DELETE", "/__log":
                self._log.clear()
            case "DELETE", "/__tokens":
                self._tokens.clear()
            case "DELETE", "/__fault":
                self._faults.clear()
                self._registrations.clear()
            case "POST", "/__fault":
                fault = json.loads(body)
                registers = fault.get("mode") == "registration"
                (self._registrations.plan if registers else self._faults.add)(fault)
            case _:
                return problem(405, f"{method} {path} is no test control")
        return 200, {}

    async def _serve(self, request: _Request, send: Send) -> None:
        """Answer with the operation's reply, or with the fault that stands in for it."""
        request_id = request.headers.get("opc-request-id") or uuid.uuid4().hex.upper()
        request.reply_headers["opc-request-id"] = request_id
        fault = self._faults.take("before", request.operation)
        if fault is None:
            loop = asyncio.get_running_loop()
            status, answer = await loop.run_in_executor(self._threads, self._handle, request)
            fault = self._faults.take("after", request.operation)
        if fault is not None:
            message = fault.get("message", "injected")
            status, answer = problem(fault["status"], message, fault.get("code"))
            if "retry_after" in fault:
                request.reply_headers["retry-after"] = str(fault["retry_after"])
        self._log.add(_entry(request, status, fault))
        if status == 0:
            await _break_off(send)
        await _send(send, status, answer, request.reply_headers)

    def _handle(self, request: _Request) -> Reply:
        """Who is asking, for which platform, with what body, for the first time or again."""
        try:
            self._verifier.check(request.method, request.target, request.headers, request.body)
        except Refused as refused:
            return problem(
                401,
                "The required information to complete authentication was not provided or was "
                f"incorrect. ({refused})",
            )
        if request.platform not in self._platforms:
            return problem(404, "Authorization failed or requested resource not found.")
        try:
            body = _json(request)
        except ValueError:
            return problem(400, "Unable to parse the request body.", "CannotParseRequest")
        token = request.headers.get("opc-retry-token")
        if request.method != "POST" or token is None:
            reply = self._answer(request, body)
        else:
            reply, request.replayed = self._tokens.once(
                request.platform,
                token,
                request.path.encode() + b"\n" + request.body,
                lambda: self._answer(request, body),
            )
        if reply[0] == 200 and reply[1]:
            text = json.dumps(reply[1], sort_keys=True).encode()
            request.reply_headers["etag"] = hashlib.sha256(text).hexdigest()[:32]
        return reply

    def _answer(self, request: _Request, body: Json | None) -> Reply:
        status, answer = self._dialect.answer(
            request.method, request.operation, request.query, body
        )
        if status == 200:
            answer = self._registrations.apply(request.operation, answer)
        return status, answer


def _json(request: _Request) -> Json | None:
    """The body as an object, None for a GET without one; ValueError where it is something else."""
    if not request.body:
        return {} if request.method == "POST" else None
    body = json.loads(request.body)
    if not isinstance(body, dict):
        raise ValueError("not an object")
    return body


def _parsed(
    scope: Scope, body: bytes, platform: str, workspace: str | None, operation: str
) -> _Request:
    query = scope["query_string"].decode()
    raw = scope.get("raw_path") or quote(scope["path"]).encode()
    return _Request(
        method=scope["method"],
        path=scope["path"],
        # Signatures cover the path as it was sent, not as it was decoded.
        target=raw.decode() + (f"?{query}" if query else ""),
        query=query,
        headers={k.decode().lower(): v.decode("latin1") for k, v in scope["headers"]},
        body=body,
        platform=platform,
        workspace=workspace,
        operation=operation,
    )


def _entry(request: _Request, status: int, fault: Json | None) -> dict[str, Any]:
    shown = {k: v for k, v in request.headers.items() if k != "authorization"}
    return {
        "time": time.time(),
        "method": request.method,
        "operation": request.operation,
        "query": request.query,
        "body": request.body.decode(errors="replace"),
        "headers": shown,
        "platform": request.platform,
        "workspace": request.workspace,
        "status": status,
        "replayed": request.replayed,
        "fault": fault["mode"] if fault else None,
    }


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _send(
    send: Send, status: int, answer: Any, headers: Mapping[str, str] | None = None
) -> None:
    raw = json.dumps(answer).encode()
    sent = {"content-type": "application/json", "content-length": str(len(raw)), **(headers or {})}
    pairs = [(name.encode(), value.encode("latin1")) for name, value in sent.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": raw})


async def _break_off(send: Send) -> None:
    """Announce more than is sent; uvicorn closes the connection when the application fails."""
    headers = [(b"content-length", b"99")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})
    raise ConnectionError("broken off by an injected fault")


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return
