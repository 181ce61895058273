"""What a command on a stack would do or did, for assertions that read like a review."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pulumi_mlregistry.localengine import Diagnostic, display, report
from pulumi_mlregistry.localengine import Result as EngineResult
from pulumi_mlregistry.localengine import Step as EngineStep
from pulumi_mlregistry.localengine.urns import STACK_TYPE
from pulumi_mlregistry.program.door import kind_of

_WORDS = {
    report.CREATE: "create",
    report.UPDATE: "update",
    report.REPLACE: "replace",
    report.DELETE: "delete",
    report.REFRESH: "refresh",
    report.GONE: "gone",
    report.SAME: "unchanged",
}


class Change(NamedTuple):
    """One property: None where it is absent, ``[secret]`` and ``[unknown]`` for what is so."""

    old: object
    new: object


@dataclass(frozen=True)
class Step:
    """One resource's part in a command."""

    op: str
    """create, update, replace, delete, refresh (it drifted), gone (deleted elsewhere) or same."""
    type: str
    """As in ``mlflow:RegisteredModel``."""
    name: str
    """The logical name."""
    urn: str
    changes: dict[str, Change]
    """By path, as in ``tags.team`` or ``mlFeatures[0].description``; empty for a create."""
    forces_replacement: tuple[str, ...]
    """The paths of changes because of which it is replaced."""
    inputs: dict[str, Any] = field(default_factory=dict)
    """What a new resource is declared as; secrets read ``[secret]``."""


class Result:
    """What one command would do (`preview`) or did.

    ``creates``, ``updates``, ``replaces``, ``deletes``, ``drifted`` and ``gone`` are sorted logical
    names; ``result["name"]`` is a resource's `Step`. The stack itself is not among them.
    """

    def __init__(self, result: EngineResult) -> None:
        self.command = result.command
        self.steps = [_step(each) for each in result.steps if each.type != STACK_TYPE]
        self.diagnostics: list[Diagnostic] = result.diagnostics
        """Each with ``severity`` (info, warning or error), ``message`` and ``urn``."""
        self.outputs = result.outputs
        """The stack's outputs; ``[secret]`` and ``[unknown]`` for what is so."""
        self.seconds = result.seconds
        self._text = "\n".join(_lines(result))

    @property
    def creates(self) -> list[str]:
        """The resources that are made."""
        return self._of(report.CREATE)

    @property
    def updates(self) -> list[str]:
        """The resources that are changed in place."""
        return self._of(report.UPDATE)

    @property
    def replaces(self) -> list[str]:
        """The resources that are made anew in the place of others."""
        return self._of(report.REPLACE)

    @property
    def deletes(self) -> list[str]:
        """The resources that are deleted."""
        return self._of(report.DELETE)

    @property
    def drifted(self) -> list[str]:
        """The resources of which others changed what is declared: a refresh found it."""
        return self._of(report.REFRESH)

    @property
    def gone(self) -> list[str]:
        """The resources that others deleted: a refresh found it."""
        return self._of(report.GONE)

    @property
    def changed(self) -> list[str]:
        """All of these; empty where nothing is planned, was done or was found."""
        return sorted({step.name for step in self.steps if step.op != report.SAME})

    @property
    def warnings(self) -> list[str]:
        """The messages of this severity."""
        return [each.message for each in self.diagnostics if each.severity == "warning"]

    @property
    def errors(self) -> list[str]:
        """The messages of this severity."""
        return [each.message for each in self.diagnostics if each.severity == "error"]

    def __getitem__(self, name: str) -> Step:
        """A step by logical name, ``type::name`` or URN; KeyError says which ones there are."""
        found = [s for s in self.steps if name in (s.name, f"{s.type}::{s.name}", s.urn)]
        if len(found) == 1:
            return found[0]
        there = ", ".join(f"{s.type}::{s.name}" for s in found or self.steps)
        raise KeyError(f"{'no resource' if not found else 'several'} {name}: {there or 'none'}")

    def __str__(self) -> str:
        """What the engine prints of it."""
        return self._text

    def __repr__(self) -> str:
        """One line: what is done to how many."""
        counts = [f"{word} {len(self._of(op))}" for op, word in _WORDS.items() if self._of(op)]
        return f"<{self.command}: {', '.join(counts) or 'nothing'}>"

    def _of(self, op: str) -> list[str]:
        return sorted(step.name for step in self.steps if step.op == op)


class Failed(Exception):
    """A command that failed; ``result`` is what it did before, the message its errors."""

    def __init__(self, result: Result) -> None:
        lines = "; ".join(_headline(message) for message in result.errors)
        super().__init__(f"{result.command} failed: {lines}")
        self.result = result


def _headline(message: str) -> str:
    """The last line of a traceback, which `Result` shows whole; other messages as they are."""
    return message.strip().rpartition("\n")[2] if "Traceback" in message else message


def _step(step: EngineStep) -> Step:
    return Step(
        op=step.op,
        type=kind_of(step.type),
        name=step.name,
        urn=step.urn,
        changes={each.path: Change(each.old, each.new) for each in step.changes},
        forces_replacement=tuple(each.path for each in step.changes if each.replaces),
        inputs=step.inputs,
    )


def _lines(result: EngineResult) -> list[str]:
    preview = result.command == "preview"
    shown = [display.step_lines(each, preview=preview, full=False) for each in result.steps]
    return [*(line for lines in shown for line in lines), *display.summary_lines(result)]
