"""What the NeMo Platform tells about itself and about who asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_mlregistry.apis.caller import Caller
from pulumi_mlregistry.apis.diagnosis import NOT_TOLD, Finding, not_this_api
from pulumi_mlregistry.apis.nemo.client import NemoClient, model_path
from pulumi_mlregistry.apis.nemo.model_entity import ModelEntity
from pulumi_mlregistry.apis.tokens import read_token
from pulumi_mlregistry.reconcile.errors import RegistryError
from pulumi_mlregistry.settings.settings import Settings

_CLUSTER = "/cluster-info"
_DISCOVERY = "/apis/auth/discovery"
_SELF = "/apis/auth/authenticate"


class NemoDiagnosis:
    """Reads ``/cluster-info``, the auth service's words, and one page of models."""

    system = "NeMo Platform"
    tails = ("/apis/models/v2", "/apis/models", "/apis")

    def examine(self, client: NemoClient) -> Iterator[Finding]:
        """Version, user where authorization is on, and whether models can be read."""
        usual = str(ModelEntity.model_fields["workspace"].default)
        workspace = client.settings.get("nemoWorkspace") or usual
        version = client.ask(_CLUSTER).object.get("platform_version")
        listed = client.call("GET", model_path(workspace), query={"page_size": "1"}).object
        if "data" not in listed:
            raise not_this_api(client, model_path(workspace))
        told = f"NeMo Platform {version}" if version else "NeMo Platform; its version is not told"
        yield Finding("server", told)
        enabled = client.ask(_DISCOVERY).object.get("auth_enabled")
        if enabled is False:
            yield Finding("who", "nobody in particular: this server's authorization is off")
            yield Finding("may", f"everything in workspace {workspace}, as everybody who gets here")
            return
        yield from self._caller(client, enabled is True)
        yield Finding("may", f"read in workspace {workspace}; create, update, delete: {NOT_TOLD}")

    def _caller(self, client: NemoClient, enabled: bool) -> Iterator[Finding]:
        found = client.ask(_SELF)
        who = found.object.get("principal") or found.object.get("email")
        if not found.ok or not who:
            why = "" if enabled else ", nor whether authorization is on"
            yield Finding("who", f"not known: this server does not tell{why}", level="warn")
            return
        yield Finding("who", str(who))
        scopes = [str(scope) for scope in found.object.get("scopes") or []]
        if scopes and not any(scope.endswith(":write") for scope in scopes):
            yield Finding(
                "scopes",
                f"the token is limited to {', '.join(scopes)}",
                level="warn",
                remedy="To write, use a token without scopes, or one with models:write",
            )

    def token(self, settings: Settings) -> str | None:
        """The configured one."""
        return settings.get(NemoClient.token_key)

    def stranger(self, client: NemoClient) -> str:
        """The platform names the issuer it takes tokens of, where there is one."""
        token = read_token(self.token(client.settings))
        try:
            oidc = client.ask(_DISCOVERY).object.get("oidc")
        except RegistryError:
            return ""
        issuer = str(oidc.get("issuer") or "") if isinstance(oidc, dict) else ""
        if token is None or not token.issuer or not issuer or token.issuer == issuer:
            return ""
        return f"the token is by {token.issuer}, and this server takes those by {issuer}"

    def recognise(self, client: Caller) -> str:
        """By its cluster's description."""
        version = client.ask(_CLUSTER).object.get("platform_version")
        return f"NeMo Platform {version}" if version else ""


DIAGNOSIS: Final = NemoDiagnosis()
