"""MLflow's registry calls: one API in two dialects of verbs, paths, headers and errors."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pulumi_mlregistry.apis.caller import Caller, Log, Problem
from pulumi_mlregistry.reconcile.errors import (
    AlreadyExists,
    Gone,
    InvalidAnswer,
    Lost,
    Misconfigured,
    NotAllowed,
    RegistryError,
    Rejected,
    Stale,
)
from pulumi_mlregistry.settings.settings import Settings, is_loopback
from pulumi_mlregistry.transport.answer import Answer
from pulumi_mlregistry.transport.quoting import segment

_NO_NUMBER = "Model Version creation error"
"""MLflow's words, with 500, where others took each number that it tried: nothing was made."""
_NOT_FOUND = frozenset({"RESOURCE_DOES_NOT_EXIST", "NotAuthorizedOrNotFound"})


@dataclass(frozen=True)
class Dialect:
    """How one server speaks the API. ``base``: path before ``/model-versions/...``."""

    name: str
    base: str
    create_base: str
    update: str
    delete: str
    tags_at_once: bool
    tokens: bool
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class MlflowClient(Caller):
    """Calls to one registry in its dialect."""

    url_key: ClassVar[str] = "mlflowUrl"
    token_key: ClassVar[str] = "mlflowToken"
    system: ClassVar[str] = "an MLflow server"
    dialect: Dialect = field(kw_only=True)
    registry: str = field(kw_only=True)
    """What a state is bound to."""

    def problem(self, answer: Answer) -> Problem:
        """`{error_code, message}` at MLflow, `{code, message}` at Oracle."""
        body = answer.object
        code = str(body.get("error_code") or body.get("code") or "")
        said = str(body.get("message") or "") if code else ""
        if (
            not said
            and not answer.is_html
            and "text/plain" in answer.headers.get("content-type", "")
        ):
            said = answer.text.strip()[:200]
        return Problem(answer.status, said, code, answer.headers.get("opc-request-id", ""))

    def refuse(self, problem: Problem) -> RegistryError | None:
        """The API's own codes for what has a name here."""
        if problem.message.startswith(_NO_NUMBER):
            return Stale(problem.message, remedy="Others create versions of it; run up again")
        match problem.code:
            case "RESOURCE_ALREADY_EXISTS":
                return AlreadyExists(problem.message)
            case "Conflict" if problem.status == 409:
                return AlreadyExists(problem.message)
            case "IncorrectState" | "LockConflict":
                return Stale(
                    problem.message, remedy="Others write at the same moment; run up again"
                )
            case "InvalidatedRetryToken":
                return Lost(problem.message, remedy="Run pulumi refresh, then up")
            case code if code in _NOT_FOUND and problem.message.startswith("Logged model"):
                return Rejected(problem.message, remedy="Correct model_id, or leave it out")
            case code if code in _NOT_FOUND:
                return Gone(
                    problem.message,
                    remedy="Is the registered model there, and may these credentials see it? "
                    "mlflow.RegisteredModel declares it",
                )
        return None

    def get(self, operation: str, **query: str) -> Answer | None:
        """A GET in which "certainly gone" is an answer: None."""
        try:
            return self.request("GET", operation, query=query)
        except Gone as error:
            if self.dialect.tokens:
                self._prove_sight(error)
            return None

    def request(
        self,
        method: str,
        operation: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        token: str = "",
    ) -> Answer:
        """One call of an operation such as ``model-versions/create``.

        `token` makes Oracle answer a repeated request with the first one's outcome; where it is
        not given, each call there gets one of its own, so that its retries are safe.
        """
        versions = operation == "model-versions/create"
        base = self.dialect.create_base if versions else self.dialect.base
        headers = dict(self.dialect.headers)
        request_id = ""
        if self.dialect.tokens:
            request_id = uuid.uuid4().hex
            headers["opc-request-id"] = request_id
            if method != "GET":
                headers["opc-retry-token"] = token or uuid.uuid4().hex
        try:
            return self.call(
                method,
                f"{base}/{operation}",
                query=query,
                body=body,
                headers=headers,
                repeatable=True if self.dialect.tokens else None,
            )
        except RegistryError as error:
            error.request_id = error.request_id or request_id
            raise

    def update_tags(
        self, kind: str, ident: Mapping[str, str], tags: Mapping[str, str | None]
    ) -> None:
        """Set tags, or delete them where the value is None: at Oracle in one call."""
        if self.dialect.tags_at_once:
            body = {
                **ident,
                "set_tags": [{"key": k, "value": v} for k, v in tags.items() if v is not None],
                "delete_tags": [{"key": k} for k, v in tags.items() if v is None],
            }
            self.request("POST", f"internal/{kind}/update-tags", body=body)
            return
        for key, value in tags.items():
            if value is None:
                self.request(self.dialect.delete, f"{kind}/delete-tag", body={**ident, "key": key})
            else:
                self.request("POST", f"{kind}/set-tag", body={**ident, "key": key, "value": value})

    def delete(self, kind: str, ident: Mapping[str, str]) -> None:
        """Delete an object; `Lost` where what answers is not the registry's empty object."""
        answer = self.request(self.dialect.delete, f"{kind}/delete", body=ident)
        if answer.object:
            raise self.unproven_delete()

    def of_model(self, name: str, tags: str = "") -> dict[str, str]:
        """The query of a search for a model's versions, newest first; ``tags`` filters further."""
        # A filter has no way to write both quotes: `_` stands for any one character, and the
        # answer is compared with the name.
        both = "'" in name and '"' in name
        quote = '"' if "'" in name and not both else "'"
        match = f"LIKE '{name.replace(quote, '_')}'" if both else f"= {quote}{name}{quote}"
        both_filters = " AND ".join(filter(None, (f"name {match}", tags)))
        return {"filter": both_filters, "order_by": "version_number DESC"}

    def _prove_sight(self, error: Gone) -> None:
        """At Oracle "not found" may mean "not authorised": gone only if a search still answers."""
        try:
            self.request("GET", "registered-models/search", query={"max_results": "1"})
        except (Gone, InvalidAnswer, NotAllowed):
            raise NotAllowed(
                f"not authorised or not found ({error.why}), and a search is refused as well: "
                "this does not mean that the object is gone",
                remedy="Are mlregistry:oraclePlatformId and these credentials' policies right?",
                request_id=error.request_id,
                where=error.where,
            ) from None


