"""The field table: one pydantic model a resource, from which everything else is derived."""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel as to_camel
from pydantic.fields import FieldInfo

from pulumi_mlregistry.reconcile.behaviour import INPUT, Behaviour, Shape

EITHER: Final = "\0"
"""Starts the tag of a member of a union, which is no part of a property's path; no key has it."""

HIDDEN = "__"
"""Keys with this prefix reach the provider and are never displayed."""

IMPORT: Final = "__import"
"""The hidden input that says that the inputs were read by an import, and not declared."""

STACK: Final = "__stack"
INSTANCE: Final = "__instance"
"""The hidden arguments that identify the stack and the resource beyond their names: what Pulumi
made up for them and keeps in the state."""

DELETED_WITH: Final = "__deletedWith"
"""The hidden argument that says that the object goes with its parent."""

PARENT: Final = "__parent"
"""The hidden output that names the owner of the object's parent, where that is of the same stack
and is not deleted while others have something in it."""

IGNORED: Final = "__ignored"
"""The hidden argument that lists the property paths whose changes the program ignores."""

REPLACE_ON: Final = "__replaceOnChanges"
"""The hidden argument that lists the property paths whose changes replace the object, where the
engine leaves that to the provider."""

SECRETS: Final = "__secrets"
"""The hidden argument that lists those which the program itself made secret."""

_POLICIES: Final = ("retain", "soft", "hard")
"""The delete policies, the mildest first."""

POLICY: Final = Behaviour(policy=True)

_CONFIG = ConfigDict(
    alias_generator=to_camel,
    extra="forbid",
    strict=True,
    regex_engine="python-re",
    protected_namespaces=(),
    arbitrary_types_allowed=True,
    defer_build=True,  # a table is never validated whole: its fields are, when they are used
)


class Struct(BaseModel):
    """A nested object with typed keys: snake_case in Python, camelCase in Pulumi, either taken."""

    model_config = _CONFIG


class AsWritten(BaseModel):
    """A nested object whose keys go through as written, in the API's own spelling."""

    model_config = ConfigDict(**{**_CONFIG, "alias_generator": None})


