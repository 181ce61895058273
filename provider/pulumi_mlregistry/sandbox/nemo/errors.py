"""The platform's errors: a status and a detail, a text or a list of complaints."""

from __future__ import annotations

from typing import Any

from pulumi_mlregistry.sandbox.service import Reply, json_reply


class NemoError(Exception):
    """An error that is answered."""

    def __init__(self, status: int, detail: str | list[dict[str, Any]]) -> None:
        super().__init__(str(detail))
        self.status = status
        self.detail = detail

    def reply(self) -> Reply:
        """The error as the platform answers it."""
        retry = {"x-should-retry": "false"} if self.status == 409 else {}
        return json_reply(self.status, {"detail": self.detail}, retry)


class Stale(Exception):
    """Somebody else changed or deleted the entity after it was read."""
