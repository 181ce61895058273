"""Random programs: a few resources with values, policies and options of Pulumi."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from hypothesis import strategies as st

from laws.worlds import World
from options.cells import declaration
from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.reconcile import table as tables

KINDS_OF_TESTS: Final = ("mlservice", "model", "entity", "mlmodel", "version")
"""In the order in which a program declares them."""
LOGICAL: Final = ("a", "b", "c", "d")
NAMES: Final = ("x", "y")
KEYS: Final = ("team", "tier")
_TEXTS: Final = st.sampled_from([None, "one", "two"])
_POLICIES: Final[Mapping[str, Sequence[Any]]] = {
    "deletePolicy": (None, None, "hard", "retain"),
    "onConflict": (None, None, "adopt"),
    "allowRecreate": (None, None, True),
}
_COMPONENT: Final = 'component = pulumi.ComponentResource("t:t:T", "component")\n'


@dataclass(frozen=True)
class Declared:
    """One resource of a program."""

    logical: str
    kind: str
    name: str
    values: Mapping[str, Any]
    options: tuple[str, ...] = ()

    def ignores(self, path: str) -> bool:
        """Whether the program ignores changes of a first-level property, wholly."""
        return any(
            option.startswith("ignore_changes") and (f'"{path}"' in option or '"*"' in option)
            for option in self.options
        )


@dataclass(frozen=True)
class Program:
    """Resources by logical name; `text` needs the worlds in which they live."""

    resources: tuple[Declared, ...]

    def __getitem__(self, logical: str) -> Declared | None:
        return next((r for r in self.resources if r.logical == logical), None)

    def text(self, worlds: Mapping[str, World], names: Callable[[str], str]) -> str:
        """The program; ``names`` gives the name of an object in a registry."""
        models = {r.name: r.logical for r in self.resources if r.kind == "model"}
        lines = [_COMPONENT]
        for resource in sorted(self.resources, key=lambda r: KINDS_OF_TESTS.index(r.kind)):
            lines.append(_line(resource, worlds[resource.kind], names, models))
        return "".join(lines)


def _line(
    resource: Declared,
    world: World,
    names: Callable[[str], str],
    models: Mapping[str, str],
) -> str:
    name = names(resource.name)
    declared: dict[str, Any] = {**world.least(name), **resource.values}
    if resource.kind == "version":
        declared["source"] = f"oci://b@n/{declared.pop('number')}"
    keys = {key: declared.pop(key) for key in KEYS if key in declared}
    if keys and resource.kind != "mlservice":
        declared[world.keyed] = keys
    parent = models.get(resource.name) if resource.kind == "version" else None
    written = {"name": f"{parent}.name"} if parent else {}
    options = [o for o in resource.options if parent or "{parent}" not in o]
    keyed = tables.column(KINDS[world.kind].table, world.keyed).attr
    given = ", ".join(options).format(parent=parent, keyed=keyed)
    return declaration(world, resource.logical, declared, given, **written)


_SHARED: Final = (
    'ignore_changes=["description"]',
    'ignore_changes=["{keyed}.team"]',
    'ignore_changes=["*"]',
    'replace_on_changes=["description"]',
    "delete_before_replace=True",
    "protect=True",
    "retain_on_delete=True",
    "parent=component",
    "depends_on=[component]",
    'hide_diffs=["description"]',
    'additional_secret_outputs=["description"]',
    'custom_timeouts=pulumi.CustomTimeouts(create="60s")',
    'aliases=[pulumi.Alias(name="a")]',
    'aliases=[pulumi.Alias(name="b")]',
    "deleted_with={parent}",
)
_PULUMI_ALONE: Final = ('replacement_trigger="1"', 'replacement_trigger="2"')


def _options(engine: str) -> st.SearchStrategy[tuple[str, ...]]:
    every = _SHARED + (_PULUMI_ALONE if engine == "pulumi" else ())
    chosen = st.lists(st.sampled_from(every), max_size=2, unique_by=lambda o: o.partition("=")[0])
    return chosen.map(tuple)


@st.composite
def _values(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = {key: draw(_TEXTS) for key in ("description", *KEYS)}
    for key, choices in _POLICIES.items():
        if not (kind == "version" and key == "allowRecreate"):
            found[key] = draw(st.sampled_from(choices))
    if kind == "version":
        found["number"] = draw(st.sampled_from([1, 2]))
    return {key: value for key, value in found.items() if value is not None}


@st.composite
def declared(draw: st.DrawFn, engine: str, logical: str) -> Declared:
    """A resource of any kind."""
    kind = draw(st.sampled_from(KINDS_OF_TESTS))
    name = draw(st.sampled_from(NAMES if kind != "version" else (*NAMES, "theirs")))
    return Declared(logical, kind, name, draw(_values(kind)), draw(_options(engine)))


@st.composite
def programs(draw: st.DrawFn, engine: str) -> Program:
    """One to four resources."""
    logical = draw(st.lists(st.sampled_from(LOGICAL), min_size=1, max_size=4, unique=True))
    return Program(tuple(draw(declared(engine, each)) for each in logical))


@st.composite
def changed(draw: st.DrawFn, engine: str, before: Program) -> Program:
    """The program after a commit or two: each resource kept, changed, renamed, removed or new."""
    after: dict[str, Declared] = {}
    for resource in before.resources:
        how = draw(st.sampled_from(["kept", "values", "options", "name", "renamed", "removed"]))
        now = resource
        if how == "values":
            now = replace(resource, values=draw(_values(resource.kind)))
        elif how == "options":
            now = replace(resource, options=draw(_options(engine)))
        elif how == "name":
            now = replace(resource, name=draw(st.sampled_from(NAMES)))
        elif how == "renamed":
            now = replace(resource, logical=draw(st.sampled_from(LOGICAL)))
        if how != "removed":
            after.setdefault(now.logical, now)
    free = [logical for logical in LOGICAL if logical not in after]
    if free and draw(st.booleans()):
        after.setdefault(free[0], draw(declared(engine, free[0])))
    return Program(tuple(after.values()))
