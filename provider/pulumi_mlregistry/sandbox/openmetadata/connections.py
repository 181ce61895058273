"""Service connections: their known keys, defaults and secrets."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from pulumi_mlregistry.sandbox.openmetadata.failures import bad

MASK = "*********"


@dataclass(frozen=True)
class Keys:
    """What an object in a connection may contain."""

    known: frozenset[str]
    secret: frozenset[str] = frozenset()
    defaults: dict[str, Any] = field(default_factory=dict)
    modern_defaults: dict[str, Any] = field(default_factory=dict)
    inner: dict[str, Keys] = field(default_factory=dict)


def _keys(names: str, secret: str = "", **more: Any) -> Keys:
    return Keys(frozenset(names.split()), frozenset(secret.split()), **more)


_PATTERN = _keys("includes excludes")
_AWS = _keys(
    "enabled awsAccessKeyId awsSecretAccessKey awsRegion awsSessionToken endPointURL profileName "
    "assumeRoleArn assumeRoleSessionName assumeRoleSourceIdentity",
    "awsSecretAccessKey",
    defaults={"assumeRoleSessionName": "OpenMetadataSession"},
    modern_defaults={"enabled": False},
)
_GCP = _keys(
    "type projectId privateKeyId privateKey clientEmail clientId authUri tokenUri "
    "authProviderX509CertUrl clientX509CertUrl path externalType audience subjectTokenType "
    "tokenURL credentialSource",
    "privateKey",
)
_EXTRACTS = {"supportsMetadataExtraction": True}


def _type(name: str, keys: str, **inner: Keys) -> Keys:
    known = f"type supportsMetadataExtraction mlModelFilterPattern {keys}"
    inner["mlModelFilterPattern"] = _PATTERN
    return _keys(known, defaults={"type": name, **_EXTRACTS}, inner=inner)


TYPES = {
    "Mlflow": _type("Mlflow", "trackingUri registryUri"),
    "Sklearn": _type("Sklearn", ""),
    "SageMaker": _type("SageMaker", "awsConfig", awsConfig=_AWS),
    "CustomMlModel": _keys(
        "type sourcePythonClass connectionOptions mlModelFilterPattern supportsMetadataExtraction",
        defaults={"type": "CustomMlModel"},
        modern_defaults=_EXTRACTS,
        inner={"mlModelFilterPattern": _PATTERN},
    ),
    "VertexAI": _type(
        "VertexAI",
        "credentials location",
        credentials=_keys(
            "gcpConfig gcpImpersonateServiceAccount",
            inner={
                "gcpConfig": _GCP,
                "gcpImpersonateServiceAccount": _keys("impersonateServiceAccount lifetime"),
            },
        ),
    ),
}
"""Keys that are required by the schema are not checked by the server (measured)."""


def prepared(
    service_type: str,
    connection: dict[str, Any] | None,
    stored: dict[str, Any] | None,
    *,
    modern: bool,
) -> dict[str, Any] | None:
    """The connection as it is stored: checked, unmasked, defaults filled in.

    `stored` is the connection of the service that is being updated.
    """
    if connection is None and stored is None:
        return None
    if stored is not None:
        connection = _unmasked_connection(service_type, connection, stored)
    config = (connection or {}).get("config")
    wanted = config.get("type", service_type) if isinstance(config, dict) else None
    if not isinstance(config, dict) or wanted != service_type:
        raise _invalid(service_type, "encrypt")
    _check(service_type, TYPES[service_type], config, modern=modern)
    return {"config": _filled(TYPES[service_type], config, modern=modern)}


def _unmasked_connection(
    service_type: str, connection: dict[str, Any] | None, stored: dict[str, Any]
) -> dict[str, Any]:
    config = (connection or {}).get("config")
    # Also where the type differs: the stored connection is read as one of the new type.
    if not isinstance(config, dict) or stored["config"]["type"] != service_type:
        raise _invalid(service_type, "unmask")
    return {"config": _unmasked(TYPES[service_type], config, stored["config"])}


def _invalid(service_type: str, step: str) -> Exception:
    return bad(
        f"InvalidServiceConnectionException for service [{service_type}] due to "
        f"[Failed to {step} connection instance of {service_type}]."
    )


def _check(service_type: str, keys: Keys, value: dict[str, Any], *, modern: bool) -> None:
    # 2.x lets other keys of a custom connection pass; read in its schema, not measured.
    lenient = modern and service_type == "CustomMlModel"
    for name, member in value.items():
        if name not in keys.known and not lenient:
            raise bad(
                f"Failed to encrypt '{service_type}' connection stored in DB due to an "
                f"unrecognized field: '{name}'"
            )
        if name in keys.inner and isinstance(member, dict):
            _check(service_type, keys.inner[name], member, modern=modern)


def _filled(keys: Keys, value: dict[str, Any], *, modern: bool) -> dict[str, Any]:
    defaults = keys.defaults | (keys.modern_defaults if modern else {})
    filled = copy.deepcopy(defaults) | {k: v for k, v in value.items() if v is not None}
    for name, inner in keys.inner.items():
        if isinstance(filled.get(name), dict):
            filled[name] = _filled(inner, filled[name], modern=modern)
    return filled


def _unmasked(keys: Keys, value: dict[str, Any], stored: Any) -> dict[str, Any]:
    stored = stored if isinstance(stored, dict) else {}
    result = dict(value)
    for name in keys.secret & value.keys():
        if value[name] == MASK and name in stored:
            result[name] = stored[name]
    for name, inner in keys.inner.items():
        if isinstance(value.get(name), dict):
            result[name] = _unmasked(inner, value[name], stored.get(name))
    return result


def masked(service_type: str, connection: dict[str, Any]) -> dict[str, Any]:
    """The connection as users see it; Mlflow's URIs are no secrets to the server."""
    return {"config": _masked(TYPES[service_type], connection["config"])}


def _masked(keys: Keys, value: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {k: MASK if k in keys.secret else v for k, v in value.items()}
    for name, inner in keys.inner.items():
        if isinstance(result.get(name), dict):
            result[name] = _masked(inner, result[name])
    return result
