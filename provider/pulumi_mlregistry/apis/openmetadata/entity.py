"""The calls that services and models share: POST, JSON Patch, GET and DELETE by id."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from pulumi_mlregistry import patience
from pulumi_mlregistry.apis import times
from pulumi_mlregistry.apis.caller import is_gone, path_segment
from pulumi_mlregistry.apis.openmetadata.client import PREFIX, OpenMetadataClient
from pulumi_mlregistry.apis.openmetadata.fields import answered, create_body, patch_operations
from pulumi_mlregistry.apis.openmetadata.owners import (
    Owner,
    judge_owners,
    owner_key,
    prepare_owner,
    say_owner,
)
from pulumi_mlregistry.apis.openmetadata.slots import make_room, swap_rivals
from pulumi_mlregistry.apis.openmetadata.tags import Label, label_key, prepare_label, say_label
from pulumi_mlregistry.apis.openmetadata.text import markdown, sanitised
from pulumi_mlregistry.apis.openmetadata.values import UUID, each, no_twins, say_reference
from pulumi_mlregistry.reconcile import canonical
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.behaviour import Behaviour, Shape
from pulumi_mlregistry.reconcile.errors import Gone, InvalidAnswer, Lost, Rejected
from pulumi_mlregistry.reconcile.protocol import Api, Claim, Live, Patch
from pulumi_mlregistry.reconcile.table import POLICY, Table
from pulumi_mlregistry.transport.answer import Answer

NAMED = r"\A((?!::)[^\n\r\x85\u2028\u2029])*\Z"
"""The form of names: Java's `.` is no line break of any kind."""
NAME = Field(min_length=1, max_length=256, pattern=NAMED)
FQN = Annotated[str, Field(min_length=1, max_length=3072)]
DeletePolicy = Literal["soft", "hard", "retain"]
_UUID = re.compile(UUID)
_STALE_SECONDS, _FIRST_PAUSE = 5.0, 0.1


class Entity(Table):
    """What services and models have in common."""

    system: ClassVar[str] = "OpenMetadata"
    default_delete: ClassVar[str] = "soft"
    last_change: ClassVar[tuple[str, ...]] = ("updatedAt", "updatedBy")

    @classmethod
    def called(cls, id_: str, values: Mapping[str, Any]) -> str:
        """By the fully qualified name: ids say nothing to people."""
        return f"{cls.title} {values.get('fullyQualifiedName') or id_}"

    display_name: Annotated[str | None, Behaviour(canonical=canonical.text, clear=None)] = None
    """Name for people."""

    description: Annotated[
        str | None, Behaviour(canonical=markdown, rewritten=sanitised, clear=None)
    ] = None
    """Markdown. The server rewrites some characters and HTML; that is no drift."""

    owners: Annotated[
        list[Owner] | None,
        Behaviour(
            shape=Shape.SET,
            prepare=each(prepare_owner),
            key_of=owner_key,
            spell=say_owner,
            advise=judge_owners,
        ),
    ] = None
    """Users, or teams of type Group, by id or by name. Only declared ones are this program's;
    those that come from the service are not seen. Before OpenMetadata 1.5 at most one."""

    domains: Annotated[
        list[FQN] | None,
        Behaviour(shape=Shape.SET, prepare=canonical.unique, spell=say_reference),
    ] = None
    """Domains by fully qualified name. Only declared ones are this program's. Before OpenMetadata
    1.9 at most one, and many servers' rules allow no more."""

    domain: Annotated[FQN | None, Behaviour(stands_for="domains")] = None
    """Short for `domains` with one item."""

    tags: Annotated[
        list[Label] | None,
        Behaviour(
            shape=Shape.SET,
            prepare=each(prepare_label),
            key_of=label_key,
            item=label_key,
            spell=say_label,
            after_create=True,  # 1.2 drops a service's tags, and some of a model's, at creation
            advise=no_twins(label_key),
        ),
    ] = None
    """Tags by fully qualified name (`PII.Sensitive`), or labels; glossary terms are labels with
    `source` `Glossary`. Only declared tags are this program's; derived ones are the server's."""

    data_products: Annotated[
        list[FQN] | None,
        Behaviour(shape=Shape.SET, prepare=canonical.unique, spell=say_reference),
    ] = None
    """Data products by fully qualified name; they need a domain. Only declared ones are this
    program's. From OpenMetadata 1.5 on."""

    delete_policy: Annotated[DeletePolicy | None, POLICY] = None  # type: ignore[assignment]
    """What removal from the program does: `soft` (default) marks the object deleted, so that it can
    be restored and its name stays taken; `hard` deletes it for good; `retain` leaves it. Adopted
    objects are retained unless this says otherwise."""

    version: Annotated[float | None, Behaviour(server=True)] = None
    """The server's version of the metadata: 0.1 when new."""

    updated_at: Annotated[int | None, Behaviour(server=True)] = None
    """When it was last changed, in milliseconds since 1970."""

    updated_by: Annotated[str | None, Behaviour(server=True)] = None
    """Who changed it last."""

    href: Annotated[str | None, Behaviour(server=True, lasting=True)] = None
    """Its address in the API."""

    deleted: Annotated[bool | None, Behaviour(server=True)] = None
    """Whether it is deleted softly."""


