"""Turns a run into lines that read like those of `pulumi`."""

from __future__ import annotations

import json
from collections import Counter

from pulumi_mlregistry.localengine.changes import Change
from pulumi_mlregistry.localengine.report import (
    CREATE,
    DELETE,
    GONE,
    REFRESH,
    REPLACE,
    SAME,
    UPDATE,
    Diagnostic,
    Result,
    Step,
)
from pulumi_mlregistry.localengine.urns import name_of, type_of

BANNER = (
    "mlregistry's local engine (not Pulumi): for demos, tests and machines without the pulumi CLI"
)
_HEADINGS = {
    "preview": "Previewing update",
    "up": "Updating",
    "refresh": "Refreshing",
    "destroy": "Destroying",
}
_SIGNS = {CREATE: "+", UPDATE: "~", DELETE: "-", REFRESH: "~", GONE: "-", SAME: " "}
_DONE = {
    CREATE: "created",
    UPDATE: "updated",
    REPLACE: "replaced",
    DELETE: "deleted",
    REFRESH: "refreshed",
    GONE: "gone",
    SAME: "unchanged",
}
_TO_DO = {
    CREATE: "create",
    UPDATE: "update",
    REPLACE: "replace",
    DELETE: "delete",
    REFRESH: "refresh",
    GONE: "gone",
    SAME: "unchanged",
}
_CHANGE_SIGNS = {"add": "+", "delete": "-", "update": "~"}
_VALUE_WIDTH = 200


def heading(command: str, stack: str) -> list[str]:
    """The first two lines of a run."""
    return [BANNER, f"{_HEADINGS[command]} ({stack}):"]


def step_lines(step: Step, *, preview: bool, full: bool) -> list[str]:
    """One line for a resource, and one for each property that differs; none if unchanged.

    ``full`` adds what a new resource is declared as.
    """
    if step.op == SAME and not step.failed:
        return []
    words = _TO_DO if preview else _DONE
    verb = f"{_TO_DO[step.op]} failed" if step.failed else words[step.op]
    line = f" {sign(step):<2} {step.type} {step.name} {verb}"
    if not preview and step.seconds >= 1:
        line += f" ({step.seconds:.0f}s)"
    if step.changed:
        line += f" [diff: {_summary(step.changes)}]"
    lines = [line]
    if full and step.op == CREATE:
        lines += [f"       {key}: {_value(value)}" for key, value in sorted(step.inputs.items())]
    return lines + change_lines(step.changes)


def sign(step: Step) -> str:
    """The mark in front of a resource: ``+-`` creates before it deletes, ``-+`` after."""
    if step.op == REPLACE:
        return "-+" if step.delete_first else "+-"
    return _SIGNS[step.op]


def change_lines(changes: tuple[Change, ...], indent: str = "     ") -> list[str]:
    """One line for each property that differs, old and new side by side."""
    width = max((len(change.path) for change in changes), default=0)
    lines = []
    for change in changes:
        if change.kind == "add":
            text = _value(change.new)
        elif change.kind == "delete":
            text = _value(change.old)
        else:
            text = f"{_value(change.old)} => {_value(change.new)}"
        mark = _CHANGE_SIGNS[change.kind]
        forces = " (forces replacement)" if change.replaces else ""
        lines.append(f"{indent}{mark} {change.path:<{width}}: {text}{forces}")
    return lines


def _summary(changes: tuple[Change, ...]) -> str:
    kinds: dict[str, str] = {}
    for change in changes:
        whole = change.path == change.top
        kinds[change.top] = _CHANGE_SIGNS[change.kind] if whole else "~"
    return ",".join(mark + key for key, mark in kinds.items())


def _value(value: object) -> str:
    if value in ("[secret]", "[unknown]"):
        return str(value)
    text = json.dumps(value, ensure_ascii=False)
    for marker in ("[secret]", "[unknown]"):
        text = text.replace(f'"{marker}"', marker)
    return text if len(text) <= _VALUE_WIDTH else text[: _VALUE_WIDTH - 3] + "..."


def summary_lines(result: Result, *, show_outputs: bool = True) -> list[str]:
    """What follows the resources: diagnostics, outputs, counts and the duration."""
    blocks = [_diagnostic_lines(result.diagnostics)]
    if show_outputs:
        blocks.append(_output_lines(result))
    blocks.append(_count_lines(result))
    lines: list[str] = []
    for block in blocks:
        if block:
            lines += ["", *block]
    if result.command != "preview":
        lines += ["", f"Duration: {max(1, round(result.seconds))}s"]
    return lines


def _diagnostic_lines(diagnostics: list[Diagnostic]) -> list[str]:
    if not diagnostics:
        return []
    lines = ["Diagnostics:"]
    for urn in dict.fromkeys(d.urn for d in diagnostics):
        lines.append(
            f"  {type_of(urn)} ({name_of(urn)}):" if urn.startswith("urn:") else "  stack:"
        )
        for diagnostic in diagnostics:
            if diagnostic.urn == urn:
                prefix = "" if diagnostic.severity == "info" else f"{diagnostic.severity}: "
                lines += _indented(prefix + diagnostic.message)
    return lines


def _indented(text: str) -> list[str]:
    return [f"    {line}" for line in text.splitlines()]


def _output_lines(result: Result) -> list[str]:
    changes = {change.top: change for change in result.output_changes}
    if result.command == "preview":
        return ["Outputs:", *change_lines(result.output_changes, "  ")] if changes else []
    if result.command != "up" or not result.outputs:
        return []
    lines = ["Outputs:"]
    for key, value in sorted(result.outputs.items()):
        mark = " "
        if key in changes:
            mark = _CHANGE_SIGNS[changes[key].kind] if changes[key].path == key else "~"
        lines.append(f"  {mark} {key}: {_value(value)}")
    return lines


def _count_lines(result: Result) -> list[str]:
    counts = Counter(step.op for step in result.steps if not step.failed)
    preview = result.command == "preview"
    lines = ["Resources:"]
    for op in (CREATE, UPDATE, REPLACE, DELETE, REFRESH, GONE):
        if counts[op]:
            mark = "+-" if op == REPLACE else _SIGNS[op]
            word = f"to {_TO_DO[op]}" if preview and op not in (REFRESH, GONE) else _DONE[op]
            lines.append(f"    {mark} {counts[op]} {word}")
    failed = sum(step.failed for step in result.steps)
    if failed:
        lines.append(f"    {failed} failed")
    if counts[SAME] or len(lines) == 1:
        lines.append(f"    {counts[SAME]} unchanged")
    return lines
