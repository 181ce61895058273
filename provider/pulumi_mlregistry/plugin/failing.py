"""Failures as the engine takes them: one line, a code, and what a failed call has left."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Collection
from typing import Final, NoReturn

import grpc
from google.protobuf import any_pb2
from pulumi.runtime.proto import provider_pb2, status_pb2

from pulumi_mlregistry.plugin import wire
from pulumi_mlregistry.reconcile import errors, secrets
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.checks import Failure
from pulumi_mlregistry.reconcile.protocol import Result
from pulumi_mlregistry.reconcile.table import Table
from pulumi_mlregistry.settings.keys import NAMESPACE, TRACEBACKS

_DETAILS: Final = "grpc-status-details-bin"
_CODES: Final = {
    errors.Misconfigured: grpc.StatusCode.INVALID_ARGUMENT,
    errors.Unreachable: grpc.StatusCode.UNAVAILABLE,
    errors.NotAuthenticated: grpc.StatusCode.UNAUTHENTICATED,
    errors.NotAllowed: grpc.StatusCode.PERMISSION_DENIED,
    errors.Rejected: grpc.StatusCode.INVALID_ARGUMENT,
    errors.Lost: grpc.StatusCode.UNKNOWN,
    errors.AlreadyExists: grpc.StatusCode.ALREADY_EXISTS,
    errors.Gone: grpc.StatusCode.NOT_FOUND,
}
"""All others are FAILED_PRECONDITION; only UNKNOWN lets the engine doubt what there is."""


def check_failure(
    table: type[Table], failure: Failure, secret: Collection[str]
) -> provider_pb2.CheckFailure:
    """A failure at its property; a secret one in the text alone, as the engine prints the value."""
    name = failure.path.partition(".")[0].partition("[")[0]
    column = tables.by_name(table).get(name)
    hidden = name in secret or (column is not None and secrets.is_secret(column.behaviour, ()))
    if hidden:
        return provider_pb2.CheckFailure(reason=f"{failure.path} {failure.reason}")
    return provider_pb2.CheckFailure(
        property=failure.path, reason=f"{failure.path} {failure.reason}"
    )


def end(
    context: grpc.ServicerContext, table: type[Table] | None, error: errors.RegistryError
) -> NoReturn:
    """End the call; an object that it made and could not complete comes along, to be kept."""
    code = _CODES.get(type(error), grpc.StatusCode.FAILED_PRECONDITION)
    if error.left is not None and table is not None:
        id_ = error.left.id
        error.why = f"{error.why} ({id_} is kept in the state: the next up goes on with it)"
        unfinished(context, table, error.left, str(error))
    context.abort(code, str(error))


def unfinished(
    context: grpc.ServicerContext, table: type[Table], left: Result, reason: str
) -> NoReturn:
    """End the call with an object that is there and not usable: the engine keeps it as such."""
    detail = any_pb2.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=left.id,
            properties=wire.sent(table, left.outputs),
            inputs=wire.sent(table, left.inputs),
            reasons=[reason],
        )
    )
    code = grpc.StatusCode.UNKNOWN
    status = status_pb2.Status(code=code.value[0], message=reason, details=[detail])
    context.set_trailing_metadata(((_DETAILS, status.SerializeToString()),))
    context.abort(code, reason)


def internal(context: grpc.ServicerContext, error: Exception) -> NoReturn:
    """End the call with a defect of this package: one line, without the values that it met."""
    if os.environ.get(TRACEBACKS):
        traceback.print_exception(error, file=sys.stderr)
    context.abort(
        grpc.StatusCode.INTERNAL,
        f"{NAMESPACE}: a defect of the provider ({type(error).__name__}). Please report it, with "
        f"what {TRACEBACKS}=1 in the environment adds",
    )
