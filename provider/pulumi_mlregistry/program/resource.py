"""The base of the typed resource classes: arguments in, outputs out, the owner's name beside."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import pulumi
import pulumi.dynamic

from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.dynamic.providers import PROVIDERS
from pulumi_mlregistry.dynamic.values import PREVIEW, as_secret, is_plain, spelled
from pulumi_mlregistry.gates.carrying import carried
from pulumi_mlregistry.gates.gate import Gate
from pulumi_mlregistry.gates.marks import GATES
from pulumi_mlregistry.program import door, identity, notes, options, waiting
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.state import (
    DELETED_WITH,
    IGNORED,
    INSTANCE,
    OWNER,
    REGISTRY,
    SECRETS,
    STACK,
)
from pulumi_mlregistry.reconcile.table import REPLACE_ON, Table


class Resource(pulumi.dynamic.Resource):
    """A resource of this package; the generated subclasses only spell out arguments and outputs."""

    def _declare(
        self,
        kind: str,
        resource_name: str,
        arguments: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
        gates: Sequence[Gate] | None = None,
    ) -> None:
        """What a subclass's constructor does: with no constructor here, the SDK finds who calls it.

        It takes the caller of the third one for the line that declares the resource. The SDK's own
        class of dynamic resources is one more, so that by these the line is that of the call here.
        """
        self._kind = kind
        table = KINDS[kind].table
        by_attr = {c.attr: c for c in tables.columns(table)}
        given = {attr for attr, value in arguments.items() if value is not None}
        props: dict[str, Any] = dict.fromkeys((*_outputs(table, given, opts), REGISTRY))
        for attr, value in arguments.items():
            if value is not None:
                column = by_attr[attr]
                props[column.name] = as_secret(column, spelled(column, value))
        if table.named and props.get("name") is None:
            props["name"] = resource_name
        if gates and (plain := carried(gates)):
            props[GATES] = plain
        waiting.registrations_first()
        owner = _owner(kind, resource_name, opts)
        self._recursive = bool(arguments.get("recursive"))
        if not _is_read(opts):
            options.refuse_deleted_with(table, resource_name, opts)
            props |= _identified(table, owner, opts)
            notes.declare(table, owner, props)
            if opts is not None and opts.ignore_changes:
                props[IGNORED] = options.paths(table, opts.ignore_changes)
        if door.is_plugin():
            opts = _once(door.dynamic_type(kind), resource_name, opts)
            pulumi.CustomResource.__init__(self, door.plugin_type(kind), resource_name, props, opts)
            return
        options.refuse_import(resource_name, opts)
        props[OWNER] = owner
        if opts is not None and opts.replace_on_changes:
            props[REPLACE_ON] = options.paths(table, opts.replace_on_changes)
        if unsure := {by_attr[a].name: v for a, v in arguments.items() if not is_plain(v)}:
            props[SECRETS] = _made_secret(unsure)
        if pulumi.runtime.is_dry_run():
            props[PREVIEW] = True
        opts = _once(door.plugin_type(kind), resource_name, opts)
        pulumi.dynamic.Resource.__init__(self, PROVIDERS[kind](), resource_name, props, opts)

    def translate_input_property(self, prop: str) -> str:
        """Property paths in options may be spelled as Python spells the arguments."""
        return options.property_path(KINDS[self._kind].table, prop)

    @property
    def registry(self) -> pulumi.Output[str]:
        """Where the object lives: origin and platform or base path."""
        return self._output(REGISTRY)

    @property
    def on_conflict(self) -> pulumi.Output[str | None]:
        """What it does when the object exists already and is not this resource's."""
        return self._output("onConflict")

    @property
    def allow_recreate(self) -> pulumi.Output[bool | None]:
        """Whether a change may delete the object and create it anew under the same name."""
        return self._output("allowRecreate")

    @property
    def delete_policy(self) -> pulumi.Output[str | None]:
        """What removal from the program does."""
        return self._output("deletePolicy")

    @property
    def exclusive(self) -> pulumi.Output[Sequence[str] | None]:
        """The fields of which all keys are this program's."""
        return self._output("exclusive")

    @property
    def release(self) -> pulumi.Output[Sequence[str] | None]:
        """The fields that it has given up without clearing them."""
        return self._output("release")

    def _output(self, name: str) -> pulumi.Output[Any]:
        """One output; the keys of a typed nested object are snake_case in Python."""
        value: pulumi.Output[Any] | None = self.__dict__.get(name)
        if value is None:
            return pulumi.Output.from_input(None)
        column = tables.by_name(KINDS[self._kind].table).get(name)
        if column is None or column.struct is None:
            return value
        return value.apply(column.in_snake)


