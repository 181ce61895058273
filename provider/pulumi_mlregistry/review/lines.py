"""The provider's lines of information, brought back to the objects that they are about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pulumi_mlregistry.reconcile import phrases
from pulumi_mlregistry.review.marks import GATE_FAILED, GATE_PASSED
from pulumi_mlregistry.review.model import Item
from pulumi_mlregistry.review.reading import Diagnostic


@dataclass
class Subject:
    """One resource, and how lines may call it: by its URN, or by what the product calls it."""

    urn: str
    names: frozenset[str] = frozenset()
    lines: list[Diagnostic] = field(default_factory=list)
    """What is told of it, without its name in front."""


def assign(subjects: Sequence[Subject], diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Gives each line to its subject; answers those that are nobody's."""
    by_urn = {subject.urn: subject for subject in subjects}
    names = [(name, subject) for subject in subjects for name in subject.names if name]
    names.sort(key=lambda pair: len(pair[0]), reverse=True)
    left: list[Diagnostic] = []
    for line in diagnostics:
        subject = by_urn.get(line.urn)
        named = names if subject is None else [(n, subject) for n in subject.names]
        if subject is None and line.urn and not line.urn.endswith(f"::{_stack(line.urn)}"):
            left.append(line)
            continue
        for name, owner in sorted(named, key=lambda pair: len(pair[0]), reverse=True):
            if line.message.startswith((f"{name}: ", f"{name} ")):
                subject = owner
                rest = line.message.removeprefix(name).removeprefix(":").strip()
                line = Diagnostic(line.severity, rest, owner.urn)
                break
        if subject is None:
            left.append(line)
        else:
            subject.lines.append(line)
    return left


def _stack(urn: str) -> str:
    """The logical name of the stack that a URN is in."""
    stack, _, rest = urn.removeprefix("urn:pulumi:").partition("::")
    return f"{rest.partition('::')[0]}-{stack}"


def hidden_paths(lines: Iterable[Diagnostic]) -> list[str]:
    """The paths of which the provider told that a secret there changes."""
    parts = (part for line in lines for part in phrases.unexplained(line.message, set()))
    return [path for path in map(phrases.hidden_path, parts) if path]


def tell(item: Item, lines: Iterable[Diagnostic], known: set[str]) -> None:
    """Puts each line where a review shows it; ``known``: reasons that the changes show already."""
    for line in lines:
        text = line.message
        if text.startswith(GATE_PASSED):
            item.passed.append(text.removeprefix(GATE_PASSED))
        elif text.startswith(GATE_FAILED):
            item.failed.append(text.removeprefix(GATE_FAILED))
        elif phrases.is_met(text):
            (item.adoption if phrases.is_adoption(text) else item.conflicts).append(text)
        elif text.startswith((phrases.CHANGED_OUTSIDE, phrases.ANOTHER_OBJECT)):
            item.drift += [] if text in known else [text]
        elif line.severity == "error":
            item.errors.append(text)
        elif line.severity == "warning":
            item.warnings.append(text)
        else:
            parts = phrases.unexplained(text, known)
            item.notes += [part for part in parts if not phrases.hidden_path(part)]
