"""What tests steer and see of every registry: faults put in beforehand, and a log of requests.

``POST /__fault {"mode": "after", "match": "POST /models", "times": 1}``
    the next ``times`` (1) requests that match are answered by a fault. ``match`` is a method, a
    part of path and query, or both with a blank between; left out, it is every request. Modes:

    ``delay``         wait for ``seconds``, then answer as always
    ``before``        answer ``status`` (503); the registry never sees the request
    ``after``         the same once the registry has committed
    ``lost_before``   break the connection without a reply; the registry never sees the request
    ``lost_after``    the same once the registry has committed
    ``truncated``     answer as always, but half of the body that the headers promise
    ``html``          answer ``status`` (200) with a page; the registry never sees the request

    ``before`` and ``after`` take a ``body`` (text or JSON), ``message`` and ``code`` for the body
    where there is none, and ``retry_after`` (seconds). Status 0 is a broken connection.

    ``limit``         answer ``status`` (429) to more than ``per_second`` requests a second

    ``limit`` lasts until it is forgotten and counts all requests that match together, with a token
    bucket: ``burst`` of them (``per_second``) may come at once. It takes ``retry_after`` and what
    makes the body, too.
``DELETE /__fault``
    forgets the faults that have not happened, and limits
``GET /__log``
    the requests, oldest first: ``method``, ``path``, ``query``, ``body`` (text), ``headers`` (lower
    case, without authorization), ``status`` (null where no reply was sent), ``fault`` (its mode)
``DELETE /__log``
    empties it
``GET /__load``
    ``requests``, how many by method and path; ``seconds`` from the first to the last answer;
    ``at_once``, the most under way at a time; ``connections`` that they came by, and the most open
    at a time, ``connections_at_once``. All requests since it was emptied, however many
``DELETE /__load``
    empties it
"""

from __future__ import annotations

import asyncio
import copy
import json
import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from pulumi_mlregistry.sandbox.load import Load
from pulumi_mlregistry.sandbox.service import (
    Application,
    Receive,
    Reply,
    Request,
    Scope,
    Send,
    json_reply,
    read_request,
    send_reply,
)

LIMIT: Final = "limit"
MODES: Final = (
    *("delay", "before", "after", "lost_before", "lost_after", "truncated", "html"),
    LIMIT,
)
_KEPT = 10_000  # requests in the log, of a sandbox that somebody leaves running
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_PAGE = b"<!doctype html><html><head><title>Gateway</title></head><body>Log in</body></html>"

Fault = dict[str, Any]
Entry = dict[str, Any]


class Controls:
    """Faults, log and load of one registry; safe for threads."""

    def __init__(self) -> None:
        self.load = Load()
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._log: deque[Entry] = deque(maxlen=_KEPT)

    def add(self, fault: Mapping[str, Any]) -> None:
        """A fault as described at the module; ValueError where there is no such mode."""
        made = {"mode": "before", "match": "", "times": 1, **fault}
        if made["mode"] not in MODES:
            raise ValueError(f"no fault {made['mode']!r}: choose one of {', '.join(MODES)}")
        if made.get("status") == 0 and made["mode"] in ("before", "after"):
            made["mode"] = f"lost_{made['mode']}"
        if made["mode"] == LIMIT:
            made = {"status": 429, **made, "bucket": _Bucket(made)}
        with self._lock:
            self._faults.append(made)

    def forget_faults(self) -> None:
        """Those that have not happened, and limits."""
        with self._lock:
            self._faults.clear()

    def empty_log(self) -> None:
        """Forget the requests."""
        with self._lock:
            self._log.clear()

    def log(self) -> list[Entry]:
        """The last requests, oldest first."""
        with self._lock:
            return copy.deepcopy(list(self._log))

    def note(self, entry: Entry) -> None:
        """Begin an entry, which the caller completes."""
        with self._lock:
            self._log.append(entry)

    def take(self, request: Request) -> Fault | None:
        """The oldest fault for this request, if one is left."""
        with self._lock:
            for fault in self._faults:
                if not _matches(fault["match"], request):
                    continue
                if fault["mode"] == LIMIT:
                    if not fault["bucket"].take():
                        return fault
                elif fault["times"] > 0:
                    fault["times"] -= 1
                    return fault
        return None


class _Bucket:
    """A token bucket: so many requests a second, and so many at once after a rest."""

    def __init__(self, fault: Fault) -> None:
        if not float(fault.get("per_second", 0)) > 0:
            raise ValueError("a limit needs per_second, a number above 0")
        self._rate = float(fault["per_second"])
        self._most = max(1.0, float(fault.get("burst", self._rate)))
        self._left, self._time = self._most, time.monotonic()

    def take(self) -> bool:
        """Whether a token was left."""
        now = time.monotonic()
        self._left = min(self._most, self._left + (now - self._time) * self._rate)
        self._time = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


def _matches(match: str, request: Request) -> bool:
    method, _, part = match.partition(" ")
    if method not in _METHODS:
        method, part = request.method, match
    target = request.path + (f"?{request.query_string}" if request.query_string else "")
    return method == request.method and part in target


def begin(request: Request) -> Entry:
    """A log entry without its end."""
    headers = {k: v for k, v in request.headers.items() if k != "authorization"}
    return {
        "method": request.method,
        "path": request.path,
        "query": request.query_string,
        "body": request.body.decode(errors="replace"),
        "headers": headers,
        "status": None,
        "fault": None,
    }


