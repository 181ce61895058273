"""What a resource keeps in Pulumi's state: outputs, and hidden keys that tell whose is what."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi_mlregistry.reconcile import owned
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.canonical import digest, same
from pulumi_mlregistry.reconcile.errors import OtherRegistry
from pulumi_mlregistry.reconcile.ignored import accepted
from pulumi_mlregistry.reconcile.nested import declared_part
from pulumi_mlregistry.reconcile.paths import Path
from pulumi_mlregistry.reconcile.planning import Ownership
from pulumi_mlregistry.reconcile.protocol import Live
from pulumi_mlregistry.reconcile.table import DELETED_WITH as DELETED_WITH
from pulumi_mlregistry.reconcile.table import IGNORED as IGNORED
from pulumi_mlregistry.reconcile.table import IMPORT as IMPORT
from pulumi_mlregistry.reconcile.table import INSTANCE as INSTANCE
from pulumi_mlregistry.reconcile.table import PARENT as PARENT
from pulumi_mlregistry.reconcile.table import SECRETS as SECRETS
from pulumi_mlregistry.reconcile.table import STACK as STACK
from pulumi_mlregistry.reconcile.table import Table
from pulumi_mlregistry.reconcile.unknown import has_unknown

APPLIED, OWNER, ADOPTED = "__applied", "__owner", "__adopted"
REGISTRY = "registry"
RESTORED = "restored"
KEPT: Final = (OWNER, SECRETS, IGNORED, STACK, INSTANCE, DELETED_WITH)
"""The hidden arguments that outputs keep."""
_FOREIGN = "?"
"""Marks a path of others in an exclusive field: known since a refresh, and never applied."""
DRIFT = "!"
"""Marks an applied path whose live value others have changed; an echo is hexadecimal."""
_SHOWN = "*"
"""Stands for each path that the outputs hold a value at and that has no mark of its own: applied
and kept as declared, or imported. Nearly all are, and bytes of state are time."""
IMPORTED = "+"
"""Marks a path that an import has read and nobody has applied: it is this program's once, and as
long as, the program declares it."""
_UNAPPLIED = "-"
"""Marks a path that the outputs hold and nobody applied: what the registry computes."""


@dataclass
class State:
    """The last outputs of one resource, taken apart.

    ``applied`` maps each path that the last write declared to the echo: empty where the registry
    keeps the value as declared, else a digest of how it spells it. Values stand only once, in the
    outputs, so that a secret cannot be in the state twice and once in the clear.
    """

    table: type[Table]
    outputs: Mapping[str, Any]
    applied: dict[Path, str] = field(default_factory=dict)
    drifted: set[Path] = field(default_factory=set)
    unclaimed: set[Path] = field(default_factory=set)
    """What an import has read and the program is not known to declare."""
    is_declared_known: bool = False
    """Whether it is known what of an import the program has declared since."""
    known: dict[Path, Any] = field(default_factory=dict)
    """What the outputs hold of arguments, by path."""

    @classmethod
    def load(
        cls,
        table: type[Table],
        outputs: Mapping[str, Any],
        declared: Mapping[str, Any] | None = None,
    ) -> State:
        """Read outputs as they come from the engine.

        ``declared`` is what the program declared in the last run: of what an import has read, that
        is the program's. None where it is not known.
        """
        state = cls(table, outputs, known=owned.flatten(table, outputs))
        for path, echo in _marks(outputs, state.known).items():
            if echo.startswith(IMPORTED):
                state.unclaimed.add(path)
                if echo.endswith(DRIFT):
                    state.drifted.add(path)
                continue
            if echo in (DRIFT, _FOREIGN):
                state.drifted.add(path)
            if echo != _FOREIGN:
                state.applied[path] = "" if echo == DRIFT else str(echo)
        if declared is not None and not declared.get(IMPORT):
            state.is_declared_known = True
            state._claim(declared)
        return state

    def _claim(self, declared: Mapping[str, Any]) -> None:
        """Of what an import has read, take what the program has declared since for applied."""
        if not self.unclaimed:
            return
        for path, item in owned.flatten(self.table, declared).items():
            if path in self.unclaimed:
                lists = tables.column(self.table, path.field).behaviour.lists
                self.known[path] = declared_part(self.known.get(path), [item], lists)
                self.unclaimed.discard(path)
                self.applied[path] = ""
        values = owned.unflatten(self.table, self.outputs, self.known)
        self.outputs = {**self.outputs, **values}

    @property
    def own(self) -> dict[str, Any]:
        """The arguments among the outputs that are this program's."""
        return self._restricted(self.applied)

    @property
    def read(self) -> Mapping[str, Any]:
        """The arguments among the outputs that are this program's or were imported."""
        if self.imported:
            return self.outputs
        return self._restricted({*self.applied, *self.unclaimed})

    def _restricted(self, paths: Collection[Path]) -> dict[str, Any]:
        exclusive = listed(self.outputs, "exclusive")
        return owned.restrict(self.table, self.outputs, paths, exclusive)

    @property
    def owner(self) -> str:
        """The resource that wrote this state: project/stack/type/name."""
        return str(self.outputs.get(OWNER) or "")

    @property
    def registry(self) -> str:
        """Where the object lives: origin and platform or base path."""
        return str(self.outputs.get(REGISTRY) or "")

    @property
    def adopted(self) -> bool | str:
        """Whether the object was there before this resource, imported ones too; `RESTORED` if in
        the trash only."""
        found = self.outputs.get(ADOPTED)
        return found if isinstance(found, str) else bool(found) or self.imported

    @property
    def imported(self) -> bool:
        """Whether nothing was ever applied: the outputs come from an import or a look-up by id."""
        return APPLIED not in self.outputs

    @property
    def ignored(self) -> tuple[str, ...]:
        """The property paths that the program ignored when this state was written."""
        return ignored_paths(self.outputs)

    def accepting(self, live: Mapping[str, Any], paths: Collection[str]) -> State:
        """This state, as if the live values at the ``paths`` had been read before."""
        if not paths:
            return self
        outputs = accepted(self.table, self.outputs, live, paths)
        known = owned.flatten(self.table, outputs)
        return dataclasses.replace(self, outputs=outputs, known=known)

    def ownership(self, declared: Mapping[str, Any]) -> Ownership:
        """Whose paths are whose, with the policies of a new declaration."""
        return Ownership(
            applied=tuple(self.applied),
            drifted=frozenset(self.drifted),
            exclusive=listed(declared, "exclusive"),
            release=listed(declared, "release"),
            secret=secret_fields(declared, self.outputs),
        )

    def identities(self) -> dict[str, Any]:
        """The server values that tell this object from another under its name."""
        return {
            c.name: self.outputs[c.name]
            for c in tables.outputs(self.table)
            if c.behaviour.identity and self.outputs.get(c.name) is not None
        }


