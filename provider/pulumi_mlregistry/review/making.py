"""Makes a review of a preview."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from pulumi_mlregistry.apis import times
from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.plugin.urns import Urn
from pulumi_mlregistry.program import door
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.phrases import DRIFTED, changed_outside
from pulumi_mlregistry.reconcile.planning import Change, Kind, reasons, same_name
from pulumi_mlregistry.reconcile.protocol import Live
from pulumi_mlregistry.reconcile.redaction import MASK, redact
from pulumi_mlregistry.reconcile.state import ADOPTED
from pulumi_mlregistry.reconcile.table import Table
from pulumi_mlregistry.reconcile.telling import secret_texts
from pulumi_mlregistry.review import differing, lines, showing
from pulumi_mlregistry.review.model import Fate, Item, Review
from pulumi_mlregistry.review.reading import Diagnostic, Preview, Side, Step

_FATES = {
    "create": Fate.CREATE,
    "update": Fate.UPDATE,
    "replace": Fate.REPLACE,
    "delete": Fate.DELETE,
    "import": Fate.IMPORT,
    "import-replacement": Fate.REPLACE,
    "refresh": Fate.REFRESH,
    "read": Fate.READ,
    "read-replacement": Fate.READ,
    "gone": Fate.REFRESH,
}
_STACK = "pulumi:pulumi:Stack"
_QUIET = ("same", "refresh")
_NOWHERE = Side()


def review(preview: Preview) -> Review:
    """What a reviewer needs of a preview, without a secret in it."""
    known = _known_secrets(preview)
    steps = [s for s in preview.steps if _type(s.urn) != _STACK]
    stacks = {s.urn for s in preview.steps} - {s.urn for s in steps}
    told = [
        dataclasses.replace(
            d, message=redact(d.message, known), urn="" if d.urn in stacks else d.urn
        )
        for d in preview.diagnostics
    ]
    steps += _only_told(steps, told)
    subjects = [lines.Subject(s.urn, _names(s)) for s in sorted(steps, key=_goes)]
    left = lines.assign(subjects, told)
    by_urn = {subject.urn: subject.lines for subject in subjects}
    found = Review(
        items=[_item(step, by_urn[step.urn]) for step in steps],
        same=max(0, preview.same - sum(s.op in _QUIET for s in preview.steps if s.urn in stacks)),
        failed=preview.failed,
        stack=_stack(preview),
    )
    for line in left:
        _on_the_stack(found, line)
    return found


def _known_secrets(preview: Preview) -> frozenset[str]:
    """The secrets that a preview shows in the clear: where it was asked to."""
    found = set(preview.secrets)
    for step in preview.steps:
        table = _table(step.urn)
        sides = [side for side in (step.old, step.new) if side]
        if table is not None:
            values = [v for side in sides for v in (side.inputs, side.outputs)]
            found |= set(secret_texts(table, values))
    return frozenset(found - {MASK})


def _stack(preview: Preview) -> str:
    urns = [s.urn for s in preview.steps if _type(s.urn)]
    if not urns:
        return ""
    first = Urn.parse(urns[0])
    return f"{first.project}/{first.stack}"


def _type(urn: str) -> str:
    return Urn.parse(urn).type if urn.count("::") >= 3 else ""


def _kind(urn: str) -> str:
    kind = door.kind_of(_type(urn))
    return kind if kind in KINDS else ""


def _table(urn: str) -> type[Table] | None:
    kind = _kind(urn)
    return KINDS[kind].table if kind else None


def _goes(step: Step) -> bool:
    """Of two resources of one name, a line is about the one that stays."""
    return step.op == "delete"


def _only_told(steps: Iterable[Step], told: Iterable[Diagnostic]) -> list[Step]:
    """Resources that were not planned, because of what is told of them."""
    known = {step.urn for step in steps}
    urns = {d.urn: d for d in told if d.urn.count("::") >= 3 and d.urn not in known}
    return [Step(urn, "", None, None, {}) for urn in urns if _type(urn) != _STACK]


def _names(step: Step) -> frozenset[str]:
    """All that the product may call this object in a line."""
    table = _table(step.urn)
    if table is None:
        return frozenset()
    derived = [c.name for c in tables.outputs(table) if c.behaviour.derived]
    found = set()
    for side in filter(None, (step.old, step.new)):
        values = {**side.inputs, **side.outputs}
        ids = [side.id, *(values.get(name) for name in (*derived, "name"))]
        found |= {table.called(i, values) for i in ids if isinstance(i, str) and i}
    return frozenset(found)


def _item(step: Step, told: list[Diagnostic]) -> Item:
    table = _table(step.urn)
    type_ = _type(step.urn)
    logical = Urn.parse(step.urn).name if type_ else step.urn
    side = step.new or step.old or _NOWHERE
    item = Item(
        urn=step.urn,
        type=door.kind_of(type_),
        kind=_kind(step.urn),
        title=table.title if table else door.kind_of(type_),
        name=_name(table, step) if table else logical,
        logical=logical,
        fate=_FATES.get(step.op, Fate.SAME) if step.op else Fate.FAILED,
        needs=side.needs,
        values={**side.outputs, **side.inputs},
    )
    known: set[str] = set()
    if table is None:
        item.paths = differing.foreign_paths(step)
    else:
        known = _fill(item, table, step, told)
    lines.tell(item, told, known)
    if item.fate is Fate.REPLACE and not item.why:
        # Replaced along with what it refers to: the provider was asked with a value yet unknown.
        item.why, item.notes = item.notes or ["what it depends on is replaced"], []
    if item.adoption and item.fate is Fate.CREATE:
        item.fate = Fate.ADOPT
    if step.op == "create" and step.old is not None:
        item.drift.append("it is gone from the registry, and is created anew")
    if item.fate is Fate.REFRESH and step.new is not None and not item.drift:
        item.fate = Fate.SAME  # it was read, and is as it was
    return item


def _fill(item: Item, table: type[Table], step: Step, told: list[Diagnostic]) -> set[str]:
    """What changes, why and at what cost; answers the reasons that this shows."""
    old, new = step.old or _NOWHERE, step.new or _NOWHERE
    changes: list[Change] = []
    if item.fate in (Fate.UPDATE, Fate.REPLACE):
        changes = differing.changes(table, step, lines.hidden_paths(told))
        item.groups = showing.changed(table, changes)
    elif item.fate in (Fate.CREATE, Fate.IMPORT):
        item.groups = showing.coming(table, new)
    elif item.fate is Fate.DELETE:
        item.lost = _delete(table, old)
    if item.fate is Fate.REPLACE:
        item.why = sorted(reasons(c for c in changes if c.kind is Kind.REPLACE))
        item.lost = _replacement(table, old, new)
    last = _last_change(table, old)
    met = sorted(c.path for c in changes if c.kind is Kind.CONFLICT)
    item.conflicts += [f"{path}: {DRIFTED}{last}; the next up takes it back" for path in met]
    # A read in this very preview has told the same of them.
    return reasons(changes) | ({changed_outside(met, last)} if met else set())


def _name(table: type[Table], step: Step) -> str:
    """What the registry calls an object; of a new version there is only the model's name yet."""
    side = step.new or step.old or _NOWHERE
    values = {**side.inputs, **side.outputs}
    derived = (values.get(c.name) for c in tables.outputs(table) if c.behaviour.derived)
    given = next((d for d in derived if isinstance(d, str)), None)
    id_ = side.id or (step.old.id if step.old else "")
    if not (id_ or given):
        name = values.get("name")
        given = name if isinstance(name, str) else Urn.parse(step.urn).name
        given = given if table.named else f"{given} (new version)"
    return table.called(given or id_, values).removeprefix(table.title).strip()