class Controlled:
    """An application under control; a subclass says where a registry is of another kind."""

    def __init__(self, application: Application, controls: Controls) -> None:
        self.application = application
        self.controls = controls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Controls here; all else to the application, or to the fault that stands in for it."""
        if scope["type"] != "http":
            return await self.application(scope, receive, send)
        request = await read_request(scope, receive)
        if request.path in ("/__fault", "/__log", "/__load", "/__tokens"):
            return await send_reply(send, await self.control(request))
        entry = self.entry(request)
        fault = self.fault_for(request)
        if fault is not None:
            entry["fault"] = fault["mode"]
        exchange = _Exchange(self, scope, receive, send, request, entry)
        asked = f"{request.method} {request.path}"
        # An application that is called without a server has neither.
        client, connections = scope.get("client"), scope.get("connections", 0)
        with self.controls.load.counting(asked, client, connections):
            return await exchange.serve(fault)

    def entry(self, request: Request) -> Entry:
        """Begin the log entry of a request, and note it."""
        entry = begin(request)
        self.controls.note(entry)
        return entry

    def fault_for(self, request: Request) -> Fault | None:
        """The fault that stands in for the answer, if there is one."""
        return self.controls.take(request)

    async def control(self, request: Request) -> Reply:
        """A request to the controls themselves."""
        match request.method, request.path:
            case "GET", "/__log":
                return json_reply(200, self.controls.log())
            case "DELETE", "/__log":
                self.controls.empty_log()
            case "GET", "/__load":
                return json_reply(200, self.controls.load.report())
            case "DELETE", "/__load":
                self.controls.load.reset()
            case "DELETE", "/__fault":
                self.controls.forget_faults()
            case "POST", "/__fault":
                return self._put(request.body)
            case _:
                why = f"{request.method} {request.path} is no test control"
                return json_reply(405, {"message": why})
        return json_reply(200, {})

    def error(self, fault: Fault, status: int, request: Request) -> Reply:
        """The registry's own form of an error that was put in."""
        return json_reply(status, {"detail": fault.get("message", "injected")})

    def _put(self, body: bytes) -> Reply:
        try:
            self.controls.add(json.loads(body))
        except (ValueError, TypeError) as error:
            return json_reply(400, {"message": str(error)})
        return json_reply(200, {})


class _Exchange:
    """One request on its way through."""

    def __init__(
        self,
        owner: Controlled,
        scope: Scope,
        receive: Receive,
        send: Send,
        request: Request,
        entry: Entry,
    ) -> None:
        self._owner, self._scope, self._request, self._entry = owner, scope, request, entry
        self._receive, self._send = receive, send

    async def serve(self, fault: Fault | None) -> None:
        mode = fault["mode"] if fault else None
        if fault is None or mode == "delay":
            if fault:
                await asyncio.sleep(float(fault.get("seconds", 1)))
            await self._pass_on(self._sending)
        elif mode == "html":
            await self._reply(Reply(fault.get("status", 200), _PAGE, {"content-type": "text/html"}))
        elif mode == "lost_before":
            await self._break_off()
        elif mode in ("before", LIMIT):
            await self._reply(self._injected(fault))
        else:
            await self._serve_late(fault)

    async def _serve_late(self, fault: Fault) -> None:
        """The registry has done its part when these fail."""
        messages: list[dict[str, Any]] = []

        async def keep(message: dict[str, Any]) -> None:
            messages.append(message)

        await self._pass_on(keep)
        if fault["mode"] == "after":
            await self._reply(self._injected(fault))
        elif fault["mode"] == "lost_after":
            await self._break_off()
        else:
            await self._truncate(messages)

    async def _truncate(self, messages: list[dict[str, Any]]) -> None:
        body = b"".join(message.get("body", b"") for message in messages[1:])
        pairs = [pair for pair in messages[0]["headers"] if pair[0] != b"content-length"]
        headers = [*pairs, (b"content-length", str(max(len(body), 2)).encode())]
        await self._sending({**messages[0], "headers": headers})
        part = {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True}
        # The server closes the connection of an application that ends before its reply does.
        await self._send(part)

    def _injected(self, fault: Fault) -> Reply:
        status = fault.get("status", 503)
        if "body" not in fault:
            reply = self._owner.error(fault, status, self._request)
        elif isinstance(fault["body"], str):
            reply = Reply(status, fault["body"].encode(), {"content-type": "text/plain"})
        else:
            reply = json_reply(status, fault["body"])
        if "retry_after" not in fault:
            return reply
        headers = {**reply.headers, "retry-after": str(fault["retry_after"])}
        return Reply(reply.status, reply.body, headers)

    async def _pass_on(self, send: Send) -> None:
        sent = False

        async def receive() -> dict[str, Any]:
            nonlocal sent
            if sent:
                return await self._receive()
            sent = True
            return {"type": "http.request", "body": self._request.body, "more_body": False}

        await self._owner.application(self._scope, receive, send)

    async def _sending(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._entry["status"] = message["status"]
        await self._send(message)

    async def _reply(self, reply: Reply) -> None:
        await send_reply(self._sending, reply)

    async def _break_off(self) -> None:
        self._scope["abort"]()
        while (await self._receive())["type"] != "http.disconnect":
            pass
