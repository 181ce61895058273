"""The endpoints, one small function each."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from typing import Any

from pulumi_mlregistry.sandbox.openmetadata import listing, lookups, names, views, writing
from pulumi_mlregistry.sandbox.openmetadata.bulk import put_many
from pulumi_mlregistry.sandbox.openmetadata.decoding import Decoder, is_uuid
from pulumi_mlregistry.sandbox.openmetadata.exchange import Answer, Exchange
from pulumi_mlregistry.sandbox.openmetadata.failures import missing, of_framework
from pulumi_mlregistry.sandbox.openmetadata.forms import Context
from pulumi_mlregistry.sandbox.openmetadata.locating import Source
from pulumi_mlregistry.sandbox.openmetadata.patching import patch
from pulumi_mlregistry.sandbox.openmetadata.permissions import listed
from pulumi_mlregistry.sandbox.openmetadata.shapes import Many, create_body
from pulumi_mlregistry.sandbox.openmetadata.store import Document
from pulumi_mlregistry.sandbox.openmetadata.validation import validate

_CHANGE = "X-OpenMetadata-Change"
_MANAGED = ("mlmodel", "mlmodelService")
_BUILD = {
    True: ("2.0.7", "6f1b8a2c40de", 1_782_000_000_000),
    False: ("1.2.0-SNAPSHOT", "bf880daf63c9", 1_697_733_299_000),
}


def version(exchange: Exchange) -> Answer:
    """Which version this is."""
    number, revision, timestamp = _BUILD[exchange.context.modern]
    if exchange.context.modern:
        number = exchange.context.form.version
    return Answer({"version": number, "revision": revision, "timestamp": timestamp})


def auth(exchange: Exchange) -> Answer:
    """How users log in."""
    base = exchange.context.base
    saml = {
        "idp": {
            "authorityUrl": f"{base}/saml/login",
            "nameId": "urn:oasis:names:tc:SAML:2.0:nameid-format:emailAddress",
        },
        "debugMode": False,
    }
    return Answer(
        {
            "provider": "basic",
            "providerName": "",
            "publicKeyUrls": [f"{base}/system/config/jwks"],
            "authority": "https://accounts.google.com",
            "clientId": "",
            "callbackUrl": "",
            "jwtPrincipalClaims": ["email", "preferred_username", "sub"],
            "enableSelfSignup": True,
            "samlConfiguration": saml,
        }
    )


def logged_in(exchange: Exchange) -> Answer:
    """The user whose token was sent."""
    context = exchange.context
    user = context.store.named("user", names.segment(context.principal.name))
    if user is None:
        raise missing("user", context.principal.name)
    return Answer(lookups.view(context, "user", user, frozenset()))


def permissions(exchange: Exchange) -> Answer:
    """What the caller may do with a type of entity."""
    context, kind = exchange.context, exchange.request.path_params["resource"]
    if kind not in _MANAGED:
        raise missing("resource", kind)
    may = listed(context.principal, modern=context.modern)
    return Answer({"resource": kind, "permissions": may})


def put_tag(exchange: Exchange) -> Answer:
    """A new tag of a classification."""
    return _written(lookups.put_tag(exchange.context, exchange.body()))


def _written(outcome: writing.Outcome) -> Answer:
    return Answer(outcome.view, outcome.status, {_CHANGE: outcome.change})


@dataclass(frozen=True)
class Reading:
    """GET of one type of entity."""

    kind: str

    def by_id(self, exchange: Exchange) -> Answer:
        """``/{id}``."""
        identity = _identity(exchange)
        included = listing.include(exchange.query)
        return self._one(
            exchange, exchange.context.store.get(self.kind, identity, included), identity
        )

    def by_name(self, exchange: Exchange) -> Answer:
        """``/name/{fqn}``."""
        asked, fqn = _asked(self.kind, exchange)
        included = listing.include(exchange.query)
        return self._one(exchange, exchange.context.store.named(self.kind, fqn, included), asked)

    def _one(self, exchange: Exchange, document: Document | None, asked: str) -> Answer:
        show = self._shower(exchange)
        if document is None:
            raise missing(self.kind, asked)
        shown = show(document)
        if not exchange.context.modern or self.kind not in _MANAGED:
            return Answer(shown)
        return _tagged(exchange, shown)

    def _shower(self, exchange: Exchange) -> Any:
        context, kind = exchange.context, self.kind
        asked = exchange.query.get("fields")
        if kind not in _MANAGED:
            fields = frozenset((asked or "").split(","))
            return lambda document: lookups.view(context, kind, document, fields)
        fields = views.requested(context, kind, asked)
        if exchange.request.path_params == {} and context.modern:
            # 2.x's lists look the dashboard up under the wrong relation; read in its source.
            fields -= {"dashboard"}
        return lambda document: views.addressed(
            context, kind, views.view(context, kind, document, fields)
        )

    def list(self, exchange: Exchange) -> Answer:
        """A page of all."""
        query, context = exchange.query, exchange.context
        parent = None
        if "service" in query and self.kind == "mlmodel":
            service = context.store.named("mlmodelService", names.segment(query["service"]))
            parent = service["id"] if service else ""
        return Answer(listing.page(context, self.kind, query, parent, self._shower(exchange)))


def _tagged(exchange: Exchange, shown: Document) -> Answer:
    """With an ETag; read in the source of 2.x, not measured."""
    digest = hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()
    headers = {"ETag": f'"{digest}"', "Cache-Control": "no-store"}
    known = exchange.request.headers.get("if-none-match", "")
    if headers["ETag"] in (tag.strip() for tag in known.split(",")):
        return Answer(None, 304, headers)
    return Answer(shown, 200, headers)


def _identity(exchange: Exchange) -> str:
    identity = str(exchange.request.path_params["id"])
    if not is_uuid(identity):
        raise of_framework(404, modern=exchange.context.modern)
    return identity


def _asked(kind: str, exchange: Exchange) -> tuple[str, str]:
    """The name as it was asked for, and as it is stored: only services' names are quoted."""
    asked = str(exchange.request.path_params["fqn"])
    return asked, names.segment(asked) if kind == "mlmodelService" else asked


