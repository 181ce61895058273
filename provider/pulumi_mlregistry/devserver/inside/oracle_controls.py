"""What tests steer and see of the front: its log, faults, registrations and retry tokens."""

from __future__ import annotations

import copy
import hashlib
import threading
from collections.abc import Callable
from typing import Any

from .oracle_dialect import CREATE_VERSION, Json, Reply, problem

_TOKEN_CHARACTERS = 64
_READY = "READY"


class Faults:
    """Failures put in beforehand; each is taken ``times`` times, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Json] = []

    def add(self, fault: Json) -> None:
        """A fault as described at `oracle_app`."""
        defaults = {"mode": "before", "match": "", "status": 503, "times": 1}
        with self._lock:
            self._faults.append(defaults | fault)

    def clear(self) -> None:
        """Forget all that were not taken yet."""
        with self._lock:
            self._faults.clear()

    def take(self, mode: str, operation: str) -> Json | None:
        """The fault for this operation, if one is left."""
        with self._lock:
            for fault in self._faults:
                if fault["mode"] == mode and fault["match"] in operation and fault["times"] > 0:
                    fault["times"] -= 1
                    return fault
        return None


class Registrations:
    """Versions whose registration pretends to take time, or to fail: MLflow's is done at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[Json] = []
        self._versions: dict[tuple[str, str], Json] = {}

    def plan(self, registration: Json) -> None:
        """For coming creates, as described at `oracle_app`."""
        defaults = {"name": None, "pending_gets": 0, "outcome": _READY, "times": 1}
        with self._lock:
            self._planned.append(defaults | registration)

    def clear(self) -> None:
        """Forget the plans; versions created under one go on as planned."""
        with self._lock:
            self._planned.clear()

    def apply(self, operation: str, answer: Json) -> Json:
        """The answer with the pretended status in each version it holds; a get uses one up."""
        with self._lock:
            version = answer.get("model_version")
            if operation == CREATE_VERSION and version:
                self._begin(version)
            versions = ([version] if version else []) + (answer.get("model_versions") or [])
            for each in versions:
                self._dress(each, counts=operation == "model-versions/get")
        return answer

    def _begin(self, version: Json) -> None:
        for plan in self._planned:
            if plan["times"] > 0 and plan["name"] in (None, version["name"]):
                plan["times"] -= 1
                self._versions[_key(version)] = dict(plan)
                return
        self._versions.pop(_key(version), None)  # a number starts anew with its model

    def _dress(self, version: Json, *, counts: bool) -> None:
        plan = self._versions.get(_key(version))
        if plan is None:
            return
        pending = plan["pending_gets"] > 0
        version["status"] = "PENDING_REGISTRATION" if pending else plan["outcome"]
        if not pending and plan.get("status_message"):
            version["status_message"] = plan["status_message"]
        if pending and counts:
            plan["pending_gets"] -= 1


def _key(version: Json) -> tuple[str, str]:
    return version["name"], version["version"]


class RetryTokens:
    """Answers a repeated request with the first one's answer, also while that is under way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], _First] = {}

    def clear(self) -> None:
        """Forget all tokens, as Oracle does after 24 hours."""
        with self._lock:
            self._known.clear()

    def once(
        self, platform: str, token: str, request: bytes, answer: Callable[[], Reply]
    ) -> tuple[Reply, bool]:
        """The reply, and whether it was replayed. Replies of 500 and more are not kept."""
        if not 1 <= len(token) <= _TOKEN_CHARACTERS:
            size = f"opc-retry-token size must be between 1 and {_TOKEN_CHARACTERS}"
            return problem(400, size), False
        digest = hashlib.sha256(request).hexdigest()
        with self._lock:
            first = self._known.setdefault((platform, token), _First(digest))
        if first.digest != digest:
            message = "The retry token was used with a different request."
            return problem(409, message, "InvalidatedRetryToken"), False
        with first.lock:
            if first.reply is not None:
                return copy.deepcopy(first.reply), True
            reply = answer()
            if reply[0] < 500:
                first.reply = copy.deepcopy(reply)
            return reply, False


class _First:
    """The first request with a token."""

    def __init__(self, digest: str) -> None:
        self.digest = digest
        self.lock = threading.Lock()
        self.reply: Reply | None = None


class Log:
    """The requests on Oracle's paths, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[dict[str, Any]] = []

    def add(self, entry: dict[str, Any]) -> None:
        """Note one answered request."""
        with self._lock:
            self._entries.append(entry)

    def entries(self) -> list[dict[str, Any]]:
        """All since the last `clear`."""
        with self._lock:
            return list(self._entries)

    def clear(self) -> None:
        """Start anew."""
        with self._lock:
            self._entries.clear()
