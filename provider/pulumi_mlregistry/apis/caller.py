"""What every API client does alike: call, tell this API's answers from others', name failures."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from pulumi_mlregistry.reconcile.errors import (
    InvalidAnswer,
    Lost,
    NotAllowed,
    NotAuthenticated,
    RegistryError,
    Rejected,
    Unreachable,
)
from pulumi_mlregistry.reconcile.redaction import redact
from pulumi_mlregistry.settings.settings import Settings
from pulumi_mlregistry.transport.answer import Answer
from pulumi_mlregistry.transport.failures import (
    NoConnection,
    NoReply,
    OutOfTime,
    Redirected,
    Unsendable,
)
from pulumi_mlregistry.transport.quoting import segment

if TYPE_CHECKING:  # loading httpx takes time, and a program that only declares needs none of it
    from pulumi_mlregistry.transport.http import Http

Log = Callable[[str], None]


@dataclass(frozen=True)
class Problem:
    """A failed answer, read: what the server says, its own code and request id."""

    status: int
    message: str
    code: str = ""
    request_id: str = ""


@dataclass
class Caller(ABC):
    """Calls to one server; a subclass reads its errors. Raises `RegistryError` only."""

    http: Http
    settings: Settings
    url_key: ClassVar[str]
    """The configuration key to name when the address looks wrong."""
    token_key: ClassVar[str]
    """The configuration key to name when the credentials are refused."""
    system: ClassVar[str]
    secrets: list[str] = field(default_factory=list, repr=False)

    @abstractmethod
    def problem(self, answer: Answer) -> Problem:
        """Read a failed answer of this API; an empty message where it is not this API's."""

    def refuse(self, problem: Problem) -> RegistryError | None:
        """The error for a problem that has a name at this API; None for the common ones."""
        del problem
        return None

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
        """One call; answers only what is 2xx and JSON (or empty)."""
        answer = self._send(method, path, query, body, headers, repeatable)
        if answer.ok and (answer.json is not None or not answer.text.strip()):
            return answer
        raise self._named(method, answer)

    def ask(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """A GET whose failed answer is an answer too; raises where none came."""
        return self._send("GET", path, query, None, None, None)

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: Any,
        headers: Mapping[str, str] | None,
        repeatable: bool | None,
    ) -> Answer:
        try:
            return self.http.call(
                method, path, query=query, body=body, headers=headers, repeatable=repeatable
            )
        except NoConnection as failure:
            raise Unreachable(
                self._clean(f"no connection: {failure.cause}"),
                remedy=f"Nothing was sent. {self._way_out(failure.reason)}",
                where=self.http.base_url,
            ) from None
        except OutOfTime as failure:
            raise Unreachable(
                failure.cause,
                remedy="The request was not sent; the next up goes on",
                where=self.http.base_url,
            ) from None
        except Redirected as failure:
            raise InvalidAnswer(
                self._clean(f"it redirects to {failure.cause}, which is not followed"),
                remedy=f"Set mlregistry:{self.url_key} to the final address",
                where=self.http.base_url,
            ) from None
        except NoReply as failure:
            if method == "GET":
                raise Unreachable(
                    self._clean(f"no reply: {failure.cause}"),
                    remedy="Nothing was written; try again later",
                    where=self.http.base_url,
                ) from None
            raise Lost(
                self._clean(f"the reply was lost: {failure.cause}"),
                remedy="The write may have happened: run pulumi refresh, then up",
                where=self.http.base_url,
            ) from None
        except Unsendable as failure:
            raise NotAuthenticated(
                self._clean(f"the request cannot be sent: {failure.cause}"),
                remedy=f"Is mlregistry:{self.token_key} a single line without blanks?",
            ) from None

    def _way_out(self, reason: str) -> str:
        address = f"mlregistry:{self.url_key}"
        match reason:
            case "name":
                return f"Is the host in {address} right, and the network (DNS, VPN) up?"
            case "refused":
                return f"Is the server up, and the port in {address} right?"
            case "time":
                return f"Does a firewall stand between, or a proxy? Is {address} right?"
            case "certificate":
                return (
                    "Set mlregistry:caBundle to a PEM file of the authority that signed its "
                    f"certificate; the host in {address} has to be the one that it names"
                )
            case "tls":
                return f"Is {address} http rather than https, or a client certificate due?"
        return f"Is the server up, {address} right?"

    def unproven_delete(self) -> Lost:
        """The error for a delete that was answered otherwise than this API does."""
        return Lost(
            f"the answer to the delete is not {self.system}'s",
            remedy="Run pulumi refresh: it tells whether the object is still there",
            where=self.http.base_url,
        )

    def _named(self, method: str, answer: Answer) -> RegistryError:
        problem = self.problem(answer)
        error: RegistryError
        if answer.ok or answer.is_html or not problem.message:
            error = self._not_this_api(method, answer)
        else:
            error = self.refuse(problem) or self._common(problem)
        if method == "GET" and isinstance(error, Lost):
            error = Unreachable(error.why, remedy="Nothing was written; try again later")
        error.why = self._clean(error.why)
        error.where = error.where or self.http.base_url
        error.request_id = error.request_id or problem.request_id
        return error

    def _not_this_api(self, method: str, answer: Answer) -> RegistryError:
        kind = "an HTML page" if answer.is_html else "an answer that is not this API's"
        if answer.status in (401, 403):
            return self._common(Problem(answer.status, f"status {answer.status}"))
        if answer.status >= 500 or (answer.ok and method != "GET"):
            return Lost(
                f"status {answer.status} with {kind}",
                remedy="The server or a proxy before it failed; run pulumi refresh, then up",
            )
        return InvalidAnswer(
            f"status {answer.status} with {kind}",
            remedy=f"Is mlregistry:{self.url_key} the base URL of {self.system}?",
        )

    def _common(self, problem: Problem) -> RegistryError:
        said = problem.message
        match problem.status:
            case 401:
                return NotAuthenticated(
                    f"not authenticated ({said})",
                    remedy=f"{'Renew' if self._has_token() else 'Set'} mlregistry:{self.token_key} "
                    "(`pulumi config set --secret`)",
                )
            case 403:
                return NotAllowed(
                    f"not allowed ({said})",
                    remedy=f"Ask for the right, or use another mlregistry:{self.token_key}",
                )
            case 429:
                return Rejected(
                    f"too many requests for longer than mlregistry:timeoutSeconds ({said})",
                    remedy="Lower mlregistry:maxConcurrency or pulumi's --parallel",
                )
            case 404 | 405:
                return InvalidAnswer(
                    f"status {problem.status}: {said}",
                    remedy=f"Is mlregistry:{self.url_key} the base URL of {self.system}?",
                )
            case status if status >= 500:
                return Lost(f"status {status}: {said}", remedy="Run pulumi refresh, then up")
        return Rejected(said, remedy="Nothing was written; correct the program")

    def _has_token(self) -> bool:
        return self.settings.get(self.token_key) is not None

    def _clean(self, text: str) -> str:
        return redact(text, self.secrets)


def is_gone(read: Callable[[str], object], id_: str, failure: RegistryError) -> bool:
    """Whether an object is gone after ``failure`` of its delete; that one where nothing tells."""
    try:
        return read(id_) is None
    except RegistryError as error:
        raise failure from error


def bearer_http(settings: Settings, log: Log, *, url: str, token_key: str) -> Http:
    """An HTTP client with a bearer token where one is configured; raises `Misconfigured`."""
    from pulumi_mlregistry.transport.auth import Bearer
    from pulumi_mlregistry.transport.http import Http

    token = settings.get(token_key)
    auth = Bearer(token.strip()) if token else None
    return Http(url, auth=auth, options=settings.options(), log=log)


def path_segment(name: str) -> str:
    """A name or id as one segment of a path; `Rejected` where it could not stand there."""
    try:
        return segment(name)
    except ValueError as error:
        raise Rejected(str(error), remedy="Nothing was sent; give another name") from None
