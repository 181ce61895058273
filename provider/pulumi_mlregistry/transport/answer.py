"""An HTTP answer, reduced to what an API client may look at."""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

TOO_MANY: Final = 429
UNAVAILABLE: Final = 503


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
    def later(self) -> float | None:
        """Seconds after which the server asks to be asked again; None where it does not ask so.

        That it is unavailable says the same as that there were too many requests only where it
        says for how long; otherwise it is a fault, which may be of this one request.
        """
        if self.status not in (TOO_MANY, UNAVAILABLE):
            return None
        seconds = _seconds(self.headers.get("retry-after", ""))
        return seconds if seconds or self.status == TOO_MANY else None

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


def _seconds(value: str) -> float:
    """How long from now ``Retry-After`` says, in seconds or as a date; 0 where it says neither."""
    if value.isascii() and value.isdecimal():
        return float(value)
    when = http_date(value)
    return 0.0 if when is None else max(0.0, when - time.time())
