"""The worlds of the laws; what signs for Oracle is made once, as a process of the product does."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from unittest import mock

import pytest

from laws.conftest import _proxies, world
from pulumi_mlregistry.apis.mlflow import oci_signing

__all__ = ["_proxies", "world"]


@pytest.fixture(autouse=True, scope="session")
def _one_key() -> Iterator[None]:
    """Reading a private key takes longer than a request."""
    read = functools.cache(lambda profile: oci_private_key(dict(profile)))
    with mock.patch.object(
        oci_signing, "_private_key", lambda profile: read(tuple(sorted(profile.items())))
    ):
        yield


oci_private_key = oci_signing._private_key