class Table(BaseModel):
    """A resource's fields; a subclass is only declaration.

    ``kind`` is the module and name of the Pulumi token, ``nemo:ModelEntity``; ``system`` how a
    message names the server; ``title`` how it names the object; ``loses`` what goes with the
    object when it is deleted to be created anew under the same name.
    """

    model_config = _CONFIG

    kind: ClassVar[str]
    system: ClassVar[str]
    title: ClassVar[str]
    loses: ClassVar[str] = ""
    imported_by: ClassVar[str] = ""
    """The id by which an import finds the object, as documentation says it."""
    last_change: ClassVar[tuple[str, ...]] = ()
    """The outputs that say when, and where the registry records it by whom, it was changed last."""
    named: ClassVar[bool] = True
    """Whether the arguments name the remote object; a model version is named by the server."""
    identified: ClassVar[bool] = False
    """Whether the registry is told who made the object, beyond names."""
    parent: ClassVar[tuple[str, str]] = ("", "")
    """The kind of the object that this one lies in, and the property that names it, where the
    registry tells who made what is in it."""
    looked_up_by: ClassVar[tuple[str, ...]] = ()
    """The properties that find one object; its name's parts where nothing is said."""
    listed_by: ClassVar[tuple[str, ...]] = ()
    """The properties that several objects share which can be listed together."""
    places: ClassVar[tuple[Mapping[str, str], ...]] = ({},)
    """Where the object is listed with others, the narrowest first: by which of its properties a
    list is confined to what the list calls so; an empty mapping for all of the registry."""
    default_delete: ClassVar[str] = "hard"
    """The delete policy where neither the resource nor the configuration says one."""

    @classmethod
    def called(cls, id_: str, values: Mapping[str, Any]) -> str:
        """How a message names an object, by its id and what is declared or known of it."""
        del values
        return f"{cls.title} {id_}"

    @classmethod
    def unfinished(cls, outputs: Mapping[str, Any]) -> str:
        """Why the object is there and not usable, by its outputs; empty where it is."""
        del outputs
        return ""

    @classmethod
    def judge(cls, inputs: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """What is wrong with arguments that have to fit each other: property paths and why."""
        del inputs
        return ()

    on_conflict: Annotated[Literal["fail", "adopt", "adopt_if_equal"] | None, POLICY] = None
    """What to do when the object exists already and is not this resource's: `fail` (default) leaves
    it alone and names it, `adopt` takes it over and converges it, `adopt_if_equal` takes it over
    only where nothing would change."""

    allow_recreate: Annotated[bool | None, POLICY] = None
    """Whether a change that cannot be made in place may delete the object and create it anew under
    the same name, with the loss of what others attached to it. Default false."""

    delete_policy: Annotated[Literal["hard", "retain"] | None, POLICY] = None
    """What removal from the program does: `hard` (default) deletes the object, `retain` leaves it
    in the registry. Adopted objects are retained unless this says otherwise."""

    exclusive: Annotated[list[str] | None, POLICY] = None
    """The fields (`tags`, ...) of which all keys are this program's: undeclared keys are deleted.
    Elsewhere only declared keys are ever touched."""

    release: Annotated[list[str] | None, POLICY] = None
    """Fields that were declared once, are no longer, and shall keep their value in the registry
    rather than be cleared."""


@dataclass(frozen=True)
class Column:
    """One field of a table, ready for use."""

    owner: type[Table]
    attr: str
    """The name in Python and, here, on the wire: ``custom_fields``."""
    name: str
    """The Pulumi property: ``customFields``."""
    behaviour: Behaviour
    info: FieldInfo
    struct: type[Struct] | None

    @property
    def required(self) -> bool:
        """Whether check insists on it."""
        return self.info.is_required() and not self.behaviour.server

    @property
    def is_input(self) -> bool:
        """Whether it is an argument that describes the object."""
        b = self.behaviour
        return not (b.server or b.derived or b.policy or b.stands_for)

    @property
    def doc(self) -> str:
        """What the table says of it, as one paragraph."""
        return attribute_docs(self.owner).get(self.attr, "")

    def adapter(self, dialect: str = "") -> TypeAdapter[Any]:
        """Validates one declared value, by the limits of a dialect too."""
        return _adapter(self, dialect)

    def canonical(self, value: Any) -> Any:
        """The value in the form in which it is compared; None is "not set"."""
        return None if value is None else self.behaviour.canonical(value)

    def in_snake(self, value: Any) -> Any:
        """The value with the keys of typed nested objects in snake_case, as Python has them."""
        return _rename(value, self.struct, snake=True)

    def in_camel(self, value: Any) -> Any:
        """The value with the keys of typed nested objects as Pulumi properties."""
        return _rename(value, self.struct, snake=False)


def milder(policy: str | None, other: str | None) -> str | None:
    """Of two delete policies the one that deletes less; what is none does not count."""
    known = [each for each in (policy, other) if each in _POLICIES]
    return min(known, key=_POLICIES.index, default=policy)


class Coerced:
    """Marks a text for which a program may also give a number or a boolean."""


AsText = Annotated[str, Coerced()]


def columns(table: type[Table]) -> tuple[Column, ...]:
    """All fields of a table in the order of their declaration, what it inherits last."""
    return _compile(table)


@functools.cache
def inputs(table: type[Table]) -> tuple[Column, ...]:
    """The arguments of a table."""
    return tuple(c for c in _compile(table) if c.is_input)


@functools.cache
def outputs(table: type[Table]) -> tuple[Column, ...]:
    """What the server or the arguments add to a table."""
    return tuple(c for c in _compile(table) if c.behaviour.server or c.behaviour.derived)


@functools.cache
def short_forms(table: type[Table]) -> tuple[Column, ...]:
    """The arguments that are another way to write one of `inputs`."""
    return tuple(c for c in _compile(table) if c.behaviour.stands_for)


@functools.cache
def policies(table: type[Table]) -> tuple[Column, ...]:
    """The arguments that tell the provider how to act."""
    return tuple(c for c in _compile(table) if c.behaviour.policy)


def column(table: type[Table], name: str) -> Column:
    """One field by its Pulumi name; KeyError where there is none."""
    return _by_name(table)[name]


def by_name(table: type[Table]) -> Mapping[str, Column]:
    """The fields by their Pulumi names."""
    return _by_name(table)


@functools.cache
def collections(table: type[Table]) -> tuple[Column, ...]:
    """The arguments whose keys are owned one by one."""
    return tuple(c for c in inputs(table) if c.behaviour.shape is not Shape.VALUE)


def structs(table: type[Table]) -> Mapping[type[Struct], tuple[str, ...]]:
    """The typed nested objects in the arguments, inner ones first, with their secret keys."""
    found: dict[type[Struct], tuple[str, ...]] = {}
    for column in inputs(table):
        if column.struct is not None:
            for struct in _inner(column.struct):
                found.setdefault(struct, ())
            found[column.struct] = column.behaviour.secret
    return found


def _inner(struct: type[Struct]) -> list[type[Struct]]:
    direct = [inner for *_, inner in _nested(struct).values() if inner is not None]
    return list(dict.fromkeys(s for inner in direct for s in (*_inner(inner), inner)))


def choices(column: Column) -> tuple[str, ...]:
    """The values that a field may have, where they are a fixed set."""
    for part in (column.info.annotation, *get_args(column.info.annotation)):
        if get_origin(part) is Literal:
            return get_args(part)
    return ()


@functools.cache
def attribute_docs(model: type[BaseModel]) -> Mapping[str, str]:
    """What stands under each field of a model, each as one paragraph.

    Read from the source when it is asked for: pydantic would read it at every import.
    """
    found: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if not issubclass(kind, BaseModel) or kind.__module__.startswith("pydantic."):
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
        assert isinstance(body, ast.ClassDef)
        for field, after in itertools.pairwise(body.body):
            if isinstance(field, ast.AnnAssign) and isinstance(after, ast.Expr):
                text = ast.literal_eval(after.value)
                found[ast.unparse(field.target)] = " ".join(str(text).split())
    return found


@functools.cache
def _compile(table: type[Table]) -> tuple[Column, ...]:
    return tuple(
        Column(
            owner=table,
            attr=attr,
            name=info.alias or attr,
            behaviour=next((m for m in info.metadata if isinstance(m, Behaviour)), INPUT),
            info=info,
            struct=_struct_in(info.annotation),
        )
        for attr, info in _own_first(table).items()
    )


def _own_first(table: type[Table]) -> Mapping[str, FieldInfo]:
    declared = (attr for kind in table.__mro__ for attr in inspect.get_annotations(kind))
    attrs = [attr for attr in dict.fromkeys(declared) if attr in table.model_fields]
    return {attr: table.model_fields[attr] for attr in attrs}


@functools.cache
def _by_name(table: type[Table]) -> Mapping[str, Column]:
    return {c.name: c for c in _compile(table)}


def _struct_in(annotation: Any) -> type[Struct] | None:
    model = _model_in(annotation)
    return model if model is not None and issubclass(model, Struct) else None


def nested_model(annotation: Any, loc: Sequence[str | int]) -> type[BaseModel] | None:
    """The nested object's model at a place inside a field, where there is one."""
    model = _model_in(annotation)
    for part in loc:
        if model is None:
            return None
        names = {info.alias or attr: info for attr, info in model.model_fields.items()}
        if part in names:
            model = _model_in(names[str(part)].annotation)
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation) if get_origin(annotation) is not None else ():
        if (found := _model_in(part)) is not None:
            return found
    return None


