"""Credentials on requests; nothing here ever shows them."""

from __future__ import annotations

from collections.abc import Generator

import httpx

Basic = httpx.BasicAuth


class Bearer(httpx.Auth):
    """``Authorization: Bearer <token>``."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the header."""
        request.headers["authorization"] = f"Bearer {self._token}"
        yield request
