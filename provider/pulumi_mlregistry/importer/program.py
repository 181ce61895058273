"""The program that declares what was adopted, with references between its resources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from pulumi_mlregistry.apis.openmetadata.names import quoted
from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.importer import naming
from pulumi_mlregistry.importer.adopting import Adoption, Hidden, hidden_places
from pulumi_mlregistry.importer.source import Call, Name, statement
from pulumi_mlregistry.reconcile import table as tables

_SERVICE, _MODEL = "openmetadata:MlModelService", "mlflow:RegisteredModel"
_PARENTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "openmetadata:MlModel": ("service", _SERVICE, "fully_qualified_name"),
    "mlflow:ModelVersion": ("name", _MODEL, "name"),
}
"""Which argument of a child names its parent, the parent's kind, and its output of that value."""
_CALLED: Final[Mapping[str, Callable[[str], str]]] = {_SERVICE: quoted, _MODEL: str}
"""How a child's argument calls a parent of that kind."""


def render(adopted: Sequence[Adoption], registries: Sequence[str], workspace: str | None) -> str:
    """The program's text. ``workspace``: what the configuration puts in a workspace's place."""
    family = _Family(adopted)
    resources = (_resource(each, family, workspace) for each in adopted)
    return "".join(_head(adopted, registries)) + "".join(f"{text}\n" for text in resources)


def secrets_of(adoption: Adoption) -> dict[tuple[str, ...], str]:
    """The configuration keys of a resource's secrets, by their places in it."""
    return {
        (field, *place): naming.secret_name(adoption.name, _telling(field, place))
        for field in adoption.ignored
        for place, _ in hidden_places(adoption.declared[field])
    }


def _telling(field: str, place: tuple[str, ...]) -> tuple[str, ...]:
    """The nested keys that tell secrets apart; the field where there are none."""
    return tuple(part for part in place if part != "config") or (field,)


def _head(adopted: Sequence[Adoption], registries: Sequence[str]) -> Iterator[str]:
    yield '"""What is live at the registries below, as `mlregistry import` found it.\n\n'
    yield "".join(f"{_safe(registry)}\n" for registry in registries)
    yield '"""\n\n'
    has_secrets = any(each.ignored for each in adopted)
    if has_secrets:
        yield "import pulumi\n"
    modules = sorted({KINDS[each.kind].api for each in adopted})
    yield f"from pulumi_mlregistry import {', '.join(modules)}\n\n"
    if has_secrets:
        yield "config = pulumi.Config()\n\n"


def _safe(line: str) -> str:
    return line.replace("\\", "").replace('"', "'")


class _Family:
    """Which resources others refer to, and by which variable."""

    def __init__(self, adopted: Sequence[Adoption]) -> None:
        parents = {key: each for each in adopted if (key := _as_parent(each))}
        referred = {key for each in adopted if (key := _as_child(each)) in parents}
        named = {key: (key[0], parents[key].name) for key in sorted(filter(None, referred))}
        names = naming.variable_names(named.values())
        self._variables = {key: names[resource] for key, resource in named.items()}

    def variable(self, adoption: Adoption) -> str:
        """The variable that others refer to it by; empty where none does."""
        key = _as_parent(adoption)
        return self._variables.get(key, "") if key else ""

    def parent(self, adoption: Adoption) -> tuple[str, Name] | None:
        """The argument that names its parent, and the parent's output."""
        key = _as_child(adoption)
        if key is None or key not in self._variables:
            return None
        argument, _, output = _PARENTS[adoption.kind]
        return argument, Name(f"{self._variables[key]}.{output}")


def _as_parent(adoption: Adoption) -> tuple[str, str] | None:
    called = _CALLED.get(adoption.kind)
    return (adoption.kind, called(str(adoption.declared["name"]))) if called else None


def _as_child(adoption: Adoption) -> tuple[str, str] | None:
    if adoption.kind not in _PARENTS:
        return None
    argument, kind, _ = _PARENTS[adoption.kind]
    return kind, _CALLED[kind](str(adoption.declared[argument]))


def _resource(adoption: Adoption, family: _Family, workspace: str | None) -> str:
    module, _, class_ = adoption.kind.partition(":")
    arguments = dict(_arguments(adoption, family, workspace))
    if adoption.ignored:
        ignored = {"ignore_changes": list(adoption.ignored)}
        arguments["opts"] = Call("pulumi.ResourceOptions", (), ignored)
    call = Call(f"{module}.{class_}", [adoption.name], arguments)
    return statement(call, family.variable(adoption))


def _arguments(
    adoption: Adoption, family: _Family, workspace: str | None
) -> Iterator[tuple[str, Any]]:
    keys, parent = secrets_of(adoption), family.parent(adoption)
    for column in tables.inputs(KINDS[adoption.kind].table):
        if column.name not in adoption.declared:
            continue
        said = adoption.declared[column.name]
        if parent and column.name == parent[0]:
            yield column.attr, parent[1]
        elif not _goes_without_saying(adoption, column, said, workspace):
            yield column.attr, column.in_snake(_with_secrets(said, (column.name,), keys))


def _goes_without_saying(
    adoption: Adoption, column: tables.Column, said: Any, workspace: str | None
) -> bool:
    if column.name == "name":
        return column.owner.named and bool(said == adoption.name)
    if column.canonical(said) is None:
        return True  # another way to say "not set"
    # A configured workspace may change: where there is one, each entity says its own.
    return bool(column.behaviour.setting) and not workspace and bool(said == column.info.default)


def _with_secrets(value: Any, place: tuple[str, ...], keys: Mapping[tuple[str, ...], str]) -> Any:
    if isinstance(value, Hidden):
        method = "require_secret" if value.is_text else "require_secret_object"
        return Call(f"config.{method}", [keys[place]])
    if isinstance(value, Mapping):
        return {k: _with_secrets(v, (*place, str(k)), keys) for k, v in value.items()}
    return value
