"""Embedded registries on loopback that behave as the real ones do where it matters.

``start()`` serves OpenMetadata, the NeMo Platform, MLflow and Oracle's dialect of it from one
process over SQLite. Needs the extra ``sandbox``. Where a real server differs, the sandbox is wrong.
"""

from pulumi_mlregistry.sandbox.errors import SandboxError
from pulumi_mlregistry.sandbox.running import (
    OPENMETADATA_VERSIONS,
    REGISTRIES,
    Registry,
    Sandbox,
    start,
)

__all__ = [
    "OPENMETADATA_VERSIONS",
    "REGISTRIES",
    "Registry",
    "Sandbox",
    "SandboxError",
    "start",
]