def _replacement(table: type[Table], old: Side, new: Side) -> str:
    """What becomes of the object that is replaced."""
    if not table.named:
        return f"{_called(table, old)} stays in the registry"
    if same_name(table, old.outputs or old.inputs, new.inputs):
        lost = table.loses or "what others attached to it"
        return f"deleted for good, and created anew under the same name; lost: {lost}"
    return f"{_called(table, old)} is replaced by one of another name: {_delete(table, old)}"


def _delete(table: type[Table], old: Side) -> str:
    """What a delete does, by the policy that the state carries."""
    policy = str(old.outputs.get("deletePolicy") or old.inputs.get("deletePolicy") or "")
    if old.outputs.get(ADOPTED) is True and not policy:
        return "stays in the registry, as it was adopted"
    said = policy or table.default_delete
    how = f"delete policy {said}" + (
        "" if policy else ", unless mlregistry:deletePolicy says otherwise"
    )
    if said == "retain":
        return f"stays in the registry ({how})"
    if said == "soft":
        return f"deleted softly: it can be restored, and its name stays taken ({how})"
    guarded = "recursive" in tables.by_name(table) and old.outputs.get("recursive") is not True
    if guarded:
        return f"deleted for good; up refuses to while that takes along {table.loses} ({how})"
    return f"deleted for good{f', with {table.loses}' if table.loses else ''} ({how})"


def _called(table: type[Table], side: Side) -> str:
    return table.called(side.id, side.outputs or side.inputs)


def _last_change(table: type[Table], old: Side) -> str:
    """Who changed it last and when, as the state knows it since the last refresh."""
    told = [old.outputs.get(name) for name in table.last_change]
    when: Any = told[0] if told else ""
    moment = times.moment(when) if isinstance(when, int | float) else str(when or "")
    by = told[1] if len(told) > 1 else ""
    text = Live("", {}, changed_at=moment, changed_by=str(by or "")).last_change
    return f" ({text})" if text else ""


def _on_the_stack(found: Review, line: Diagnostic) -> None:
    systems = tuple(f"{kind.table.system}: " for kind in KINDS.values())
    if line.severity == "error":
        found.errors.append(line.message)
    elif line.severity == "warning":
        found.warnings.append(line.message)
    elif line.message.startswith(systems):
        found.registries.append(line.message)
    else:
        found.notes.append(line.message)
