"""Who there is, by which token, and who may do what."""

from __future__ import annotations

import base64
import json

from pulumi_mlregistry.sandbox.openmetadata.failures import Refusal, refusal
from pulumi_mlregistry.sandbox.openmetadata.forms import Principal

_PRINCIPALS = (
    Principal("admin"),
    Principal("alice"),
    Principal("bob"),
    Principal("carol", may_write=False),
    Principal("ingestion-bot", is_bot=True),
)
_OPERATIONS = {
    "description": "EditDescription",
    "displayName": "EditDisplayName",
    "tags": "EditTags",
    "owner": "EditOwner",
    "owners": "EditOwners",
    "extension": "EditCustomFields",
}


def _part(value: dict[str, object] | str) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def tokens() -> dict[str, str]:
    """Name to bearer token: fixed, of the form of a JWT, worth nothing anywhere else."""
    header = _part({"alg": "none", "typ": "JWT"})
    return {
        who.name: f"{header}.{_part({'sub': who.name, 'isBot': who.is_bot})}.{_part('sandbox')}"
        for who in _PRINCIPALS
    }


_BY_TOKEN = {token: who for who, token in zip(_PRINCIPALS, tokens().values(), strict=True)}


def authenticated(authorization: str | None) -> Principal:
    """Who the header says it is."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise refusal(401, "Not Authorized! Token not present")
    if token.strip() not in _BY_TOKEN:
        raise refusal(401, "Invalid token")
    return _BY_TOKEN[token.strip()]


def listed(principal: Principal, *, modern: bool) -> list[dict[str, object]]:
    """What somebody may do with models and services, operation by operation, as read in the source.

    The sandbox's rules know no conditions.
    """
    edits = dict.fromkeys(["EditAll", *sorted(set(_OPERATIONS.values()))])
    gone = "EditOwner" if modern else "EditOwners"
    names = ["Create", "Delete", "ViewAll", *(name for name in edits if name != gone)]
    return [_access(principal, name, modern=modern) for name in names]


def _access(principal: Principal, operation: str, *, modern: bool) -> dict[str, object]:
    if operation == "EditDisplayName" and principal.is_bot and modern:
        rule = {"name": "DisplayName-Deny", "effect": "deny", "operations": [operation]}
        by = {"rule": rule, "policy": "IngestionBotPolicy", "role": "IngestionBotRole"}
        return {"operation": operation, "access": "deny", **by}
    may = principal.may_write or operation == "ViewAll"
    return {"operation": operation, "access": "allow" if may else "notAllow"}


def denied(principal: Principal, operations: str) -> Refusal:
    """403."""
    return refusal(
        403,
        f"Principal: CatalogPrincipal{{name='{principal.name}'}} operations "
        f"[{operations}] not allowed",
    )


def require(principal: Principal, operation: str) -> None:
    """Refuse writes of who may only read."""
    if not principal.may_write:
        raise denied(principal, operation)


def require_patch(principal: Principal, members: list[str], *, modern: bool) -> None:
    """A patch needs one permission for each kind of member; one denial refuses all of it."""
    operations = sorted({_OPERATIONS.get(name, "EditAll") for name in members})
    require(principal, ", ".join(operations) or "EditAll")
    if modern and principal.is_bot and "displayName" in members:
        # Read in the server's source and in field reports, not measured.
        raise refusal(
            403,
            f"Principal: CatalogPrincipal{{name='{principal.name}'}} operation EditDisplayName "
            "denied by role IngestionBotRole, policy IngestionBotPolicy, rule DisplayName-Deny",
        )
