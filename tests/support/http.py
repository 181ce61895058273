"""HTTP clients of servers on loopback."""

from __future__ import annotations

import ssl
from typing import Any

import httpx

# Trusts nobody: reading the usual authorities takes longer than most tests need a client for.
_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def local_client(url: str, **more: Any) -> httpx.Client:
    """A client of a server on loopback, past the caller's proxies and without TLS."""
    return httpx.Client(base_url=url, trust_env=False, verify=_NOBODY, timeout=30, **more)
