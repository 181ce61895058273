"""What create, read and update answer: outputs for the state, and inputs as if declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_mlregistry.reconcile import owned, writing
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.canonical import same
from pulumi_mlregistry.reconcile.ignored import accepted
from pulumi_mlregistry.reconcile.paths import Path
from pulumi_mlregistry.reconcile.protocol import Live, Result
from pulumi_mlregistry.reconcile.state import (
    IMPORT,
    KEPT,
    STACK,
    State,
    applied_marks,
    has_imported,
    ignored_paths,
    kept_arguments,
    make_outputs,
    stacks,
)
from pulumi_mlregistry.reconcile.table import Table
from pulumi_mlregistry.reconcile.unknown import has_unknown


def written(
    table: type[Table],
    registry: str,
    live: Live,
    news: Mapping[str, Any],
    values: Mapping[str, Any],
    echoes: Mapping[Path, str],
    *,
    adopted: bool | str,
) -> Result:
    """The result of a write: what is declared is this program's from now on."""
    declared = {k: v for k, v in news.items() if not has_unknown(v)}
    wanted = accepted(table, declared, values, ignored_paths(declared))
    shown = writing.as_declared(table, values, wanted, echoes)
    marks = applied_marks(owned.flatten(table, declared), echoes)
    return result(table, registry, live, declared, shown, marks, adopted)


def result(
    table: type[Table],
    registry: str,
    live: Live,
    declared: Mapping[str, Any],
    values: Mapping[str, Any],
    marks: Mapping[Path, str],
    adopted: bool | str,
) -> Result:
    """The result for an object; the ``marks`` say which of its ``values`` are whose."""
    arguments = kept_arguments(table, declared, values, marks)
    outputs = make_outputs(
        table,
        live,
        values,
        arguments=arguments,
        marks=marks,
        declared=declared,
        registry=registry,
        adopted=adopted,
    )
    kept = {c.name for c in tables.policies(table)}
    kept |= {c.name for c in tables.outputs(table) if c.behaviour.derived}
    inputs = arguments | {k: v for k, v in outputs.items() if k in kept}
    inputs |= {k: declared[k] for k in KEPT if declared.get(k)}
    if known := stacks(declared):
        inputs[STACK] = known[0]
    if has_imported(marks):
        inputs[IMPORT] = True
    return Result(live.id, outputs, inputs)


def as_declared_before(
    table: type[Table], found: Result, declared: Mapping[str, Any] | None
) -> Result:
    """The result of a read whose inputs are those of the last run wherever they still hold.

    Without what an import has read and nobody declares; unchanged where the last inputs are not
    known, or are themselves an import's.
    """
    if not found.id or declared is None or declared.get(IMPORT):
        return found
    state = State.load(table, found.outputs)
    inputs = {k: v for k, v in found.inputs.items() if k != IMPORT}
    mine = owned.restrict(table, inputs, state.applied)
    for column in tables.inputs(table):
        now = mine.get(column.name)
        said = declared.get(column.name)
        if _same(column, said, now):
            now = said
        inputs.pop(column.name, None)
        if now is not None:
            inputs[column.name] = now
    return Result(found.id, found.outputs, inputs)


def _same(column: tables.Column, declared: Any, live: Any) -> bool:
    """Whether two values mean the same; an empty collection is the same as none."""
    left, right = (
        None if value in ([], {}) else column.canonical(value) for value in (declared, live)
    )
    return same(left, right)
