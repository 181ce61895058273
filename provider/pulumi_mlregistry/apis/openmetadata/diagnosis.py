"""What OpenMetadata tells about itself and about who asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pulumi_mlregistry.apis.caller import Caller
from pulumi_mlregistry.apis.diagnosis import Finding, not_this_api
from pulumi_mlregistry.apis.openmetadata.client import PREFIX, OpenMetadataClient
from pulumi_mlregistry.apis.openmetadata.wire import Wire
from pulumi_mlregistry.apis.tokens import read_token
from pulumi_mlregistry.reconcile.errors import RegistryError
from pulumi_mlregistry.settings.settings import Settings

_VERSION = f"{PREFIX}/system/version"
_MANAGED: Final = {"mlmodelService": "services", "mlmodel": "models"}
_RIGHTS: Final = {"read": "ViewAll", "create": "Create", "update": "EditAll", "delete": "Delete"}
_FIELDS: Final = {
    "EditDescription": "description",
    "EditDisplayName": "display_name",
    "EditTags": "tags",
    "EditTier": "tags (Tier)",
    "EditGlossaryTerms": "tags (glossary terms)",
    "EditOwner": "owners",
    "EditOwners": "owners",
    "EditDomains": "domains",
    "EditDataProducts": "data_products",
    "EditCustomFields": "extension",
}
"""The operations that guard one field each, by the names of old and new versions."""
Permissions = Mapping[str, Mapping[str, Any]]


class OpenMetadataDiagnosis:
    """Reads ``/system``, ``/users/loggedInUser`` and ``/permissions``."""

    system = "OpenMetadata"
    tails = ("/api/v1", "/api")

    def examine(self, client: OpenMetadataClient) -> Iterator[Finding]:
        """Version, user, bot, rights by kind of object."""
        major, minor = client.wire.version
        said = client.ask(_VERSION).object.get("version") or f"{major}.{minor}"
        yield Finding("server", f"OpenMetadata {said}")
        path = f"{PREFIX}/users/loggedInUser"
        user = client.call("GET", path).object
        if not user.get("name"):
            raise not_this_api(client, path)
        admin = ", an administrator" if user.get("isAdmin") is True else ""
        yield Finding("who", f"{user['name']}{admin}")
        rights = {kind: _permissions(client, kind) for kind in _MANAGED}
        if client.is_bot:
            yield _bot(rights)
        for kind, title in _MANAGED.items():
            yield _rights(title, rights[kind])

    def token(self, settings: Settings) -> str | None:
        """The configured one."""
        return settings.get(OpenMetadataClient.token_key)

    def stranger(self, client: OpenMetadataClient) -> str:
        """The server publishes the keys it signs with: a token by none of them is another's."""
        token = read_token(self.token(client.settings))
        try:
            listed = client.ask(f"{PREFIX}/system/config/jwks").object.get("keys")
        except RegistryError:
            return ""
        keys = [k.get("kid") for k in listed if isinstance(k, dict)] if listed else []
        if token is None or not token.key or not keys or token.key in keys:
            return ""
        by = f" (issuer {token.issuer})" if token.issuer else ""
        return f"the token{by} was signed with a key that this server does not have"

    def recognise(self, client: Caller) -> str:
        """By its version, which it tells everybody."""
        found = client.ask(_VERSION).object
        version = str(found.get("version") or "")
        return f"OpenMetadata {version}" if "revision" in found and Wire.of(version) else ""


DIAGNOSIS: Final = OpenMetadataDiagnosis()


def _permissions(client: OpenMetadataClient, kind: str) -> Permissions | None:
    """What the caller may do with a kind of object, by operation; None where it is not told."""
    listed = client.ask(f"{PREFIX}/permissions/{kind}").object.get("permissions")
    if not isinstance(listed, list):
        return None
    return {str(p.get("operation")): p for p in listed if isinstance(p, dict)}


def _bot(rights: Mapping[str, Permissions | None]) -> Finding:
    told = [permissions for permissions in rights.values() if permissions is not None]
    if len(told) < len(rights):
        text = "yes; what its policies keep from it is not told by this server"
    elif kept := sorted({name for permissions in told for name in _kept(permissions)}):
        text = f"yes: its policies keep {', '.join(kept)} from it"
    else:
        text = "yes; its policies keep no field from it"
    return Finding(
        "bot",
        f"{text}; it is shown the credentials of services in the clear",
        level="warn",
        remedy="Use the token of a user who has these rights",
    )


def _kept(permissions: Permissions) -> Iterator[str]:
    """Fields that a deny rule keeps from who may edit the rest."""
    for operation, field in _FIELDS.items():
        found = permissions.get(operation, {})
        if found.get("access") in ("deny", "conditionalDeny"):
            rule = _name(found.get("rule"))
            yield f"{field} (rule {rule})" if rule else field


def _rights(title: str, permissions: Permissions | None) -> Finding:
    about = f"may: {title}"
    if permissions is None:
        return Finding(about, "not known: this server does not tell permissions", level="warn")
    words: dict[str, list[str]] = {"may": [], "may under conditions": [], "may not": []}
    for right, operation in _RIGHTS.items():
        words[_word(permissions.get(operation, {}).get("access"))].append(right)
    text = "; ".join(f"{word} {', '.join(those)}" for word, those in words.items() if those)
    text = text.removeprefix("may ")
    if not words["may not"]:
        return Finding(about, text)
    return Finding(
        about,
        text,
        level="fail" if "read" in words["may not"] else "warn",
        remedy=f"Ask for a role that allows it on {title}",
    )


def _word(access: object) -> str:
    if access == "allow":
        return "may"
    return (
        "may under conditions" if access in ("conditionalAllow", "conditionalDeny") else "may not"
    )


def _name(rule: object) -> str:
    return str(rule.get("name") or "") if isinstance(rule, dict) else ""
