"""What is told of objects beside errors: the words that a review of a preview recognises again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

EXISTS: Final = "it exists already"
NAME_TAKEN: Final = "an object of this name is there"
TAKEN_OVER: Final = "taken over by the next up"
_REFUSED: Final = (
    " and is not this resource's; ",
    " and cannot be adopted: ",
    " and differs: ",
)
NOT_OURS, NOT_ADOPTABLE, DIFFERS = _REFUSED
CHANGED_OUTSIDE: Final = "was changed outside"
ANOTHER_OBJECT: Final = "is another object than the one in the state"
DRIFTED: Final = "changed outside since the last update"
LAST_CONFIGURATION: Final = (
    "Pulumi's refresh and destroy use the configuration of the last up: if it has changed since, "
    "run pulumi up first, or add --run-program"
)
_CHANGES: Final = " changes"
_JOINED: Final = "; "


def is_met(text: str) -> bool:
    """Whether this says of an object that it exists where it was to be created."""
    return text.startswith((EXISTS, NAME_TAKEN))


def is_adoption(text: str) -> bool:
    """Whether what `is_met` is taken over; what quotes a refusal counts as one."""
    return TAKEN_OVER in text and not any(refused in text for refused in _REFUSED)


def changed_outside(paths: Iterable[object], last: str) -> str:
    """Says of an object where it was changed; ``last``: when and by whom, as far as is known."""
    return f"{CHANGED_OUTSIDE}: {', '.join(map(str, paths))}{last}"


def hidden_change(path: object) -> str:
    """Says of a secret that it changes, and nothing of what it is."""
    return f"{path}{_CHANGES}"


def hidden_path(text: str) -> str:
    """The path of which `hidden_change` spoke; empty where it did not."""
    path = text.removesuffix(_CHANGES)
    return path if path != text and _JOINED not in path else ""


def explanation(parts: set[str]) -> str:
    """Several reasons as one line."""
    return _JOINED.join(sorted(parts))


def unexplained(line: str, known: set[str]) -> list[str]:
    """The parts of an `explanation` that are none of the known reasons, which may hold any sign."""
    for reason in sorted(known, key=len, reverse=True):
        line = line.replace(reason, "")
    return [part for part in line.split(_JOINED) if part.strip()]
