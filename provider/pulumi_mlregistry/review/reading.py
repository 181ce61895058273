"""Reads the JSON of a preview: a digest, or the events that newer engines stream."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pulumi_mlregistry.review.errors import NotAPreviewError
from pulumi_mlregistry.review.values import received

_EXPECTED: Final = (
    "expected what `pulumi preview --json` or `mlregistry preview --json` prints, in a file or on "
    "standard input"
)
_EVENTS: Final = ("resourcePreEvent", "diagnosticEvent", "summaryEvent", "preludeEvent")
_PARTS: Final = {"create-replacement": "replace", "delete-replaced": "replace"}
"""Steps of which several make up one."""
_STRENGTH: Final = ("same", "read", "refresh", "import", "create", "update", "delete", "replace")


@dataclass(frozen=True)
class Side:
    """A resource before or after: values with secrets concealed and unknowns marked."""

    id: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    """The URNs that it depends on."""
    ignores: tuple[str, ...] = ()
    """The property paths that the engine was told to leave alone."""


@dataclass(frozen=True)
class Step:
    """What is to happen to one resource; a side is None where it is not there."""

    urn: str
    op: str
    old: Side | None
    new: Side | None
    detailed: Mapping[str, str]
    """The kind of each difference by path, where the provider told: ``update-replace``."""


@dataclass(frozen=True)
class Diagnostic:
    """One message; ``urn`` is empty where it is told on no resource."""

    severity: str
    message: str
    urn: str


@dataclass(frozen=True)
class Preview:
    """A whole preview, and every text in it that was marked as a secret and is in the clear."""

    steps: tuple[Step, ...]
    diagnostics: tuple[Diagnostic, ...]
    same: int
    """How many resources do not change, also those that are not among the steps."""
    failed: bool
    secrets: frozenset[str]


def read(text: str) -> Preview:
    """A preview of its JSON; raises `NotAPreviewError`."""
    try:
        documents = list(_documents(text))
    except (ValueError, RecursionError):
        raise NotAPreviewError(f"the input is no JSON; {_EXPECTED}") from None
    if len(documents) == 1 and isinstance(documents[0], Mapping) and _is_digest(documents[0]):
        return _Reader().digest(documents[0])
    events = [e for d in _maps(documents) for e in _maps(d.get("events", [d]))]
    if any(name in event for event in events for name in _EVENTS):
        return _Reader().events(events)
    raise NotAPreviewError(f"the input is JSON and no preview; {_EXPECTED}")


def _documents(text: str) -> Iterable[Any]:
    """The JSON values in a text, one after the other."""
    decoder = json.JSONDecoder()
    text = text.removeprefix("\ufeff").strip()
    if not text:
        raise ValueError("empty")
    position = 0
    while position < len(text):
        value, position = decoder.raw_decode(text, position)
        yield value
        while text[position : position + 1].isspace():
            position += 1


def _is_digest(document: Mapping[str, Any]) -> bool:
    steps = document.get("steps")
    if isinstance(steps, list):
        return all(isinstance(s, Mapping) and "urn" in s and "op" in s for s in steps)
    told = isinstance(document.get("diagnostics"), list)
    return steps is None and (told or "changeSummary" in document)


class _Reader:
    """Collects the secrets that it meets."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()

    def digest(self, document: Mapping[str, Any]) -> Preview:
        """``steps``, ``diagnostics``, ``changeSummary``."""
        steps = [self._step(s, "oldState", "newState") for s in document.get("steps") or []]
        told = _maps(document.get("diagnostics"))
        summary = document.get("changeSummary")
        return self._preview(steps, told, summary, failed=bool(document.get("exitCode")))

    def events(self, events: Iterable[Mapping[str, Any]]) -> Preview:
        """One event after the other, as the engine has them."""
        steps: list[Step] = []
        told: list[Mapping[str, Any]] = []
        summary: Any = None
        for event in events:
            found = {n: e for n, e in event.items() if isinstance(e, Mapping)}
            metadata = found.get("resourcePreEvent", {}).get("metadata")
            if isinstance(metadata, Mapping):
                steps.append(self._step(metadata, "old", "new"))
            diagnostic = found.get("diagnosticEvent")
            if diagnostic and not diagnostic.get("ephemeral"):
                told.append(diagnostic)
            summary = found.get("summaryEvent", {}).get("resourceChanges", summary)
        return self._preview(steps, told, summary, failed=False)

    def _preview(
        self,
        steps: Iterable[Step],
        told: Iterable[Mapping[str, Any]],
        summary: Any,
        *,
        failed: bool,
    ) -> Preview:
        merged = _merged(steps)
        diagnostics = [d for d in map(_diagnostic, told) if d.message and d.severity != "debug"]
        counted = summary.get("same") if isinstance(summary, Mapping) else None
        listed = Counter(s.op for s in merged)["same"]
        return Preview(
            steps=tuple(merged),
            diagnostics=tuple(dict.fromkeys(diagnostics)),
            same=counted if isinstance(counted, int) else listed,
            failed=failed or any(d.severity == "error" for d in diagnostics),
            secrets=frozenset(self._secrets),
        )

    def _step(self, step: Mapping[str, Any], old: str, new: str) -> Step:
        op = str(step.get("op"))
        detailed = step.get("detailedDiff")
        kinds = detailed.items() if isinstance(detailed, Mapping) else ()
        return Step(
            urn=str(step.get("urn")),
            op=_PARTS.get(op, op),
            old=self._side(step.get(old)),
            new=self._side(step.get(new)),
            detailed={str(p): str(d.get("kind")) for p, d in kinds if isinstance(d, Mapping)},
        )

    def _side(self, state: Any) -> Side | None:
        if not isinstance(state, Mapping):
            return None
        return Side(
            id=str(state.get("id") or ""),
            inputs=self._values(state.get("inputs")),
            outputs=self._values(state.get("outputs")),
            needs=_texts(state.get("dependencies")),
            ignores=_texts(state.get("ignoreChanges")),
        )

    def _values(self, properties: Any) -> Mapping[str, Any]:
        return received(properties, self._secrets) if isinstance(properties, Mapping) else {}


def _merged(steps: Iterable[Step]) -> list[Step]:
    """One step a resource: of several that are told of it, the one that says most."""
    found: dict[str, Step] = {}
    for step in steps:
        before = found.setdefault(step.urn, step)
        if before is step:
            continue
        more, less = (step, before) if _strength(step) >= _strength(before) else (before, step)
        found[step.urn] = replace(
            more,
            old=more.old or less.old,
            new=more.new or less.new,
            detailed=more.detailed or (less.detailed if less.op == more.op else {}),
        )
    return list(found.values())


def _strength(step: Step) -> int:
    return _STRENGTH.index(step.op) if step.op in _STRENGTH else 1


def _diagnostic(told: Mapping[str, Any]) -> Diagnostic:
    severity = str(told.get("severity") or "info").partition("#")[0]
    message = _plain(str(told.get("message") or "")).strip()
    message = message.removeprefix(f"{severity}: ").strip()
    return Diagnostic(severity, message, str(told.get("urn") or ""))


def _plain(text: str) -> str:
    """A message without the engine's words for colours."""
    first, *others = text.split("<{%")
    return first + "".join(part.partition("%}>")[2] for part in others)


def _maps(values: Any) -> list[Mapping[str, Any]]:
    return [v for v in values if isinstance(v, Mapping)] if isinstance(values, list) else []


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(str(v) for v in values) if isinstance(values, list) else ()
