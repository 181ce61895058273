"""Starts real model registries on loopback, for programs and tests to meet what is deployed to.

``start("nemo" | "mlflow" | "oracle")`` installs the registry once in a cache folder, starts it
on a free port of 127.0.0.1 and returns a `Server`, which ends with the process that started it.
"""

from pulumi_mlregistry.devserver.errors import (
    DevServerError,
    InstallError,
    PythonMissingError,
    StartError,
)
from pulumi_mlregistry.devserver.kinds import KINDS, PLATFORM_ID, unsigned_token
from pulumi_mlregistry.devserver.server import Server, start

__all__ = [
    "KINDS",
    "PLATFORM_ID",
    "DevServerError",
    "InstallError",
    "PythonMissingError",
    "Server",
    "StartError",
    "start",
    "unsigned_token",
]
