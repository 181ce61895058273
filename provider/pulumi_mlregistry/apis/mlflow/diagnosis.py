"""What MLflow tells about itself and about who asks, plain or as Oracle speaks it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from pulumi_mlregistry.apis.caller import Caller
from pulumi_mlregistry.apis.diagnosis import NOT_TOLD, Finding, not_this_api
from pulumi_mlregistry.apis.mlflow.client import MlflowClient, dialect_name
from pulumi_mlregistry.reconcile.errors import RegistryError
from pulumi_mlregistry.settings.settings import Settings

_SEARCH: Final = "registered-models/search"
_NUMBER = re.compile(r"\d+\.\d+[\w.+-]*")
_USER, _GRANTS = "/api/2.0/mlflow/users/current", "/api/3.0/mlflow/users/current/permissions"


class MlflowDiagnosis:
    """Searches for one model; plain MLflow's authentication, where it is on, knows the user."""

    system = "MLflow"
    tails = ("/api/2.0/mlflow", "/api/2.0", "/api", "/#")

    def examine(self, client: MlflowClient) -> Iterator[Finding]:
        """Version and dialect, user, grants."""
        found = client.request("GET", _SEARCH, query={"max_results": "1"})
        if not found.object.keys() <= {"registered_models", "next_page_token"}:
            raise not_this_api(client, _SEARCH)
        if client.dialect.tokens:
            yield from self._oracle(client)
            return
        version = _version(client)
        yield Finding("server", f"MLflow {version}" if version else "MLflow; no version told")
        yield Finding("dialect", "mlflow: plain MLflow's verbs and paths")
        yield from self._caller(client)

    def _oracle(self, client: MlflowClient) -> Iterator[Finding]:
        yield Finding("server", "Oracle AI Data Platform; it tells no version")
        base = client.dialect.create_base
        yield Finding("dialect", f"oracle: Oracle's verbs, signed requests, versions below {base}")
        yield Finding("who", f"{_signer(client.settings)}: the registry took the signature")
        yield Finding("may", f"read; create, update, delete: {NOT_TOLD}")

    def _caller(self, client: MlflowClient) -> Iterator[Finding]:
        answer = client.ask(_USER)
        user = answer.object.get("user")
        if not answer.ok or not isinstance(user, dict) or not user.get("username"):
            yield Finding("who", "not told: MLflow's own authentication is off, or older than that")
            yield Finding("may", f"read; create, update, delete: {NOT_TOLD}")
            return
        if user.get("is_admin") is True:
            yield Finding("who", f"{user['username']}, an administrator")
            yield Finding("may", "read, create, update, delete")
            return
        yield Finding("who", str(user["username"]))
        grants = _grants(client.ask(_GRANTS).object)
        yield Finding(
            "may", f"read; granted: {grants}; what else is the server's default is not told"
        )

    def token(self, settings: Settings) -> str | None:
        """The bearer token, or the security token that requests are signed with."""
        if dialect_name(settings) == "mlflow":
            return settings.get("mlflowToken")
        from pulumi_mlregistry.apis.mlflow.oci_signing import OciSignature, signer

        signing = signer(settings)
        key_id = signing.key_id if isinstance(signing, OciSignature) else ""
        return key_id.removeprefix("ST$") if key_id.startswith("ST$") else None

    def stranger(self, client: MlflowClient) -> str:
        """Neither MLflow nor Oracle says whose tokens it takes."""
        return ""

    def recognise(self, client: Caller) -> str:
        """By the search and the version that plain MLflow answers to everybody."""
        try:
            search = client.ask(f"/api/2.0/mlflow/{_SEARCH}", {"max_results": "1"})
            version = _version(client)
        except RegistryError:
            return ""
        theirs = search.ok and not search.is_html and search.json is not None
        refused = search.status in (401, 403) and "mlflow" in search.text.lower()
        return f"MLflow {version}" if version and (theirs or refused) else ""


DIAGNOSIS: Final = MlflowDiagnosis()


def _version(client: Caller) -> str:
    """The number as text, under the type of a page; empty where there is none."""
    answer = client.ask("/version")
    return answer.text.strip() if answer.ok and _NUMBER.fullmatch(answer.text.strip()) else ""


def _signer(settings: Settings) -> str:
    from pulumi_mlregistry.apis.mlflow.oci_signing import OciSignature, signer

    signing = signer(settings)
    if not isinstance(signing, OciSignature):
        return f"this machine, by {settings.get('ociAuth')}"
    if signing.key_id.startswith("ST$"):
        return "the user of a security token"
    tenancy, user, _fingerprint = signing.key_id.split("/", 2)
    return f"{user} of {tenancy}"


def _grants(body: dict[str, Any]) -> str:
    rows = [row for row in body.get("permissions") or [] if isinstance(row, dict)]
    models = [row for row in rows if row.get("resource_type") == "registered_model"]
    told = sorted(f"{row.get('permission')} on {row.get('resource_pattern')}" for row in models)
    shown = ", ".join(told[:5]) + (f" and {len(told) - 5} more" if len(told) > 5 else "")
    return shown or "nothing on registered models"