@dataclass(frozen=True)
class Writing:
    """Writes of one type of entity."""

    kind: str

    def _create_body(self, exchange: Exchange) -> dict[str, Any]:
        modern = exchange.context.modern
        shape = create_body(self.kind, modern)
        body = Decoder(Source(exchange.text)).read(shape, exchange.body())
        validate(self.kind, modern, body)
        return dict(body)

    def post(self, exchange: Exchange) -> Answer:
        """Create; a taken name is a conflict."""
        outcome = writing.create(exchange.context, self.kind, self._create_body(exchange))
        return Answer(outcome.view, 201, {"Location": outcome.view["href"]})

    def put(self, exchange: Exchange) -> Answer:
        """Create or update."""
        return _written(writing.put(exchange.context, self.kind, self._create_body(exchange)))

    def bulk(self, exchange: Exchange) -> Answer:
        """Create or update many."""
        shape = Many(create_body(self.kind, True))
        bodies = Decoder(Source(exchange.text)).read(shape, exchange.body())
        result = put_many(
            exchange.context, self.kind, bodies, override=exchange.flag("overrideMetadata")
        )
        if exchange.flag("async"):
            # Carries no job id; read in the server's source, not measured.
            return Answer(result | _NOTHING_YET, 202)
        return Answer(result)

    def patch_by_id(self, exchange: Exchange) -> Answer:
        """``/{id}``."""
        operations, identity = exchange.operations(), _identity(exchange)
        current = exchange.context.store.get(self.kind, identity, "non-deleted")
        return self._patched(exchange, current, identity, operations)

    def patch_by_name(self, exchange: Exchange) -> Answer:
        """``/name/{fqn}``."""
        operations = exchange.operations()
        asked, fqn = _asked(self.kind, exchange)
        current = exchange.context.store.named(self.kind, fqn, "non-deleted")
        return self._patched(exchange, current, asked, operations)

    def _patched(
        self, exchange: Exchange, current: Document | None, asked: str, operations: Any
    ) -> Answer:
        if_match = exchange.request.headers.get("if-match") if exchange.context.modern else None
        context = exchange.context
        return _written(patch(context, self.kind, current, asked, operations, if_match))

    def restore(self, exchange: Exchange) -> Answer:
        """Undo a soft deletion."""
        body = exchange.body()
        identity = body.get("id") if isinstance(body, dict) else None
        return _written(writing.restore(exchange.context, self.kind, str(identity)))

    def delete_by_id(self, exchange: Exchange) -> Answer:
        """``/{id}``."""
        identity = _identity(exchange)
        return _written(self._deleted(exchange.context, exchange, identity))

    def _deleted(self, context: Context, exchange: Exchange, identity: str) -> writing.Outcome:
        document = context.store.get(self.kind, identity)
        hard, deep = exchange.flag("hardDelete"), exchange.flag("recursive")
        return writing.delete(context, self.kind, document, identity, hard=hard, deep=deep)

    def delete_by_name(self, exchange: Exchange) -> Answer:
        """``/name/{fqn}``."""
        asked, fqn = _asked(self.kind, exchange)
        document = exchange.context.store.named(self.kind, fqn)
        # That of models ignores `recursive`; read in the server's source, not measured.
        deep = exchange.flag("recursive") and self.kind != "mlmodel"
        hard = exchange.flag("hardDelete")
        context = exchange.context
        return _written(writing.delete(context, self.kind, document, asked, hard=hard, deep=deep))

    def delete_async(self, exchange: Exchange) -> Answer:
        """``/async/{id}``: a job, done already."""
        self._deleted(exchange.context, exchange, _identity(exchange))
        return Answer({"jobId": str(uuid.uuid4()), "message": "Delete operation initiated"}, 202)


_NOTHING_YET = {
    "status": "success",
    "numberOfRowsPassed": 0,
    "numberOfRowsFailed": 0,
    "successRequest": [],
    "failedRequest": [],
}
