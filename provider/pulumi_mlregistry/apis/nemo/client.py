"""The NeMo Platform's Models API, as 0.3.0 to 0.6.0 answer it."""

from __future__ import annotations

from typing import Any, ClassVar

from pulumi_mlregistry.apis.caller import Caller, Log, Problem, bearer_http, path_segment
from pulumi_mlregistry.reconcile.errors import AlreadyExists, Gone, RegistryError, Stale
from pulumi_mlregistry.settings.settings import Settings
from pulumi_mlregistry.transport.answer import Answer

PREFIX = "/apis/models/v2/workspaces"


class NemoClient(Caller):
    """Calls to one NeMo Platform."""

    url_key: ClassVar[str] = "nemoUrl"
    token_key: ClassVar[str] = "nemoToken"
    system: ClassVar[str] = "the NeMo Platform"

    def problem(self, answer: Answer) -> Problem:
        """`detail` is a text, or a list that says what is wrong where and echoes the input."""
        detail = answer.object.get("detail")
        if isinstance(detail, list):
            detail = "; ".join(_complaint(item) for item in detail if isinstance(item, dict))
        return Problem(answer.status, str(detail or ""))

    def refuse(self, problem: Problem) -> RegistryError | None:
        """The API's own words for "exists" and "lost a race"."""
        if problem.status == 409 and "already exists" in problem.message:
            return AlreadyExists(problem.message)
        if problem.status == 409 or problem.message == "Failed to update model entity":
            # A lost race surfaces as 500; the loser changed nothing (measured on 0.6.0).
            return Stale(
                f"status {problem.status}: {problem.message}",
                remedy="Others write to it at the same moment; run up again",
            )
        if self.is_gone(problem):
            return Gone(problem.message, remedy="Run pulumi refresh: the next up creates it anew")
        return None

    def is_gone(self, problem: Problem) -> bool:
        """Only the API's own words mean gone: a wrong base URL answers 404 `Not Found` as well."""
        said = problem.message
        return (
            problem.status == 404 and said.startswith("Model with") and said.endswith("not found")
        )

    def get(self, path: str) -> Answer | None:
        """A GET in which "gone" is an answer: None."""
        answer = self._send("GET", path, {"verbose": "true"}, None, None, None)
        if self.is_gone(self.problem(answer)):
            return None
        if answer.ok and answer.object:
            return answer
        raise self._named("GET", answer)


def _complaint(item: dict[str, Any]) -> str:
    where = ".".join(str(part) for part in item.get("loc", []) if part != "body")
    return f"{where}: {item.get('msg', '')}" if where else str(item.get("msg", ""))


def registry_of(settings: Settings) -> str:
    """What a state is bound to: the base URL. Reads configuration only."""
    return settings.address("nemoUrl").url


def connect(settings: Settings, log: Log) -> NemoClient:
    """A client as configured; raises `Misconfigured`."""
    http = bearer_http(settings, log, url=registry_of(settings), token_key=NemoClient.token_key)
    return NemoClient(http=http, settings=settings, secrets=settings.secrets())


def model_path(workspace: str, name: str = "") -> str:
    """The path of a workspace's models, or of one."""
    base = f"{PREFIX}/{path_segment(workspace)}/models"
    return f"{base}/{path_segment(name)}" if name else base
