"""What can go wrong below HTTP's statuses; the API clients turn these into the user's errors."""

from __future__ import annotations


class TransportFailure(Exception):
    """The root: ``url`` is the base URL, ``cause`` what happened, both free of credentials."""

    def __init__(self, url: str, cause: str) -> None:
        super().__init__(cause)
        self.url = url
        self.cause = cause


class NoConnection(TransportFailure):
    """No connection was made: the request was certainly not sent.

    ``reason``: `name` (not resolved), `refused`, `time` (out of it), `certificate` (not trusted),
    `tls` (another failure of it), or empty.
    """

    def __init__(self, url: str, cause: str, reason: str = "") -> None:
        super().__init__(url, cause)
        self.reason = reason


class OutOfTime(TransportFailure):
    """The operation may go on no longer: this request was not sent."""


class Unsendable(TransportFailure):
    """What was to be sent is no HTTP: a header with a line break, an empty credential."""


class NoReply(TransportFailure):
    """The request may have been acted on; no complete reply came back."""


class Redirected(TransportFailure):
    """The server pointed elsewhere: not followed, so that credentials stay where they belong."""
