"""Resource states and deployments, in memory and in Pulumi's version 3 deployment format."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pulumi_mlregistry.localengine.errors import EngineError, Refused
from pulumi_mlregistry.localengine.urns import (
    STACK_TYPE,
    make_urn,
    name_of,
    provider_urn,
    type_of,
)
from pulumi_mlregistry.localengine.values import (
    SECRET_SIGNATURE,
    SIGNATURE,
    Properties,
    Secret,
    Unknown,
    Value,
    compact_json,
    number,
    plain,
)

FORMAT_VERSION = 3
MANIFEST_VERSION = "mlregistry-localengine/1"
Encrypt = Callable[[str], str]
Decrypt = Callable[[str], str]

# Attribute name, name in the file; written when not empty, in this order.
_PLAIN_FIELDS = (
    ("parent", "parent"),
    ("protect", "protect"),
    ("external", "external"),
    ("dependencies", "dependencies"),
    ("init_errors", "initErrors"),
    ("provider", "provider"),
    ("property_dependencies", "propertyDependencies"),
    ("pending_replacement", "pendingReplacement"),
    ("additional_secret_outputs", "additionalSecretOutputs"),
    ("custom_timeouts", "customTimeouts"),
    ("import_id", "importID"),
    ("retain_on_delete", "retainOnDelete"),
    ("deleted_with", "deletedWith"),
    ("created", "created"),
    ("modified", "modified"),
    ("ignore_changes", "ignoreChanges"),
    ("replace_on_changes", "replaceOnChanges"),
    ("refresh_before_update", "refreshBeforeUpdate"),
)
_IGNORED_FIELDS = {"aliases", "sourcePosition", "stackTrace", "hideDiff"}
_KNOWN_FIELDS = {"urn", "custom", "delete", "id", "type", "inputs", "outputs"} | {
    name for _, name in _PLAIN_FIELDS
}


@dataclass(eq=False)
class State:
    """One resource as it is recorded; property names follow Pulumi's."""

    urn: str
    type: str
    custom: bool
    id: str = ""
    inputs: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)
    delete: bool = False
    parent: str = ""
    protect: bool = False
    external: bool = False
    dependencies: list[str] = field(default_factory=list)
    init_errors: list[str] = field(default_factory=list)
    provider: str = ""
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    pending_replacement: bool = False
    additional_secret_outputs: list[str] = field(default_factory=list)
    custom_timeouts: dict[str, float] = field(default_factory=dict)
    import_id: str = ""
    retain_on_delete: bool = False
    deleted_with: str = ""
    created: str = ""
    modified: str = ""
    ignore_changes: list[str] = field(default_factory=list)
    replace_on_changes: list[str] = field(default_factory=list)
    refresh_before_update: bool = False

    @property
    def name(self) -> str:
        """The logical name."""
        return name_of(self.urn)

    def copy(self) -> State:
        """A shallow copy: property maps are replaced, never changed in place."""
        return copy(self)

    def needs(self) -> set[str]:
        """URNs that must exist while this resource does."""
        urns = {self.parent, self.deleted_with, *self.dependencies}
        for deps in self.property_dependencies.values():
            urns.update(deps)
        if self.provider:
            urns.add(provider_urn(self.provider))
        urns.discard("")
        return urns


@dataclass(eq=False)
class Operation:
    """A provider call that was begun and not yet recorded as ended."""

    kind: str
    """creating, updating or deleting."""
    state: State


@dataclass
class Deployment:
    """A stack's resources in dependency order, and what was interrupted."""

    resources: list[State] = field(default_factory=list)
    pending: list[Operation] = field(default_factory=list)


