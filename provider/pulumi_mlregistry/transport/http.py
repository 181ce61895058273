"""The one HTTP client: pooled connections, deadlines, retries, no redirects, no secret in a log."""

from __future__ import annotations

import logging
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from pulumi_mlregistry import patience
from pulumi_mlregistry.transport.answer import TOO_MANY, Answer
from pulumi_mlregistry.transport.failures import (
    NoConnection,
    NoReply,
    OutOfTime,
    Redirected,
    Unsendable,
)
from pulumi_mlregistry.transport.options import Options, tls_context
from pulumi_mlregistry.transport.pacing import TELL_AFTER, Gate, backoff

logger = logging.getLogger("pulumi_mlregistry.http")

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_FAULTY = frozenset({500, 502, 503, 504})
_CONNECT_TRIES = 3
_REFUSALS = 10
"""How often a call is told to come later until its own time is over, whoever else is served."""
_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "name"),
    (ConnectionRefusedError, "refused"),
    (ssl.SSLCertVerificationError, "certificate"),
    (ssl.SSLError, "tls"),
    (TimeoutError, "time"),
    (httpx.TimeoutException, "time"),
)
_HEADERS = {"accept": "application/json", "user-agent": "pulumi-mlregistry"}


class Http:
    """Calls below one base URL; safe for threads.

    Credentials are added by ``auth``; they go to the base URL's origin only, as no other URL is
    ever called and redirects are not followed. TLS is always verified.
    """

    def __init__(
        self,
        base_url: str,
        *,
        auth: httpx.Auth | None = None,
        options: Options | None = None,
        log: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._options = options = options or Options()
        self._log = log
        self._gate = Gate(options.max_connections, options.timeout, self._tell)
        limits = httpx.Limits(
            max_connections=options.max_connections,
            max_keepalive_connections=options.max_connections,
            keepalive_expiry=60,
        )
        self._client = httpx.Client(
            auth=auth,
            headers=_HEADERS,
            limits=limits,
            verify=tls_context(options),
            follow_redirects=False,
        )

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
        """One call; `path` is already quoted and starts with a slash.

        ``repeatable``: whether a second identical request does no harm (default: GET only). Where
        not, only what the server certainly did not act on is sent again. Raises `NoConnection`
        or `OutOfTime` where nothing was sent, `NoReply` where the outcome is unknown, `Redirected`.
        """
        again = method == "GET" if repeatable is None else repeatable
        own, turn = self._options.timeout, self._gate.turn()
        tries, refused, waited, told = 0, 0, 0.0, False
        answer: Answer | None = None
        failure: NoConnection | NoReply | None = None
        unsure: NoReply | None = None
        while True:
            if not self._gate.enter(turn):
                self._go_on(unsure)
                return self._end(answer, failure, unsure)
            began, answer, failure = time.monotonic(), None, None
            try:
                self._go_on(unsure)
                left = max(0.001, patience.at_most(own))
                answer, failure = self._once(method, path, query, body, headers, left)
            finally:
                self._gate.leave(turn, answer)
            tries += 1
            if answer is None or answer.later is None:
                own -= time.monotonic() - began
            else:
                refused += 1
                if refused >= _REFUSALS and time.monotonic() - turn.began > self._options.timeout:
                    return self._end(answer, failure, unsure)
                turn = self._gate.again(turn)
            unsure = self._unsure(answer, failure) or unsure
            wait = self._pause(answer, failure, again, tries)
            if wait is None or wait > patience.at_most(own):
                return self._end(answer, failure, unsure)
            own -= wait
            waited += wait
            if not told and waited > TELL_AFTER:
                told = True
                why = str(failure) if failure else f"status {answer.status if answer else ''}"
                self._tell(f"{why}; trying again for up to {self._options.timeout:.0f} s")
            patience.sleep(wait)

    def _go_on(self, unsure: NoReply | None) -> None:
        """Raise where the operation may go on no longer."""
        if why := patience.over():
            raise unsure or OutOfTime(self.base_url, why)

    def _end(
        self, answer: Answer | None, failure: NoConnection | NoReply | None, unsure: NoReply | None
    ) -> Answer:
        """How a call ends that is not to be tried again, or was not sent at all."""
        if failure is not None:
            # That nothing was sent is said only where no try before may have done it.
            raise unsure or failure
        answer = answer or self._gate.refusal
        if answer is None:
            raise NoConnection(self.base_url, "the calls before this one are not answered")
        return answer

    def _tell(self, line: str) -> None:
        self._log(f"{self.base_url}: {line}")

    def _once(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: Any,
        headers: Mapping[str, str] | None,
        seconds: float,
    ) -> tuple[Answer | None, NoConnection | NoReply | None]:
        started = time.monotonic()
        try:
            reply = self._client.request(
                method,
                f"{self.base_url}{path}",
                params=query,
                json=body,
                headers=headers,
                timeout=httpx.Timeout(seconds, connect=min(5.0, seconds)),
            )
        except _NEVER_SENT as error:
            logger.info("%s %s failed: %s", method, path, type(error).__name__)
            return None, NoConnection(self.base_url, _cause(error), _reason(error))
        except httpx.LocalProtocolError:
            # Its own words repeat the header, and with it the credential.
            raise Unsendable(self.base_url, "a header is not valid") from None
        except httpx.HTTPError as error:
            logger.info("%s %s lost: %s", method, path, type(error).__name__)
            return None, NoReply(self.base_url, _cause(error))
        spent = (time.monotonic() - started) * 1000
        logger.info("%s %s %d %.0f ms", method, path, reply.status_code, spent)
        if reply.is_redirect:
            raise Redirected(self.base_url, reply.headers.get("location", ""))
        head = {k.lower(): v for k, v in reply.headers.items()}
        return Answer(reply.status_code, head, reply.text), None

    def _unsure(self, answer: Answer | None, failure: Exception | None) -> NoReply | None:
        """What tells that the server may have acted on a try."""
        if isinstance(failure, NoReply):
            return failure
        if answer is not None and answer.status in _FAULTY:
            return NoReply(self.base_url, f"status {answer.status}")
        return None

    def _pause(
        self,
        answer: Answer | None,
        failure: Exception | None,
        again: bool,
        tries: int,
    ) -> float | None:
        """Seconds until the next try, or None where there is to be none."""
        if isinstance(failure, NoConnection):
            return backoff(tries) if tries < _CONNECT_TRIES else None
        if failure is not None:
            return backoff(tries) if again else None
        assert answer is not None
        if answer.later is not None and (again or answer.status == TOO_MANY):
            return 0 if answer.later <= self._options.timeout else None  # the gate waits
        return backoff(tries) if again and answer.status in _FAULTY else None

    def close(self) -> None:
        """Close all connections."""
        self._client.close()


def _reason(error: BaseException | None) -> str:
    """Why there was no connection, by the system's own error below httpx's."""
    while error is not None:
        for kind, reason in _REASONS:
            if isinstance(error, kind):
                return reason
        error = error.__cause__ or error.__context__
    return ""


def _cause(error: Exception) -> str:
    """The cause without the URL or anything that was sent."""
    text = str(error) or type(error).__name__
    return text.splitlines()[0]