_ADAPTERS: dict[tuple[int, str], TypeAdapter[Any]] = {}


def _adapter(column: Column, dialect: str) -> TypeAdapter[Any]:
    key = (id(column.info), dialect)
    if key not in _ADAPTERS:
        kept = [m for m in column.info.metadata if not isinstance(m, Behaviour)]
        kept += column.behaviour.dialects.get(dialect, ())
        base: Any = column.info.annotation
        kind: Any = Annotated[(base, *kept)] if kept else base
        model = _model_in(base) is not None
        config = None if model else ConfigDict(strict=True, regex_engine="python-re")
        _ADAPTERS[key] = TypeAdapter(kind, config=config)
    return _ADAPTERS[key]


def _rename(value: Any, struct: type[Struct] | None, *, snake: bool) -> Any:
    if struct is None:
        return value
    if isinstance(value, list | tuple):
        return [_rename(item, struct, snake=snake) for item in value]
    if not isinstance(value, Mapping):
        return value
    nested = _nested(struct)
    renamed: dict[str, Any] = {}
    for key, item in value.items():
        attr, alias, inner = nested.get(key, (key, key, None))
        renamed[attr if snake else alias] = _rename(item, inner, snake=snake)
    return renamed


@functools.cache
def _nested(struct: type[Struct]) -> Mapping[str, tuple[str, str, type[Struct] | None]]:
    """Each key of a struct in either spelling: both of them, and the struct in it."""
    found: dict[str, tuple[str, str, type[Struct] | None]] = {}
    for attr, info in struct.model_fields.items():
        alias = info.alias or attr
        found[attr] = found[alias] = (attr, alias, _struct_in(info.annotation))
    return found
