"""Resource names: URNs, and the old URNs that aliases stand for."""

from __future__ import annotations

from dataclasses import dataclass

STACK_TYPE = "pulumi:pulumi:Stack"
PROVIDER_TYPE = "pulumi:providers:pulumi-python"
BUILTIN_PROVIDER_TYPE = "pulumi:providers:pulumi"
"""The engine's own provider: it has an id and nothing to call."""
PROVIDER_PREFIX = "pulumi:providers:"
DYNAMIC_PREFIX = "pulumi-python:"


@dataclass(frozen=True)
class Alias:
    """One alias of a registration: a full URN, or what differs from the resource's own."""

    urn: str = ""
    name: str = ""
    type: str = ""
    stack: str = ""
    project: str = ""
    parent: str = ""
    no_parent: bool = False


def qualified_type(urn: str) -> str:
    """``parentType$type`` of a URN."""
    return urn.split("::")[2]


def type_of(urn: str) -> str:
    """The resource's own type."""
    return qualified_type(urn).rsplit("$", 1)[-1]


def name_of(urn: str) -> str:
    """The logical name, which may itself hold ``::``."""
    return urn.split("::", 3)[3]


def make_urn(stack: str, project: str, parent: str, kind: str, name: str) -> str:
    """The URN of a resource under ``parent`` (a URN, or empty)."""
    prefix = ""
    if parent and type_of(parent) != STACK_TYPE:
        prefix = qualified_type(parent) + "$"
    return f"urn:pulumi:{stack}::{project}::{prefix}{kind}::{name}"


def provider_urn(reference: str) -> str:
    """The URN in a provider reference ``urn::id``."""
    return reference.rsplit("::", 1)[0]


def is_default_provider(urn: str) -> bool:
    """Whether this is a default provider, which is recorded but never displayed.

    To Pulumi each provider is one whose name begins so.
    """
    return type_of(urn).startswith(PROVIDER_PREFIX) and name_of(urn).startswith("default")


@dataclass
class AliasResolver:
    """The old URNs a registration may stand for, parents' aliases included."""

    stack: str
    project: str
    matched: dict[str, str]
    """New URN to the old one it was found under, for what was registered so far."""

    def candidates(self, name: str, kind: str, parent: str, aliases: list[Alias]) -> list[str]:
        """The URNs to look for in the old state, in order, without doubles."""
        urns = [self._collapse(alias, name, kind, parent) for alias in aliases]
        old_parent = self.matched.get(parent)
        if old_parent:
            own = [(kind, name), *((type_of(urn), name_of(urn)) for urn in urns)]
            urns += [self._inherited(k, n, name_of(parent), old_parent) for k, n in own]
        return list(dict.fromkeys(urns))

    def _collapse(self, alias: Alias, name: str, kind: str, parent: str) -> str:
        if alias.urn:
            return alias.urn
        if alias.no_parent:
            parent = ""
        elif alias.parent:
            parent = self.matched.get(alias.parent, alias.parent)
        return make_urn(
            alias.stack or self.stack,
            alias.project or self.project,
            parent,
            alias.type or kind,
            alias.name or name,
        )

    def _inherited(self, kind: str, name: str, parent_name: str, old_parent: str) -> str:
        # Children are by convention named after their parent, so a renamed parent renames them.
        if name.startswith(parent_name):
            name = name_of(old_parent) + name.removeprefix(parent_name)
        return make_urn(self.stack, self.project, old_parent, kind, name)
