"""Pulumi resources for model registries: OpenMetadata, NVIDIA NeMo Platform, MLflow, Oracle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_mlregistry import gates as gates
    from pulumi_mlregistry import mlflow as mlflow
    from pulumi_mlregistry import nemo as nemo
    from pulumi_mlregistry import openmetadata as openmetadata
    from pulumi_mlregistry.provider import Provider as Provider

__all__ = ["Provider", "gates", "mlflow", "nemo", "openmetadata"]


def __getattr__(name: str) -> Any:
    """Import a public name when it is used: tools and the provider's host need few of them."""
    import importlib

    if name == "Provider":
        return importlib.import_module("pulumi_mlregistry.provider").Provider
    if name in __all__:
        return importlib.import_module(f"pulumi_mlregistry.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
