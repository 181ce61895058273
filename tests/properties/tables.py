"""Strategies made from the field tables: annotations and limits, no field known by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen, MinLen
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from properties.values import any_json, keys, numbers, texts
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.behaviour import CANNOT, Shape
from pulumi_mlregistry.reconcile.table import Coerced, Column, Struct, Table

Strategy = st.SearchStrategy[Any]
Hooks = Mapping[Any, Strategy]
"""What a type cannot say, by a field's Pulumi name or by a nested model: things that have to be
there, at the server, before they can be referred to."""


@dataclass
class _Limits:
    least: int = 0
    most: int | None = None
    low: float | None = None
    high: float | None = None
    pattern: str = ""
    coerced: bool = False
    more: list[Any] = field(default_factory=list)

    @classmethod
    def of(cls, metadata: tuple[Any, ...]) -> _Limits:
        found = cls()
        for part in metadata:
            if isinstance(part, FieldInfo):
                found.take(part.metadata)
            else:
                found.take([part])
        return found

    def take(self, parts: list[Any]) -> None:
        for part in parts:
            match part:
                case MinLen():
                    self.least = max(self.least, part.min_length)
                case MaxLen():
                    self.most = min(part.max_length, self.most or part.max_length)
                case Ge():
                    self.low = part.ge
                case Le():
                    self.high = part.le
                case Coerced():
                    self.coerced = True
                case _:
                    self.pattern = getattr(part, "pattern", None) or self.pattern


@dataclass(frozen=True)
class Maker:
    """Makes values of annotations, with hooks for what an annotation cannot say."""

    hooks: Hooks

    def of(self, annotation: Any, limits: _Limits | None = None) -> Strategy:
        """A strategy for values that an annotation describes; most of them valid."""
        limits = limits or _Limits()
        hook = self._hook(annotation)
        if hook is not None:
            return hook
        origin, parts = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            merged = _Limits.of(parts[1:])
            return self.of(parts[0], merged)
        if origin in (Union, UnionType):
            members = [self.of(p, limits) for p in parts if p is not NoneType]
            return st.one_of(*members)
        if origin is Literal:
            return st.sampled_from(parts)
        if origin is list:
            return st.lists(self.of(parts[0]), max_size=limits.most or 3)
        if origin is dict:
            value = any_json() if parts[1] is Any else self.of(parts[1])
            return st.dictionaries(keys(), value, max_size=4)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return self.model(annotation)
        return _plain(annotation, limits)

    def model(self, model: type[BaseModel]) -> Strategy:
        """Nested objects, keys in either spelling where both are taken."""
        required: dict[str, Strategy] = {}
        optional: dict[str, Strategy] = {}
        for attr, info in model.model_fields.items():
            made = self.of(info.annotation, _Limits.of(tuple(info.metadata)))
            if not info.is_required():
                made = st.one_of(made, made, made, st.none())
            (required if info.is_required() else optional)[attr] = made
        whole = st.fixed_dictionaries(required, optional=optional)
        if issubclass(model, Struct):
            names = {a: i.alias or a for a, i in model.model_fields.items()}
            whole = st.tuples(whole, st.booleans()).map(
                lambda both: {names[k] if both[1] else k: v for k, v in both[0].items()}
            )
        elif model.model_config.get("extra") == "allow":
            more = st.dictionaries(keys(), any_json(3), max_size=2)
            whole = st.tuples(more, whole).map(lambda both: {**both[0], **both[1]})
        return whole

    def _hook(self, annotation: Any) -> Strategy | None:
        try:
            return self.hooks.get(annotation)
        except TypeError:  # an annotation that has no hash
            return None


def _plain(annotation: Any, limits: _Limits) -> Strategy:
    if annotation is str:
        if limits.pattern:
            return st.from_regex(limits.pattern, fullmatch=False)
        text = texts(limits.least, limits.most)
        return st.one_of(text, text, st.booleans(), numbers()) if limits.coerced else text
    if annotation is bool:
        return st.booleans()
    if annotation is int:
        low = None if limits.low is None else int(limits.low)
        return st.one_of(st.integers(low, 2**31), st.sampled_from([1, 2**31, 2**53 - 1]))
    if annotation is float:
        return st.one_of(
            st.sampled_from([limits.low or 0.0, limits.high or 1.0]),
            st.floats(limits.low, limits.high, allow_nan=False),
        )
    return any_json()


def column_values(column: Column, hooks: Hooks, dialect: str) -> Strategy:
    """Values of one field."""
    if column.name in hooks:
        return hooks[column.name]
    parts = [*column.info.metadata, *column.behaviour.dialects.get(dialect, ())]
    return Maker(hooks).of(column.info.annotation, _Limits.of(tuple(parts)))


def loyal(
    table: type[Table], former: Mapping[str, Any], drawn: Mapping[str, Any]
) -> dict[str, Any]:
    """A declaration that keeps what cannot be changed or cleared from the one before it."""
    kept = dict(drawn)
    for column in tables.inputs(table):
        behaviour, value = column.behaviour, former.get(column.name)
        if column.name in former and (behaviour.create_only or behaviour.set_once):
            kept[column.name] = value
        elif behaviour.clear is CANNOT and behaviour.shape is Shape.VALUE and value is not None:
            kept[column.name] = value if kept.get(column.name) is None else kept[column.name]
    return kept


def declarations(table: type[Table], hooks: Hooks, dialect: str, *, wild: bool = True) -> Strategy:
    """Declarations of a table: required fields, some of the optional ones, now and then nonsense.

    The fields that name the object are left out, unless a hook gives them.
    """
    required: dict[str, Strategy] = {}
    optional: dict[str, Strategy] = {}
    for column in (*tables.inputs(table), *tables.short_forms(table)):
        if column.behaviour.key and column.name not in hooks:
            continue
        made = column_values(column, hooks, dialect)
        (required if column.required else optional)[column.name] = made
    whole = st.fixed_dictionaries(required, optional=optional)
    if wild:
        named = (*tables.inputs(table), *tables.policies(table))
        names = [c.name for c in named if not c.behaviour.key]
        spoilt = st.dictionaries(st.sampled_from(names), any_json(3), min_size=1, max_size=1)
        rarely = st.sampled_from([True, *[False] * 19])
        whole = st.tuples(whole, rarely, spoilt).map(
            lambda parts: {**parts[0], **parts[2]} if parts[1] else parts[0]
        )
    return whole
