"""Values between Pulumi's Python SDK and the core: unknowns, secrets, nested names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pulumi
from pulumi.output import Unknown
from pulumi.runtime.rpc import wrap_rpc_secret

from pulumi_mlregistry.reconcile import secrets
from pulumi_mlregistry.reconcile.marking import marked
from pulumi_mlregistry.reconcile.table import Column, Table
from pulumi_mlregistry.reconcile.unknown import UNKNOWN

PROVIDER = "__provider"
"""The dynamic host's own key: it adds it to every result itself."""

PREVIEW = "__preview"
"""Says to check that a preview asks, which this protocol does not tell; kept nowhere."""

_UNKNOWN: Any = cast(Any, Unknown)()


def to_core(properties: Mapping[str, Any]) -> dict[str, Any]:
    """What the host hands over, without its own key and with the core's unknown."""
    return {k: _to_core(v) for k, v in properties.items() if k != PROVIDER}


def from_core(table: type[Table], values: Mapping[str, Any]) -> dict[str, Any]:
    """What the host is given: secret paths marked as secrets, the SDK's unknown."""
    plain = {name: _from_core(value) for name, value in values.items()}
    return marked(table, plain, _as_secret)


def as_secret(column: Column, value: Any) -> Any:
    """A declared value whose secret parts, given in plain, are made secrets."""
    return secrets.wrapped(column.behaviour, value, pulumi.Output.secret)


def is_plain(value: Any) -> bool:
    """Whether nothing in a declared value comes to be known only while the program runs.

    Most values are, and an `Output` costs an engine's time for each one that is not needed.
    """
    if isinstance(value, Mapping):
        return all(map(is_plain, value.values()))
    if isinstance(value, list | tuple):
        return all(map(is_plain, value))
    return value is None or isinstance(value, str | int | float)


def spelled(column: Column, value: Any) -> Any:
    """A nested object's keys as Pulumi properties, from snake_case or as they are."""
    if column.struct is None or value is None:
        return value
    if isinstance(value, Mapping) or is_plain(value):
        return column.in_camel(value)
    return pulumi.Output.from_input(value).apply(column.in_camel)


def _to_core(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, Mapping):
        return {k: _to_core(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_to_core(item) for item in value]
    return value


def _from_core(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if value is UNKNOWN:
        return _UNKNOWN
    if isinstance(value, Mapping):
        return {k: _from_core(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_from_core(item) for item in value]
    return value


def _as_secret(value: Any) -> Any:
    return value if isinstance(value, Unknown) else wrap_rpc_secret(value)
