"""What a test puts around a run that otherwise lies in the program's folder and on the network."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from pulumi_mlregistry.localengine.values import Properties


def _as_they_are(inputs: Properties) -> Properties:
    return inputs


def _unknown(stack: str) -> Properties | None:
    return None


@dataclass(frozen=True)
class Surroundings:
    """By default a run has those of the folder it is in."""

    home: Path | None = None
    """Where Pulumi.<stack>.yaml and the state are; beside Pulumi.yaml if not given."""
    outputs_of: Callable[[str], Properties | None] = _unknown
    """The outputs of the stack that a StackReference names; None for those of this folder."""
    configured: Callable[[Properties], Properties] = _as_they_are
    """From what a provider is declared with to what it is configured with."""
    reachable: Callable[[], Collection[str]] | None = None
    """The only ``host:port`` that program and providers may connect to, besides the engine."""