def now() -> str:
    """The current time as deployments record it."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def parse_document(text: str, where: str) -> dict[str, object]:
    """The JSON of a deployment file; raises `EngineError` if it is not one of version 3."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise EngineError(
            f"{where} is not JSON (line {error.lineno}): restore it from an export"
        ) from None
    if not isinstance(document, dict) or not isinstance(document.get("deployment"), dict):
        raise EngineError(f"{where} is not a Pulumi deployment: restore it from an export")
    if document.get("version") != FORMAT_VERSION:
        raise Refused(
            f"{where} is a deployment of version {document.get('version')}: "
            f"only version {FORMAT_VERSION} is supported"
        )
    return document


def document_salt(document: Mapping[str, object]) -> str | None:
    """The passphrase salt a deployment was written under; raises `Refused` for another manager."""
    deployment = document["deployment"]
    providers = deployment.get("secrets_providers") if isinstance(deployment, dict) else None
    if not isinstance(providers, dict):
        return None
    if providers.get("type") != "passphrase":
        raise Refused(f"secrets provider {providers.get('type')} is not supported: only passphrase")
    state = providers.get("state")
    salt = state.get("salt") if isinstance(state, dict) else None
    return salt if isinstance(salt, str) else None


def holds_ciphertext(value: object) -> bool:
    """Whether any encrypted secret stands in a deployment's JSON."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET_SIGNATURE:
            return "ciphertext" in value
        return any(holds_ciphertext(item) for item in value.values())
    return isinstance(value, list) and any(holds_ciphertext(item) for item in value)


def load_deployment(document: Mapping[str, object], decrypt: Decrypt) -> Deployment:
    """The resources of a deployment's JSON; raises `EngineError` or `Refused`."""
    deployment = document["deployment"]
    assert isinstance(deployment, dict)
    resources = [_load_state(item, decrypt) for item in deployment.get("resources") or []]
    pending = [
        Operation(str(item["type"]), _load_state(item["resource"], decrypt))
        for item in deployment.get("pending_operations") or []
    ]
    return Deployment(resources, pending)


def _load_state(item: dict[str, object], decrypt: Decrypt) -> State:
    urn = str(item.get("urn"))
    unsupported = sorted(key for key in item.keys() - _KNOWN_FIELDS - _IGNORED_FIELDS if item[key])
    if unsupported:
        raise Refused(
            f"{urn} is recorded with {', '.join(unsupported)}, which the local engine does not "
            "support: use pulumi for this stack"
        )
    state = State(
        urn=urn,
        type=str(item["type"]),
        custom=bool(item.get("custom")),
        id=str(item.get("id") or ""),
        delete=bool(item.get("delete")),
        inputs=load_properties(item.get("inputs"), decrypt),
        outputs=load_properties(item.get("outputs"), decrypt),
    )
    for attribute, key in _PLAIN_FIELDS:
        if item.get(key):
            setattr(state, attribute, item[key])
    return state


def load_properties(value: object, decrypt: Decrypt) -> Properties:
    """Properties of a resource's JSON; raises `EngineError` or `Refused`."""
    loaded = _load_value(value or {}, decrypt)
    assert isinstance(loaded, dict)
    return loaded


def _load_value(value: object, decrypt: Decrypt) -> Value:
    if isinstance(value, dict):
        signature = value.get(SIGNATURE)
        if signature == SECRET_SIGNATURE:
            return _load_secret(value, decrypt)
        if signature is not None:
            raise Refused(f"a state value of the special kind {signature} is not supported")
        return {str(key): _load_value(item, decrypt) for key, item in value.items()}
    if isinstance(value, list):
        return [_load_value(item, decrypt) for item in value]
    if isinstance(value, float):
        return number(value)
    assert value is None or isinstance(value, (bool, int, str))
    return value


def _load_secret(value: Mapping[str, object], decrypt: Decrypt) -> Secret:
    sealed = value.get("ciphertext")
    if isinstance(sealed, str) and sealed:
        text = decrypt(sealed)
        secret = Secret(_load_value(json.loads(text), decrypt))
        secret.sealed = (text, sealed)
        return secret
    return Secret(_load_value(json.loads(str(value.get("plaintext"))), decrypt))


