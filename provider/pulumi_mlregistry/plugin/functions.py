"""Functions: ``getMlModel`` and the like, one for each resource, from the resource's table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from pulumi_mlregistry.catalog import KINDS, Session
from pulumi_mlregistry.plugin import wire
from pulumi_mlregistry.reconcile import looking
from pulumi_mlregistry.reconcile.errors import Rejected
from pulumi_mlregistry.reconcile.table import Table
from pulumi_mlregistry.settings.keys import NAMESPACE

GET, LIST, FOUND = "get", "list", "items"
"""What function names begin with, and where a list stands in its answer."""


def answer(
    session: Session, token: str, arguments: Mapping[str, Any]
) -> provider_pb2.InvokeResponse:
    """Carry a function out; what is wrong with its arguments is a failure at its property."""
    name, table = _function(token)
    core = session.reconciler(table.kind)
    failures = list(_failures(name, table, arguments))
    if failures:
        return provider_pb2.InvokeResponse(failures=failures)
    if name.startswith(LIST):
        found = looking.members(core, arguments)
        return _answer(wire.plain({FOUND: [wire.shown(table, one) for one in found]}))
    return _answer(wire.sent(table, looking.get(core, arguments)))


def _answer(values: struct_pb2.Struct) -> provider_pb2.InvokeResponse:
    response = provider_pb2.InvokeResponse()
    getattr(response, "return").CopyFrom(values)  # a keyword of Python
    return response


def _function(token: str) -> tuple[str, type[Table]]:
    module, _, name = token.removeprefix(f"{NAMESPACE}:").partition(":")
    for prefix, plural in ((GET, ""), (LIST, "s")):
        kind = f"{module}:{name.removeprefix(prefix).removesuffix(plural)}"
        if name.startswith(prefix) and kind in KINDS:
            table = KINDS[kind].table
            if prefix == GET or table.listed_by:
                return name, table
    raise Rejected(f"there is no function {token}", remedy="Is the plugin older than the SDK?")


def _failures(
    name: str, table: type[Table], arguments: Mapping[str, Any]
) -> Iterator[provider_pb2.CheckFailure]:
    columns = looking.keys_of(table)
    known = {c.name: c for c in columns if name.startswith(GET) or c.name in table.listed_by}
    for given in sorted(set(arguments) - set(known)):
        yield provider_pb2.CheckFailure(
            property=given, reason=f"{given} is not an argument of {name}"
        )
    for column in known.values():
        value = arguments.get(column.name)
        if value is None and not column.behaviour.setting:
            reason = f"{column.name} is required"
        elif value is not None and not (isinstance(value, str) and value):
            reason = f"{column.name} is not a text"
        else:
            continue
        yield provider_pb2.CheckFailure(property=column.name, reason=reason)