def listed(values: Mapping[str, Any], policy: str) -> tuple[str, ...]:
    """The fields that a policy names; none where that is not known yet."""
    names = values.get(policy)
    return tuple(names) if isinstance(names, list | tuple) and not has_unknown(names) else ()


def stacks(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The identities of the stack in arguments or outputs, the present one first."""
    known = values.get(STACK)
    return tuple(known.split()) if isinstance(known, str) else ()


def ignored_paths(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The property paths whose changes a program ignores."""
    return tuple(map(str, values.get(IGNORED) or ()))


def secret_fields(*values: Mapping[str, Any]) -> frozenset[str]:
    """The fields that the program itself made secret, whatever they are."""
    return frozenset(str(name) for v in values for name in v.get(SECRETS) or ())


def policy_notes(table: type[Table], state: State, declared: Mapping[str, Any]) -> Iterator[str]:
    """What a change of ``exclusive`` or ``release`` does that no change of a value shows."""
    known = {path.field for path in (*state.applied, *state.unclaimed)}
    for name in listed(declared, "exclusive"):
        if name not in listed(state.outputs, "exclusive"):
            yield (
                f"{name} becomes exclusive: up deletes the keys that others have in it, which are "
                "unknown until then"
            )
    for name in listed(declared, "release"):
        if name in known and name not in listed(state.outputs, "release"):
            yield f"{name} is released: it keeps its value in the registry"


def is_same_object(state: State, live: Live) -> bool:
    """Identity first: whether the live object is the one that the state is about."""
    return all(same(value, live.server.get(name)) for name, value in state.identities().items())


def refuse_elsewhere(state: State, here: str, moved_from: Collection[str]) -> None:
    """Raise `OtherRegistry` where the state is about another registry than the configured one."""
    if not state.registry or state.registry == here or state.registry in moved_from:
        return
    raise OtherRegistry(
        f"the state says it lives at {state.registry}, the configuration says {here}",
        remedy="Set the address back; or, if the registry itself moved, set "
        f"mlregistry:movedFrom to {state.registry}",
    )


def identity_text(table: type[Table], live: Live) -> str:
    """How a message tells this object from another under the same name."""
    named = (c.name for c in tables.outputs(table) if c.behaviour.identity)
    return ", ".join(f"{name} {live.server.get(name)}" for name in named)


def respell(state: State, live: Mapping[str, Any]) -> dict[str, Any]:
    """Live values, spelled as the state has them wherever they are still the same."""
    known = state.known
    result: dict[str, Any] = {}
    for column in tables.inputs(state.table):
        if column.behaviour.write_only:
            value = state.outputs.get(column.name)
        else:
            parts = [
                (path, _respelled(state, column, path, item, known.get(path)))
                for path, item in owned.entries(column, live.get(column.name))
            ]
            value = (
                owned.rebuild(column, parts, known) if live.get(column.name) is not None else None
            )
            said = state.outputs.get(column.name)
            if value is None and column.canonical(said) is None:
                value = said  # another way to say "not set"
        if value is not None:
            result[column.name] = value
    return result


def _respelled(state: State, column: tables.Column, path: Path, item: Any, known: Any) -> Any:
    if known is None:
        return item
    if same(item, known):
        return known
    live = owned.canonical_entry(column, path, item)
    echo = state.applied.get(path)
    if same(live, owned.canonical_entry(column, path, known)) or (echo and digest(live) == echo):
        return known
    return item


def applied_marks(
    paths: Iterable[Path],
    echoes: Mapping[Path, str],
    drifted: Iterable[Path] = (),
    foreign: Iterable[Path] = (),
) -> dict[Path, str]:
    """What there is to remember of each path."""
    away = set(drifted)
    marks = {path: DRIFT if path in away else echoes.get(path, "") for path in sorted(paths)}
    return marks | dict.fromkeys(sorted(foreign), _FOREIGN)


def has_imported(marks: Mapping[Path, str]) -> bool:
    """Whether some of it was imported, and the program is not known to declare it."""
    return any(mark.startswith(IMPORTED) for mark in marks.values())


def marks_of(table: type[Table], outputs: Mapping[str, Any]) -> dict[Path, str]:
    """The marks that outputs carry, each by its path."""
    return _marks(outputs, owned.flatten(table, outputs))


def _marks(outputs: Mapping[str, Any], shown: Iterable[Path]) -> dict[Path, str]:
    said = outputs.get(APPLIED) or {}
    marks = {Path.parse(pointer): str(mark) for pointer, mark in said.items() if pointer != _SHOWN}
    if _SHOWN in said:
        marks = dict.fromkeys(shown, str(said[_SHOWN])) | marks
    return {path: mark for path, mark in marks.items() if mark != _UNAPPLIED}


def _in_short(
    table: type[Table], outputs: Mapping[str, Any], marks: Mapping[Path, str]
) -> dict[str, str]:
    """The marks as outputs carry them, those that go without saying left out."""
    shown = owned.flatten(table, outputs)
    imported = [mark for mark in marks.values() if mark == IMPORTED]
    usual = IMPORTED if len(imported) > len(marks) / 2 else ""
    said = {p.pointer: mark for p, mark in marks.items() if mark != usual or p not in shown}
    others = {path.pointer: _UNAPPLIED for path in shown if path not in marks}
    return {_SHOWN: usual, **said, **others}


def kept_arguments(
    table: type[Table],
    declared: Mapping[str, Any],
    values: Mapping[str, Any],
    paths: Collection[Path],
) -> dict[str, Any]:
    """What of an object's values is owned, and the collections that are declared empty."""
    mine = owned.restrict(table, values, paths, listed(declared, "exclusive"))
    return owned.empties(table, declared) | mine


def make_outputs(
    table: type[Table],
    live: Live,
    values: Mapping[str, Any],
    *,
    arguments: Mapping[str, Any],
    marks: Mapping[Path, str],
    declared: Mapping[str, Any],
    registry: str,
    adopted: bool | str,
) -> dict[str, Any]:
    """The outputs to keep: owned fields (``arguments``), server values, policies, hidden keys."""
    outputs = dict(arguments)
    for column in tables.inputs(table):
        computed = column.behaviour.computed and column.name not in outputs
        if computed and live.values.get(column.name) is not None:
            outputs[column.name] = live.values[column.name]
    for column in tables.outputs(table):
        value = live.server.get(column.name)
        if column.behaviour.derived is not None:
            value = column.behaviour.derived(values)
        if value is not None:
            outputs[column.name] = value
    for column in tables.policies(table):
        if declared.get(column.name) is not None:
            outputs[column.name] = declared[column.name]
    outputs[REGISTRY] = registry
    outputs[APPLIED] = _in_short(table, outputs, marks)
    for hidden in (*KEPT, PARENT):
        if declared.get(hidden):
            outputs[hidden] = declared[hidden]
    if adopted:
        outputs[ADOPTED] = adopted
    return outputs