def dump_deployment(
    deployment: Deployment, encrypt: Encrypt, salt: str | None, *, reveal: bool = False
) -> dict[str, object]:
    """The JSON of a deployment; ``reveal`` writes secrets as ``plaintext`` for an export."""
    seal: Encrypt | None = None if reveal else encrypt
    body: dict[str, object] = {"manifest": _manifest()}
    if salt:
        body["secrets_providers"] = {"type": "passphrase", "state": {"salt": salt}}
    body["resources"] = [dump_state(state, seal) for state in deployment.resources]
    if deployment.pending:
        body["pending_operations"] = [
            {"resource": dump_state(op.state, seal), "type": op.kind} for op in deployment.pending
        ]
    body["metadata"] = {}
    return {"version": FORMAT_VERSION, "deployment": body}


def _manifest() -> dict[str, object]:
    magic = hashlib.sha256(MANIFEST_VERSION.encode()).hexdigest()
    return {"time": now(), "magic": magic, "version": MANIFEST_VERSION}


def dump_state(state: State, encrypt: Encrypt | None) -> dict[str, object]:
    """One resource's JSON; without ``encrypt`` secrets are written as ``plaintext``."""
    item: dict[str, object] = {"urn": state.urn, "custom": state.custom}
    if state.delete:
        item["delete"] = True
    if state.id:
        item["id"] = state.id
    item["type"] = state.type
    for key in ("inputs", "outputs"):
        properties: Properties = getattr(state, key)
        if properties:
            item[key] = _dump_value(properties, encrypt)
    for attribute, key in _PLAIN_FIELDS:
        if value := getattr(state, attribute):
            item[key] = value
    return item


def _dump_value(value: Value, encrypt: Encrypt | None) -> object:
    if isinstance(value, Secret):
        return _dump_secret(value, encrypt)
    if isinstance(value, dict):
        return {key: _dump_value(item, encrypt) for key, item in value.items()}
    if isinstance(value, list):
        return [_dump_value(item, encrypt) for item in value]
    # A component's inputs may be unknown where a resource before it failed.
    return None if isinstance(value, Unknown) else value


def _dump_secret(secret: Secret, encrypt: Encrypt | None) -> object:
    text = compact_json(_dump_value(plain(secret.value), None))
    wrapped = {SIGNATURE: SECRET_SIGNATURE}
    if encrypt is None:
        return {**wrapped, "plaintext": text}
    if secret.sealed is None or secret.sealed[0] != text:
        secret.sealed = (text, encrypt(text))
    return {**wrapped, "ciphertext": secret.sealed[1]}


def renamed(resources: Iterable[State], aliases: Mapping[str, str]) -> list[State]:
    """The resources with every reference to an aliased URN brought to its new one.

    ``aliases`` maps old URNs to new ones. Children of a renamed parent that were not
    registered yet are renamed with it, so that a run cut short can be taken up again.
    """
    if not aliases:
        return list(resources)
    names = dict(aliases)
    result = []
    for state in resources:
        parent = names.get(state.parent, "")
        if parent and state.urn not in names and type_of(parent) != STACK_TYPE:
            stack, project = parent.removeprefix("urn:pulumi:").split("::")[:2]
            names[state.urn] = make_urn(stack, project, parent, type_of(state.urn), state.name)
        result.append(_with_names(state, names))
    return result


def _with_names(state: State, names: Mapping[str, str]) -> State:
    def new(urn: str) -> str:
        return names.get(urn, urn)

    changed = state.copy()
    changed.urn = new(state.urn)
    changed.parent = new(state.parent)
    changed.deleted_with = new(state.deleted_with)
    changed.dependencies = [new(urn) for urn in state.dependencies]
    changed.property_dependencies = {
        key: [new(urn) for urn in urns] for key, urns in state.property_dependencies.items()
    }
    if state.provider:
        urn, identity = state.provider.rsplit("::", 1)
        changed.provider = f"{new(urn)}::{identity}"
    return changed
