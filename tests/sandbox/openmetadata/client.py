"""Calls an ASGI application in this process, without a socket."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from starlette.applications import Starlette

from pulumi_mlregistry.sandbox.openmetadata import tokens


class Client:
    """Synchronous calls; ``token`` is the name of who asks."""

    def __init__(
        self, app: Starlette, token: str | None = None, base_url: str = "http://registry.test"
    ) -> None:
        self._transport = httpx.ASGITransport(app)
        self._base_url = base_url
        self._headers = {"Authorization": f"Bearer {tokens()[token]}"} if token else {}

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.at_once([(method, path, more)])[0]

    def at_once(self, calls: list[tuple[str, str, dict[str, Any]]]) -> list[httpx.Response]:
        """Several calls at the same time."""

        async def run() -> list[httpx.Response]:
            async with httpx.AsyncClient(
                transport=self._transport, base_url=self._base_url, headers=self._headers
            ) as client:
                return await asyncio.gather(
                    *(client.request(method, path, **more) for method, path, more in calls)
                )

        return asyncio.run(run())
