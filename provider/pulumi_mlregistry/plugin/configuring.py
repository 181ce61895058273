"""The provider's own configuration: checked, compared, and turned into settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pulumi.runtime.proto import provider_pb2

from pulumi_mlregistry.reconcile.errors import Misconfigured
from pulumi_mlregistry.reconcile.unknown import has_unknown
from pulumi_mlregistry.settings.keys import BY_NAME, KEYS, NAMESPACE
from pulumi_mlregistry.settings.settings import Settings

_ENGINES_OWN: Final = frozenset({"version", "pluginDownloadURL", "pluginChecksums"})
"""What the engine itself keeps among a provider's inputs."""


def configured(values: Mapping[str, Any]) -> dict[str, str]:
    """Settings as ``mlregistry:<key>``, from the plugin's own inputs or the dynamic door's.

    The dynamic host is configured with the keys of the whole stack, ours under their namespace.
    """
    found: dict[str, str] = {}
    for key in KEYS:
        full = f"{NAMESPACE}:{key.name}"
        value = values.get(key.name, values.get(full))
        if value not in (None, "") and not has_unknown(value):
            found[full] = _text(value)
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def failures(values: Mapping[str, Any]) -> Iterator[provider_pb2.CheckFailure]:
    """What is wrong with the configuration, before anything is asked of a registry."""
    for name in sorted(set(values) - set(BY_NAME) - _ENGINES_OWN):
        if not name.startswith(f"{NAMESPACE}:"):
            yield provider_pb2.CheckFailure(
                reason=f"{name} is not a configuration key of {NAMESPACE}"
            )
    settings = Settings(configured(values), {})
    for key in KEYS:
        try:
            if key.number:
                settings.number(key.name, 1)
            elif key.address and settings.get(key.name) is not None:
                settings.address(key.name)
            else:
                settings.get(key.name)
        except Misconfigured as error:
            yield provider_pb2.CheckFailure(reason=str(error))


def changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The keys whose values differ; the dynamic door's spelling of the same is no difference."""
    before, after = configured(old), configured(new)
    return [
        key.name
        for key in KEYS
        if before.get(f"{NAMESPACE}:{key.name}") != after.get(f"{NAMESPACE}:{key.name}")
    ]
