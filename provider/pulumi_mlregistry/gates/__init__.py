"""Promotion gates: what has to hold of a model before a stack registers it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from pulumi_mlregistry.gates.gate import Gate
from pulumi_mlregistry.gates.papers import Described, Owned, RequiredTags
from pulumi_mlregistry.gates.safety import NoHardDelete, TrustedCode
from pulumi_mlregistry.gates.versions import Metric, Ready, SameDigest

if TYPE_CHECKING:
    from pulumi_mlregistry.gates.pack import policies
    from pulumi_mlregistry.gates.programs import candidate, enforce

__all__ = [
    "Described",
    "Gate",
    "Metric",
    "NoHardDelete",
    "Owned",
    "Ready",
    "RequiredTags",
    "SameDigest",
    "TrustedCode",
    "candidate",
    "enforce",
    "policies",
]

_LATER = {"candidate": "programs", "enforce": "programs", "policies": "pack"}
"""What stands on the resource classes, which themselves stand on the gates above."""


def __getattr__(name: str) -> Any:
    """Import what only programs and policy packs need when it is used."""
    if name in _LATER:
        return getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