@dataclass
class OracleClient(MlflowClient):
    """The same calls at Oracle AI Data Platform."""

    url_key: ClassVar[str] = "oracleUrl"
    token_key: ClassVar[str] = "ociProfile"
    system: ClassVar[str] = "Oracle AI Data Platform"


def dialect_name(settings: Settings) -> str:
    """`oracle` or `mlflow`: the one named, else the one configured; raises `Misconfigured`."""
    named = settings.get("mlflowDialect")
    if named:
        return named
    oracle, plain = settings.get("oraclePlatformId"), settings.get("mlflowUrl")
    if oracle and plain:
        raise Misconfigured(
            "both an MLflow server and an Oracle platform are configured",
            remedy="Say which one is meant with mlregistry:mlflowDialect, or give each its own "
            "pulumi_mlregistry.Provider",
        )
    return "oracle" if oracle else "mlflow"


def registry_of(settings: Settings) -> str:
    """What a state is bound to: the address, at Oracle with the platform."""
    if dialect_name(settings) == "oracle":
        return "".join(_oracle_address(settings))
    return settings.address("mlflowUrl").url


def connect(settings: Settings, log: Log) -> MlflowClient:
    """A client as configured; raises `Misconfigured`."""
    return _oracle(settings, log) if dialect_name(settings) == "oracle" else _plain(settings, log)


def _plain(settings: Settings, log: Log) -> MlflowClient:
    from pulumi_mlregistry.transport.auth import Basic, Bearer
    from pulumi_mlregistry.transport.http import Http

    address = settings.address("mlflowUrl")
    base = "/api/2.0/mlflow"
    token = settings.get("mlflowToken")
    user = settings.get("mlflowUsername") or address.username
    secrets = settings.secrets()
    auth: Bearer | Basic | None = None
    if token:
        auth = Bearer(token.strip())
    elif user:
        password = settings.get("mlflowPassword") or address.password
        auth = Basic(user, password)
        # What a server or a proxy that repeats the request's headers shows of it.
        secrets.append(base64.b64encode(f"{user}:{password}".encode()).decode())
    http = Http(address.url, auth=auth, options=settings.options(), log=log)
    dialect = Dialect("mlflow", base, base, "PATCH", "DELETE", tags_at_once=False, tokens=False)
    return MlflowClient(http, settings, secrets=secrets, dialect=dialect, registry=address.url)


def _oracle_address(settings: Settings) -> tuple[str, str]:
    """The base URL and the platform's path."""
    region = settings.get("oracleRegion")
    if settings.get("oracleUrl") or not region:
        url = settings.address("oracleUrl").url
    else:
        url = f"https://aidp.{region}.oci.oraclecloud.com"
    if not url.startswith("https://") and not is_loopback(url):
        raise Misconfigured(
            f"mlregistry:oracleUrl is {url}", remedy="Oracle is reached by https only"
        )
    platform = settings.require("oraclePlatformId")
    return url, f"/20260430/aiDataPlatforms/{segment(platform)}"


def _oracle(settings: Settings, log: Log) -> MlflowClient:
    # Only here, as a program that never signs need not load `cryptography`.
    from pulumi_mlregistry.apis.mlflow.oci_signing import signer
    from pulumi_mlregistry.transport.http import Http

    url, platform = _oracle_address(settings)
    workspace = settings.get("oracleWorkspaceKey")
    inside = f"/workspaces/{segment(workspace)}" if workspace else ""
    principal = settings.get("oracleUserPrincipal")
    api = "/mlops/api/2.0/mlflow"
    dialect = Dialect(
        "oracle",
        platform + api,
        platform + inside + api,
        "POST",
        "POST",
        tags_at_once=True,
        tokens=True,
        headers={"dh-user-principal": principal} if principal else {},
    )
    http = Http(url, auth=signer(settings), options=settings.options(), log=log)
    return OracleClient(
        http, settings, secrets=settings.secrets(), dialect=dialect, registry=url + platform
    )
