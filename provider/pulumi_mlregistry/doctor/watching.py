"""A client's HTTP while it is watched: reads alone pass, and what each answer tells is kept."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from pulumi_mlregistry.reconcile.errors import Misconfigured
from pulumi_mlregistry.transport.answer import Answer
from pulumi_mlregistry.transport.http import Http


class Watched(Http):
    """Stands in for a client's own `Http`, which it calls; refuses whatever is not a GET."""

    def __init__(self, inner: Http) -> None:  # the inner one has the connections
        self.base_url = inner.base_url
        self._inner = inner
        self.times: list[float] = []
        """Seconds of each answer: the first one also makes the connection."""
        self.skew: float | None = None
        """Seconds that the server's clock is ahead of ours, by the answer that says the least: an
        answer out of a cache has an old date."""

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> Answer:
        """The inner one's call, where it is a GET; a server's fault is not tried again."""
        if method != "GET":
            raise Misconfigured(f"{method} {path} was not sent", remedy="The doctor only reads")
        started, asked = time.monotonic(), time.time()
        answer = self._inner.call(method, path, query=query, headers=headers, repeatable=False)
        spent = time.monotonic() - started
        self.times.append(spent)
        if answer.server_time is not None:
            skew = answer.server_time - (asked + spent / 2)
            self.skew = skew if self.skew is None else min(self.skew, skew, key=abs)
        return answer

    def close(self) -> None:
        """Close the inner one's connections."""
        self._inner.close()
