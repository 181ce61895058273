"""An HTTP answer, reduced to what an API client may look at."""

from __future__ import annotations

import email.utils
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """Status, headers (lower-case names) and body; `json` is None where the body is not JSON."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The decoded body."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    @property
    def object(self) -> dict[str, Any]:
        """The decoded body where it is a JSON object, else empty."""
        body = self.json
        return body if isinstance(body, dict) else {}

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def is_html(self) -> bool:
        """Whether a page answered where an API should."""
        kind = self.headers.get("content-type", "")
        return "html" in kind or self.text.lstrip()[:1] == "<"

    @property
    def server_time(self) -> float | None:
        """The server's clock when it answered, in seconds since 1970."""
        return http_date(self.headers.get("date", ""))


def http_date(value: str) -> float | None:
    """A header's date in seconds since 1970; None where it is none, or beyond all calendars."""
    try:
        return email.utils.parsedate_to_datetime(value).timestamp()
    except (ValueError, OverflowError):
        return None
