"""OpenMetadata's API, as 1.2 and 2.x answer it: errors by their texts, version and caller asked."""

from __future__ import annotations

import copy
import re
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from pulumi_mlregistry.apis.caller import Caller, Log, Problem, bearer_http, path_segment
from pulumi_mlregistry.apis.openmetadata.wire import Wire
from pulumi_mlregistry.reconcile.errors import (
    AlreadyExists,
    Gone,
    HasChildren,
    InvalidAnswer,
    NotAllowed,
    RegistryError,
    Rejected,
    Stale,
)
from pulumi_mlregistry.settings.settings import Settings
from pulumi_mlregistry.transport.answer import Answer

_T = TypeVar("_T")
PREFIX = "/api/v1"
_MISSING = re.compile(r"(?P<kind>\w+) instance for (?P<name>.*) not found")
_BOT = "the token is a bot's, and policies for bots keep some fields from them"


@dataclass
class OpenMetadataClient(Caller):
    """Calls to one OpenMetadata server."""

    url_key: ClassVar[str] = "openmetadataUrl"
    token_key: ClassVar[str] = "openmetadataToken"
    system: ClassVar[str] = "OpenMetadata"
    _asked: dict[str, Future[Any]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def wire(self) -> Wire:
        """What this server's version takes; asked once."""
        return self._once("version", self._ask_version)

    @property
    def is_bot(self) -> bool:
        """Whether the token is a bot's; asked once, and false where the server does not say."""
        return self._once("bot", self._ask_bot)

    def named(self, collection: str, fqn: str) -> dict[str, Any]:
        """A thing that is referred to, by its fully qualified name; asked once."""
        return self._referred(f"{PREFIX}/{collection}/name/{path_segment(fqn)}")

    def by_id(self, collection: str, id_: str) -> dict[str, Any]:
        """A thing that is referred to, by its id; asked once."""
        return self._referred(f"{PREFIX}/{collection}/{path_segment(id_)}")

    def get(self, path: str, query: dict[str, str], entity: str) -> Answer | None:
        """A GET in which "gone" is an answer: None.

        Only where the very entity is missing: a 404 may be about something that it refers to.
        """
        answer = self._send("GET", path, query, None, None, None)
        missing = _MISSING.fullmatch(self.problem(answer).message)
        if answer.status == 404 and missing and missing["kind"] == entity:
            return None
        if answer.ok and answer.object:
            return answer
        raise self._named("GET", answer)

    def problem(self, answer: Answer) -> Problem:
        """`message`, or `responseMessage` where the server did not expect the failure."""
        body = answer.object
        said = body.get("message") or body.get("responseMessage") or ""
        if not said and "text/plain" in answer.headers.get("content-type", ""):
            said = answer.text.strip().splitlines()[0] if answer.text.strip() else ""
        return Problem(answer.status, str(said))

    def refuse(self, problem: Problem) -> RegistryError | None:
        """The API's own words for what has a name of its own."""
        said = problem.message
        missing = _MISSING.fullmatch(said)
        match problem.status:
            case 409 if "being deleted" in said:
                return Stale(said, remedy="Run up again when that delete has ended")
            case 409:
                return AlreadyExists(said)
            case 412:
                return Stale(said, remedy="Others write to it at the same moment; run up again")
            case 404 if missing and missing["kind"] in ("mlmodel", "mlmodelService"):
                return Gone(
                    said, remedy="Create it first, or run pulumi refresh where it was there"
                )
            case 404 if missing:
                term = " (a glossary term needs the source Glossary)" if "tag" in said[:4] else ""
                return Rejected(
                    said, remedy=f"Nothing was written; create it first, or correct it{term}"
                )
            case 400 if said.endswith("is not empty"):
                return HasChildren(said, remedy="Delete what is in it, or set recursive=True")
            case 403:
                cause = f": {_BOT}" if self.is_bot else ""
                return NotAllowed(
                    f"not allowed ({said}{cause})",
                    remedy="Ask for the right, or use the token of a user who has it "
                    f"(mlregistry:{self.token_key})",
                )
        return None

    def suspicion(self) -> str:
        """Why the server may not keep what it accepted."""
        return _BOT if self.is_bot else ""

    def _referred(self, path: str) -> dict[str, Any]:
        return self._once(path, lambda: self.entity(path))

    def entity(self, path: str, query: dict[str, str] | None = None) -> dict[str, Any]:
        """A GET of what has to be there."""
        found = self.call("GET", path, query=query).object
        if not (found.get("id") and found.get("fullyQualifiedName")):
            raise InvalidAnswer(
                f"the answer to {path} is no entity",
                remedy=f"Is mlregistry:{self.url_key} OpenMetadata's?",
            )
        return found

    def _once(self, key: str, ask: Callable[[], _T]) -> _T:
        """Ask where nobody has; who asks meanwhile waits for that answer, also where it fails."""
        with self._lock:
            asked: Future[_T] | None = self._asked.get(key)
            mine: Future[_T] = asked or Future()
            self._asked[key] = mine
        if asked is not None:
            try:
                return asked.result()
            except RegistryError as error:
                raise copy.copy(error) from None  # each operation adds its own words to it
        try:
            answer = ask()
        except BaseException as error:
            with self._lock:
                del self._asked[key]  # the next one asks again
            mine.set_exception(copy.copy(error) if isinstance(error, RegistryError) else error)
            raise
        mine.set_result(answer)
        return answer

    def _ask_version(self) -> Wire:
        said = self.call("GET", f"{PREFIX}/system/version").object.get("version")
        wire = Wire.of(str(said or ""))
        if wire is None:
            raise InvalidAnswer(
                f"its version is {said!r}, which is none of OpenMetadata's",
                remedy=f"Is mlregistry:{self.url_key} the base URL of OpenMetadata?",
                where=self.http.base_url,
            )
        return wire

    def _ask_bot(self) -> bool:
        try:
            answer = self._send("GET", f"{PREFIX}/users/loggedInUser", None, None, None, None)
        except RegistryError:
            return False
        return answer.ok and answer.object.get("isBot") is True


def registry_of(settings: Settings) -> str:
    """What a state is bound to: the base URL, also where `/api` or `/api/v1` was given with it."""
    return re.sub(r"/api(/v1)?$", "", settings.address("openmetadataUrl").url)


def connect(settings: Settings, log: Log) -> OpenMetadataClient:
    """A client as configured; raises `Misconfigured`."""
    url, key = registry_of(settings), OpenMetadataClient.token_key
    http = bearer_http(settings, log, url=url, token_key=key)
    return OpenMetadataClient(http=http, settings=settings, secrets=settings.secrets())