def _outputs(
    table: type[Table], given: Collection[str], opts: pulumi.ResourceOptions | None
) -> Iterator[str]:
    """What may come back beside the arguments that are given; each costs the program its time.

    Where the state is not this program's own making, any argument may.
    """
    foreign = opts is not None and (_is_read(opts) or opts.import_ or opts.ignore_changes)
    meant = {c.behaviour.stands_for for c in tables.short_forms(table) if c.attr in given}
    for column in tables.columns(table):
        behaviour = column.behaviour
        filled_in = behaviour.setting or column.name in meant
        from_server = behaviour.server or behaviour.derived or behaviour.computed
        # Pulumi's documented transformation that tags everything reads the tags that are there.
        if foreign or filled_in or from_server or column.name == "tags":
            yield column.name


def _is_read(opts: pulumi.ResourceOptions | None) -> bool:
    """Whether the resource is only looked up."""
    return opts is not None and bool(opts.id or opts.urn)


def _identified(
    table: type[Table], owner: str, opts: pulumi.ResourceOptions | None
) -> dict[str, Any]:
    """What the registry is told of who makes the object, beyond names."""
    if not table.identified:
        return {}
    props: dict[str, Any] = {STACK: identity.of_stack()}
    if not table.named:
        props[INSTANCE] = identity.of_resource(owner)
    if opts is not None and opts.deleted_with is not None and not opts.retain_on_delete:
        props[DELETED_WITH] = True
    return props


def _once(
    type_: str, resource_name: str, opts: pulumi.ResourceOptions | None
) -> pulumi.ResourceOptions:
    """The options, with an alias for what the other front door called the same resource.

    Without a parent that is a URN, which the SDK need not work out for each resource.
    """
    given = opts.aliases if opts is not None else None
    listed = given if isinstance(given, Sequence) else ()
    both = [_of_type(each, type_) for each in listed if isinstance(each, pulumi.Alias)]
    former: pulumi.Alias | str = pulumi.Alias(type_=type_)
    if opts is None or opts.parent is None:
        former = (
            f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{type_}::{resource_name}"
        )
    mine = pulumi.ResourceOptions(aliases=[former, *both])
    return mine if opts is None else pulumi.ResourceOptions.merge(opts, mine)


def _of_type(alias: pulumi.Alias, type_: str) -> pulumi.Alias:
    """The program's own alias for what the other front door made: engines do not combine them."""
    made = copy.copy(alias)
    if not isinstance(made.type_, str):  # the ellipsis: as it is
        made.type_ = type_
    return made


async def _made_secret(arguments: Mapping[str, Any]) -> list[str] | None:
    """The arguments that the program made secret, so that no message shows their values."""
    given = {k: pulumi.Output.from_input(v) for k, v in arguments.items()}
    return [name for name, value in given.items() if await value.is_secret()] or None


def _owner(kind: str, resource_name: str, opts: pulumi.ResourceOptions | None) -> str:
    """Who declares the object: what the URN says, which the resource does not know yet."""
    parent = opts.parent.pulumi_resource_type if opts is not None and opts.parent else ""
    parent = door.kind_of(parent)
    above = "" if parent in ("", "pulumi:pulumi:Stack") else f"{parent}$"
    return f"{pulumi.get_project()}/{pulumi.get_stack()}/{above}{kind}/{resource_name}"
