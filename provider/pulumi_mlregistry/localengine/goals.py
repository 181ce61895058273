"""What a registration asks for, read from the wire; what cannot be honoured is refused here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from google.protobuf.message import Message
from pulumi.runtime.proto import alias_pb2, resource_pb2

from pulumi_mlregistry.localengine.errors import Refused
from pulumi_mlregistry.localengine.urns import (
    BUILTIN_PROVIDER_TYPE,
    DYNAMIC_PREFIX,
    PROVIDER_PREFIX,
    PROVIDER_TYPE,
    Alias,
)
from pulumi_mlregistry.localengine.values import Properties, from_struct

_REFUSED_FIELDS = {
    "importId": "import_",
    "transforms": "transforms",
    "replacement_trigger": "replacement_trigger",
    "replace_with": "replace_with",
    "version": "version",
    "pluginDownloadURL": "plugin_download_url",
    "packageRef": "package reference",
    "envVarMappings": "env_var_mappings",
    "hooks": "hooks",
    "state_migrations": "state_migrations",
}
"""Fields of a registration that are not honoured, by their name on the wire."""

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_UNIT_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


_PROVIDERS = (PROVIDER_TYPE, BUILTIN_PROVIDER_TYPE)


@dataclass
class Goal:
    """A resource as the program declares it."""

    type: str
    name: str
    custom: bool
    parent: str
    inputs: Properties
    protect: bool
    retain_on_delete: bool
    dependencies: list[str]
    property_dependencies: dict[str, list[str]]
    provider: str
    delete_before_replace: bool | None
    ignore_changes: list[str]
    replace_on_changes: list[str]
    hide_diffs: list[str]
    additional_secret_outputs: list[str]
    aliases: list[Alias]
    custom_timeouts: dict[str, float]
    deleted_with: str

    @property
    def is_provider(self) -> bool:
        """Whether this registers an explicit provider instance."""
        return self.type in _PROVIDERS

    def needs(self) -> set[str]:
        """URNs of all resources this one waits for, its parent and provider included."""
        urns = {self.parent, self.deleted_with, *self.dependencies}
        for deps in self.property_dependencies.values():
            urns.update(deps)
        if self.provider:
            urns.add(self.provider.rsplit("::", 1)[0])
        urns.discard("")
        return urns


def read_goal(request: resource_pb2.RegisterResourceRequest) -> Goal:
    """The goal of a registration; raises `Refused` for what the local engine cannot do."""
    _refuse_unsupported(request)
    dbr = request.deleteBeforeReplace
    return Goal(
        type=request.type,
        name=request.name,
        custom=request.custom,
        parent=request.parent,
        inputs=from_struct(request.object),
        protect=request.protect,
        retain_on_delete=request.retainOnDelete,
        dependencies=sorted(request.dependencies),
        property_dependencies={
            key: sorted(deps.urns) for key, deps in sorted(request.propertyDependencies.items())
        },
        provider=request.provider,
        delete_before_replace=dbr if dbr or request.deleteBeforeReplaceDefined else None,
        ignore_changes=list(request.ignoreChanges),
        replace_on_changes=list(request.replaceOnChanges),
        hide_diffs=list(getattr(request, "hideDiffs", ())),
        additional_secret_outputs=list(request.additionalSecretOutputs),
        aliases=[Alias(urn=urn) for urn in request.aliasURNs]
        + [_alias(a) for a in request.aliases],
        custom_timeouts=_timeouts(request.customTimeouts),
        deleted_with=request.deletedWith,
    )


def _refuse_unsupported(request: resource_pb2.RegisterResourceRequest) -> None:
    kind = request.type
    who = f"{kind} {request.name}"
    if request.remote:
        raise Refused(f"{who} is a component of a plugin; only the program's own components run")
    if request.custom and kind.startswith(PROVIDER_PREFIX) and kind not in _PROVIDERS:
        raise Refused(
            f"{who} is a provider plugin; only dynamic providers (pulumi-python) run here"
        )
    if request.custom and not kind.startswith((DYNAMIC_PREFIX, PROVIDER_PREFIX)):
        raise Refused(f"{who} needs a provider plugin; only Python dynamic resources run here")
    for field, option in _REFUSED_FIELDS.items():
        if _given(request, field):
            raise Refused(f"the option {option} of {who} is not supported by the local engine")


def _given(request: resource_pb2.RegisterResourceRequest, field: str) -> bool:
    # A field that this SDK does not have was not given.
    for descriptor, value in request.ListFields():
        if descriptor.name == field:
            return not isinstance(value, Message) or value.ByteSize() > 0
    return False


def _alias(alias: alias_pb2.Alias) -> Alias:
    if alias.WhichOneof("alias") == "urn":
        return Alias(urn=alias.urn)
    spec = alias.spec
    return Alias(
        name=spec.name,
        type=spec.type,
        stack=spec.stack,
        project=spec.project,
        parent=spec.parentUrn,
        no_parent=spec.noParent,
    )


def _timeouts(timeouts: resource_pb2.RegisterResourceRequest.CustomTimeouts) -> dict[str, float]:
    given = {
        "create": timeouts.create,
        "update": timeouts.update,
        "delete": timeouts.delete,
        "read": getattr(timeouts, "read", ""),
    }
    return {key: seconds for key, text in given.items() if (seconds := _seconds(text))}


def _seconds(text: str) -> float:
    parts = _DURATION.findall(text)
    if "".join(number + unit for number, unit in parts) != text:
        raise Refused(f"custom timeout {text!r} is not a duration such as 30s, 5m or 1h30m")
    return sum(float(number) * _UNIT_SECONDS[unit] for number, unit in parts)
