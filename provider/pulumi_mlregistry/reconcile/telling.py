"""How an error is told: what was being done and where, and never a declared secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pulumi_mlregistry.reconcile import secrets
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.errors import RegistryError
from pulumi_mlregistry.reconcile.redaction import redact, shortened, texts
from pulumi_mlregistry.reconcile.state import secret_fields
from pulumi_mlregistry.reconcile.table import Table


@contextmanager
def told(
    table: type[Table],
    operation: str,
    name: str,
    where: Callable[[], str],
    values: Sequence[Mapping[str, Any]],
) -> Iterator[None]:
    """Errors inside say the operation and the object; no secret of ``values`` is in them."""
    try:
        yield
    except RegistryError as error:
        known = list(secret_texts(table, values))
        cause: BaseException | None = error
        while isinstance(cause, RegistryError):
            cause.why = shortened(redact(cause.why, known))
            cause = cause.__cause__ or cause.__context__
        called = table.called(name, values[0])
        raise error.at(f"{operation} {called}", where()) from error.__cause__


def secret_texts(table: type[Table], values: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Every text in these values that is secret, by the table or by the program's wish."""
    chosen = secret_fields(*values)
    for column in tables.inputs(table):
        for value in (v.get(column.name) for v in values):
            if column.name in chosen:
                yield from texts(value)
            for part in secrets.parts(column.behaviour, value):
                yield from texts(part)
