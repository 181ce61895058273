"""The pytest fixture ``mlregistry_stack``: a user's own program on the sandbox, in a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_mlregistry.testing.registries import Registries as Registries
    from pulumi_mlregistry.testing.results import Change as Change
    from pulumi_mlregistry.testing.results import Failed as Failed
    from pulumi_mlregistry.testing.results import Result as Result
    from pulumi_mlregistry.testing.results import Step as Step
    from pulumi_mlregistry.testing.stack import Stack as Stack

_MODULES = {
    "Change": "results",
    "Failed": "results",
    "Registries": "registries",
    "Result": "results",
    "Stack": "stack",
    "Step": "results",
}
__all__ = ["Change", "Failed", "Registries", "Result", "Stack", "Step"]


def __getattr__(name: str) -> Any:
    """Import a name when it is used: pytest loads this package in every run."""
    import importlib

    if name in _MODULES:
        return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
