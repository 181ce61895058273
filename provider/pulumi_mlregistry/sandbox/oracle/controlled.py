"""The controls of every registry, joined with those that only Oracle's front has.

Both are about Oracle's paths alone. ``/__log`` lists the requests there, with the front's
``operation``, ``platform``, ``workspace``, ``replayed`` and ``time``. ``POST /__fault`` also takes
the mode ``registration``, and ``DELETE /__tokens`` forgets retry tokens; see
`pulumi_mlregistry.devserver.inside.oracle_app`.
"""

from __future__ import annotations

import json
import uuid
from contextvars import ContextVar
from typing import Any

from pulumi_mlregistry.devserver.inside.oracle_controls import Log
from pulumi_mlregistry.devserver.inside.oracle_dialect import problem
from pulumi_mlregistry.sandbox import controls
from pulumi_mlregistry.sandbox.controls import Entry, Fault
from pulumi_mlregistry.sandbox.service import Reply, Request, Send, json_reply

_ORACLE = "/20260430/"
_MARK = "/mlops/api/2.0/mlflow/"
_OF_FRONT = ("operation", "platform", "workspace", "replayed", "time")

_entry: ContextVar[Entry | None] = ContextVar("entry", default=None)


class OracleLog(Log):
    """What the front notes of a request goes into the entry that is open."""

    def add(self, entry: Entry) -> None:
        """Called by the front in the task that serves the request."""
        opened = _entry.get()
        if opened is not None:
            opened.update({key: entry[key] for key in _OF_FRONT})


class Controlled(controls.Controlled):
    """Oracle's front under control."""

    def entry(self, request: Request) -> Entry:
        """Plain MLflow's paths are for edits behind a client's back, and not noted."""
        kept = controls.Controls() if not request.path.startswith(_ORACLE) else self.controls
        entry = controls.begin(request)
        operation = request.path.partition(_MARK)[2]
        entry.update(operation=operation, replayed=False)
        kept.note(entry)
        _entry.set(entry)
        return entry

    def fault_for(self, request: Request) -> Fault | None:
        """Nor do faults reach them."""
        return self.controls.take(request) if request.path.startswith(_ORACLE) else None

    async def control(self, request: Request) -> Reply:
        """Those of the front are passed on to it."""
        if request.path == "/__tokens" or (request.path == "/__fault" and _of_front(request)):
            return await self._front(request)
        if (request.method, request.path) == ("DELETE", "/__fault"):
            await self._front(request)
        return await super().control(request)

    def error(self, fault: Fault, status: int, request: Request) -> Reply:
        """With Oracle's code and request id."""
        sent = request.headers.get("opc-request-id")
        _, body = problem(status, fault.get("message", "injected"), fault.get("code"))
        return json_reply(status, body, {"opc-request-id": sent or uuid.uuid4().hex.upper()})

    async def _front(self, request: Request) -> Reply:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": request.body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {"type": "http", "method": request.method, "path": request.path}
        sending: Send = send
        await self.application(scope, receive, sending)
        return Reply(sent[0]["status"], sent[1]["body"], {"content-type": "application/json"})


def _of_front(request: Request) -> bool:
    try:
        return request.method == "POST" and json.loads(request.body)["mode"] == "registration"
    except (ValueError, KeyError, TypeError):
        return False
