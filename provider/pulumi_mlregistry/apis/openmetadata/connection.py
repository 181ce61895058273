"""A service's connection: required keys by service type, which are secret, and masks."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from pulumi_mlregistry.reconcile.table import AsWritten
from pulumi_mlregistry.reconcile.unknown import UNKNOWN

ServiceType = Literal["Mlflow", "Sklearn", "SageMaker", "VertexAI", "CustomMlModel"]

REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "Mlflow": ("trackingUri", "registryUri"),
    "Sklearn": (),
    "SageMaker": ("awsConfig", "awsConfig.awsRegion"),
    "VertexAI": ("credentials", "credentials.gcpConfig", "location"),
    "CustomMlModel": (),
}
"""Keys of ``config`` that the API's schema requires; the server itself checks none of them."""

_AWS = (
    "enabled awsRegion awsAccessKeyId endPointURL profileName assumeRoleArn assumeRoleSessionName "
    "assumeRoleSourceIdentity"
)
_GCP = (
    "type projectId privateKeyId clientEmail clientId authUri tokenUri authProviderX509CertUrl "
    "clientX509CertUrl"
)
PUBLIC: Final = (
    *(f"config.{k}" for k in ("type", "supportsMetadataExtraction", "mlModelFilterPattern")),
    *(f"config.{k}" for k in ("location", "sourcePythonClass")),
    *(f"config.awsConfig.{key}" for key in _AWS.split()),
    *(f"config.credentials.gcpConfig.{key}" for key in _GCP.split()),
    "config.credentials.gcpImpersonateServiceAccount",
)
"""What may be shown. All else is secret, addresses too: that of a database holds its password."""

_SECRETS = ("awsConfig.awsSecretAccessKey", "awsConfig.awsSessionToken")
_PLACES: Final = (
    *PUBLIC,
    *(f"config.{key}" for keys in REQUIRED.values() for key in keys),
    *(f"config.{key}" for key in (*_SECRETS, "credentials.gcpConfig.privateKey")),
)
"""The keys that are known, each at its place."""

MASK: Final = "*********"
"""What the server shows of a secret to everybody but bots."""

ANY: Final = object()
_NONE: Final = object()
DEFAULTS: Final[Mapping[str, Any]] = {
    "config.type": ANY,
    "config.supportsMetadataExtraction": True,
    "config.awsConfig.enabled": False,
    "config.awsConfig.assumeRoleSessionName": "OpenMetadataSession",
}
"""What the server fills in."""


class Connection(AsWritten):
    """How the service is reached: ``{"config": {...}}``, keys as the API writes them."""

    config: dict[str, Any]


def say_connection(value: Any, known: Any, declared: Any) -> Any:
    """The declared keys alone: the server fills in defaults. Masks as the secrets behind them."""
    if known is None and declared is None:
        return _without_defaults(value)
    return _said(value, known, declared)


def _without_defaults(value: Any, path: str = "") -> Any:
    """What an import takes for a declaration: not what the server fills in, or does not show."""
    if not isinstance(value, Mapping):
        return value
    kept = {}
    for key, item in value.items():
        here = f"{path}.{key}" if path else key
        if DEFAULTS.get(here, _NONE) not in (item, ANY) and not _is_mask(item):
            kept[key] = _without_defaults(item, here)
    return kept


def _said(value: Any, known: Any, declared: Any) -> Any:
    if not isinstance(value, Mapping):
        hidden = known is not None and (_is_mask(value) or _is_mask(known))
        return known if hidden else value
    words = [word for word in (known, declared) if isinstance(word, Mapping)]
    keys = {key for word in words for key in word}
    return {
        key: _said(item, _get(known, key), _get(declared, key))
        for key, item in value.items()
        if key in keys or not words
    }


def _is_mask(value: Any) -> bool:
    return isinstance(value, str) and value == MASK


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


def judge_connection(service_type: Any, connection: Any) -> Iterator[tuple[str, str]]:
    """What is missing or of another type, by property path; what is unknown is left alone."""
    config = connection.get("config") if isinstance(connection, Mapping) else None
    if not isinstance(config, Mapping) or service_type not in REQUIRED:
        return
    if config.get("type") not in (None, UNKNOWN, service_type):
        yield "connection.config.type", f"is not the service type, {service_type}"
    yield from _misspelled(config, "connection.config", service_type)
    for path in _masks(config, "connection.config"):
        yield path, "is the mask that OpenMetadata shows: give the secret itself"
    missing: list[str] = []
    for key in REQUIRED[service_type]:
        parent, _, last = key.rpartition(".")
        here = _get(config, parent) if parent else config
        if parent in missing or here is UNKNOWN:
            continue
        if _get(here, last) in (None, ""):
            missing.append(key)
            yield f"connection.config.{key}", f"is required for a service of type {service_type}"


def _masks(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _masks(item, f"{path}.{key}")
    elif _is_mask(value):
        yield path


def _misspelled(
    config: Mapping[str, Any], path: str, service_type: str
) -> Iterator[tuple[str, str]]:
    """Keys that are close to a known one of their place; others may belong to a newer server."""
    if service_type == "CustomMlModel":
        return
    inside = path.removeprefix("connection.") + "."
    below = [key.removeprefix(inside).split(".") for key in _PLACES if key.startswith(inside)]
    known = {parts[0] for parts in below}
    for key, value in config.items():
        close = difflib.get_close_matches(key, known, n=1, cutoff=0.8)
        if key not in known and close:
            yield f"{path}.{key}", f"is not a key of the connection; did you mean {close[0]}?"
        elif isinstance(value, Mapping) and any(p[0] == key and len(p) > 1 for p in below):
            yield from _misspelled(value, f"{path}.{key}", service_type)
