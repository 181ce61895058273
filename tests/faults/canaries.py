"""Secrets that are easy to find again, and all the places where a user or a log might meet them."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import logging
import threading
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

TOKEN: Final = "canary-token-5f1c"
PASSWORD: Final = "canary-password-9d27"
KEY: Final = "canary-key-3b8e"
NEXT_KEY: Final = "canary-key-77aa"
FIRST: Final = "canary-text-first"
SECOND: Final = "canary-text-second"
BASIC: Final = base64.b64encode(f"me:{PASSWORD}".encode()).decode()

CREDENTIALS: Final = (TOKEN, PASSWORD, BASIC)
FIELDS: Final = (KEY, NEXT_KEY, FIRST, SECOND)


@dataclass
class Overheard:
    """All that one run said to anybody, by where it said it."""

    said: dict[str, list[str]] = field(default_factory=dict)

    def hear(self, where: str, *texts: str) -> None:
        """Keep what was said."""
        self.said.setdefault(where, []).extend(texts)

    def error(self, error: BaseException) -> None:
        """Everything that hangs on an exception."""
        self.hear("traceback", *traceback.format_exception(error))
        told: BaseException | None = error
        while told is not None:
            self.hear("error", str(told), repr(told))
            told = told.__cause__ or told.__context__

    def leaks(self, canaries: tuple[str, ...]) -> list[str]:
        """Which canary is where."""
        return sorted(
            f"{canary} in {where}"
            for where, texts in self.said.items()
            for canary in canaries
            if any(canary in text for text in texts)
        )


class _Records(logging.Handler):
    """The records of one thread, at every level and of every library."""

    def __init__(self, overheard: Overheard) -> None:
        super().__init__(logging.NOTSET)
        self._overheard = overheard
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self._overheard.hear("logging", record.getMessage())
            if record.exc_info and record.exc_info[1] is not None:
                self._overheard.error(record.exc_info[1])


@contextlib.contextmanager
def listening(overheard: Overheard) -> Iterator[None]:
    """Hear standard output, standard error and logging, httpx's and httpcore's included."""
    root, records, screen = logging.getLogger(), _Records(overheard), io.StringIO()
    level = root.level
    root.addHandler(records)
    root.setLevel(logging.DEBUG)
    try:
        with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
            yield
    finally:
        root.removeHandler(records)
        root.setLevel(level)
        overheard.hear("screen", screen.getvalue())


def text(values: Mapping[str, Any]) -> str:
    """A state as it is exported."""
    return json.dumps(values, default=str)
