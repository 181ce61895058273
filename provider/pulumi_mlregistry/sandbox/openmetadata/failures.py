"""The server's refusals, in its own words."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer that is not the one asked for."""

    def __init__(self, status: int, body: Any, *, plain: bool = False) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body
        self.plain = plain

    @property
    def headers(self) -> dict[str, str]:
        """A "not found" and a conflict carry the header of an authentication failure, too."""
        return {"WWW-Authenticate": "om-auth"} if self.status in (401, 404, 409) else {}

    @property
    def message(self) -> str:
        """What the body says."""
        if isinstance(self.body, dict):
            return str(self.body.get("message") or self.body.get("responseMessage"))
        return str(self.body)


def refusal(status: int, message: str) -> Refusal:
    """The usual body."""
    return Refusal(status, {"code": status, "message": message})


def bad(message: str) -> Refusal:
    """400."""
    return refusal(400, message)


def missing(kind: str, what: str) -> Refusal:
    """404 of an entity, asked for or referred to."""
    return refusal(404, f"{kind} instance for {what} not found")


def exists() -> Refusal:
    """409 of a name that is taken, be it by a soft-deleted entity."""
    return refusal(409, "Entity already exists")


def unhandled(message: str) -> Refusal:
    """What the server has no answer of its own for."""
    text = f"An exception with message [{message}] was thrown while processing request."
    return Refusal(500, {"responseMessage": text})


def of_framework(status: int, *, modern: bool) -> Refusal:
    """Refused before any code of the server runs; 1.2 wraps these as 500 (measured)."""
    reason = {
        404: "Not Found",
        405: "Method Not Allowed",
        415: "Unsupported Media Type",
    }.get(status, "Bad Request")
    text = f"HTTP {status} {reason}"
    # 2.x: read in the server's source, not measured.
    return refusal(status, text) if modern else unhandled(text)