@dataclass
class EntityApi(Api):
    """POST to create, JSON Patch to update: a PUT would keep, merge or wipe what it is not told."""

    client: OpenMetadataClient
    registry: str
    table: type[Table]
    repeatable: bool = True
    collection: ClassVar[str]
    entity: ClassVar[str]
    """What the server calls one of the collection."""
    fields: ClassVar[tuple[str, ...]]
    """What a GET has to ask for by name."""

    def locate(self, declared: Mapping[str, Any]) -> str:
        """The server gives the ids."""
        del declared
        return ""

    def address(self, keys: Mapping[str, Any]) -> str:
        """The fully qualified name."""
        return self.fqn(keys)

    def address_of(self, live: Live) -> str:
        """The fully qualified name."""
        return str(live.server.get("fullyQualifiedName") or "")

    def find(self, declared: Mapping[str, Any], claim: Claim) -> Live | None:
        """By fully qualified name, soft-deleted ones too: they keep their name."""
        del claim
        return self._get(f"name/{path_segment(self.fqn(declared))}", include="all")

    def fqn(self, declared: Mapping[str, Any]) -> str:
        """The fully qualified name of what is declared."""
        derive = tables.column(self.table, "fullyQualifiedName").behaviour.derived
        assert derive is not None
        return str(derive(declared) or "")

    def read(self, id_: str) -> Live | None:
        """By id; by fully qualified name where an import gives that. Soft-deleted is gone."""
        by = "" if _UUID.match(id_) else "name/"
        return self._get(by + path_segment(id_), include="non-deleted")

    def create(self, declared: Mapping[str, Any], claim: Claim) -> Live:
        """POST, which a soft-deleted twin refuses as well as a living one."""
        del claim
        given = {
            c.name: declared[c.name]
            for c in tables.inputs(self.table)
            if c.canonical(declared.get(c.name)) is not None
        }
        self.client.wire.refuse(given, new_model=self.entity == "mlmodel")
        answer = self.client.call("POST", self._path(), body=self.sent(given, create=True))
        try:
            return self._echo(answer)
        except InvalidAnswer as error:
            raise Lost(error.why, remedy="Run pulumi refresh, then up") from None

    def patch(self, live: Live, patch: Patch) -> Live | None:
        """One JSON Patch in the entity's shape, bound to the version that was read."""
        self.client.wire.refuse(patch.declared)
        whole = make_room(self.client.wire, self.table, live, patch)
        try:
            return self._patch(live, whole)
        except Rejected as error:
            return self._patch(live, swap_rivals(self.table, live, patch, whole, error))

    def _patch(self, live: Live, whole: Mapping[str, Any]) -> Live:
        operations = self.sent(whole, create=False, body=live.answered)
        if not operations:
            return live
        headers = {"content-type": "application/json-patch+json"}
        if self.client.wire.has_etags:
            headers["if-match"] = f'W/"{live.server.get("version")}"'
        path = self._path(live.id)
        answer = self.client.call("PATCH", path, body=operations, headers=headers)
        return self._echo(answer)

    def reread(self, echo: Live) -> Live | None:
        """A write's answer echoes the request, whatever was kept of it: what is stored counts.

        Servers cache what they read, each node for itself: an answer older than the write is read
        again. The version does not tell, as the server may take it back when it joins two patches.
        """
        deadline = time.monotonic() + _STALE_SECONDS
        pause = _FIRST_PAUSE
        while True:
            live = self.read(echo.id)
            if live is not None and _age_mark(live) >= _age_mark(echo):
                return live
            if time.monotonic() + pause > deadline:
                return live
            patience.sleep(pause)
            pause *= 2

    def delete(self, live: Live, *, hard: bool, recursive: bool) -> None:
        """DELETE by id; gone already is done."""
        query = {"hardDelete": str(hard).lower(), "recursive": str(recursive).lower()}
        try:
            answer = self.client.call("DELETE", self._path(live.id), query=query)
            if answer.object.get("id") != live.id:  # the server answers what it has deleted
                raise self.client.unproven_delete()
        except Gone:
            return
        except Lost as error:
            if not is_gone(self.read, live.id, error):
                raise

    def restore(self, live: Live) -> Live:
        """PUT of the id; a service brings its models back with it."""
        self.client.call("PUT", self._path("restore"), body={"id": live.id})
        found = self.read(live.id)
        if found is None:
            raise Gone("it was restored and is not there", remedy="Run up again")
        return found

    def suspicion(self) -> str:
        """Bots may not write everything."""
        return self.client.suspicion()

    def sent(self, values: Mapping[str, Any], *, create: bool, body: Any = None) -> Any:
        """A create body, or the operations of a patch against what was last answered."""
        if create:
            return create_body(self.client, values)
        single = {self.client.wire.key(name): value for name, value in (body or {}).items()}
        return patch_operations(self.client, values, single)

    def own(self, values: dict[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        """The values of an answer; a resource adds what only it knows."""
        del body
        return values

    def _get(self, where: str, *, include: str) -> Live | None:
        fields = self.client.wire.fields(self.fields)
        query = {"fields": fields, "include": include}
        answer = self.client.get(f"{self._path()}/{where}", query, self.entity)
        return None if answer is None else self.shown(answer.object, answer.server_time)

    def _path(self, last: str = "") -> str:
        return f"{PREFIX}/{self.collection}" + (f"/{last}" if last else "")

    def shown(self, body: Mapping[str, Any], now: float | None) -> Live:
        """What a read answers; ``now`` is the server's clock."""
        live = self._of(body, now)
        live.values = self.own(live.values, body)
        live.complete = True
        return live

    def _echo(self, answer: Answer) -> Live:
        """What a write answers: without what the server derived, and whatever it kept.

        Sends nothing: were that to fail, nobody would know that the write was done.
        """
        return self._of(answer.object, answer.server_time)

    def _of(self, body: Mapping[str, Any], now: float | None) -> Live:
        if not (body.get("id") and body.get("fullyQualifiedName")):
            raise InvalidAnswer(
                f"the answer holds no {self.table.title}",
                remedy="Is mlregistry:openmetadataUrl OpenMetadata's?",
            )
        names = [c.name for c in tables.inputs(self.table)]
        first = body.get("version") == 0.1
        return Live(
            id=str(body["id"]),
            values=answered(self.client, names, body),
            server={c.name: body.get(c.name) for c in tables.outputs(self.table)},
            changed_at=times.moment(body.get("updatedAt")),
            changed_by=str(body.get("updatedBy") or ""),
            age=times.age(body.get("updatedAt"), now) if first else None,
            trashed=body.get("deleted") is True,
            complete=False,
        )


def _age_mark(live: Live) -> int:
    return int(live.server.get("updatedAt") or 0)
