"""The file that `pulumi import --file` takes: by state for dynamic resources, by id for the
plugin's."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pulumi.dynamic.dynamic import serialize_provider

from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.dynamic.providers import PROVIDERS
from pulumi_mlregistry.dynamic.values import PROVIDER
from pulumi_mlregistry.importer.adopting import Adoption
from pulumi_mlregistry.program import door
from pulumi_mlregistry.reconcile.marking import marked

_SECRET: Final = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
"""How a state says that a value is secret."""


def render(adopted: Sequence[Adoption], *, plugin: bool) -> str:
    """The file's text; it holds no secret."""
    entry = _by_id if plugin else _by_state
    resources = [entry(each) for each in adopted]
    return json.dumps({"resources": resources}, indent=2, ensure_ascii=False) + "\n"


def _by_id(adoption: Adoption) -> dict[str, Any]:
    type_ = door.plugin_type(adoption.kind)
    return {"type": type_, "name": adoption.name, "id": adoption.id}


def _by_state(adoption: Adoption) -> dict[str, Any]:
    """With all that the state is to hold: the engine cannot read a dynamic resource by its id."""
    return {
        "type": door.dynamic_type(adoption.kind),
        "name": adoption.name,
        "id": adoption.id,
        "inputs": _properties(adoption.kind, adoption.inputs),
        "outputs": _properties(adoption.kind, adoption.outputs),
    }


def _properties(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    made = marked(KINDS[kind].table, values, _sealed)
    return {**made, PROVIDER: serialize_provider(PROVIDERS[kind]())}


def _sealed(value: Any) -> dict[str, str]:
    """Addresses without anything secret in them, which the state is to hold as secrets."""
    return {**_SECRET, "plaintext": json.dumps(value)}
