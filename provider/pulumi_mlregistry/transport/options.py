"""How to reach servers."""

from __future__ import annotations

import functools
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

_OPEN_AUTHORITIES = "the system's authorities and certifi's"


@dataclass(frozen=True)
class Options:
    """How to reach a server. ``timeout``: seconds for one call with all its retries."""

    timeout: float = 60.0
    max_connections: int = 64
    ca_bundle: str = ""
    client_certificate: str = ""


def unusable(options: Options) -> str:
    """Why the PEM files of the options cannot be used for TLS; empty where they can."""
    try:
        tls_context(options)
    except OSError as error:  # an SSLError is one
        return error.strerror or type(error).__name__
    return ""


def trusted(options: Options) -> str:
    """Whose word on a server's certificate counts."""
    return f"the authorities in {options.ca_bundle}" if options.ca_bundle else _OPEN_AUTHORITIES


def proxy_of(url: str) -> str:
    """The proxy that the environment puts before a URL, without its credentials; empty for none."""
    parts = urlsplit(url)
    if proxy_bypass(parts.hostname or ""):
        return ""
    proxies = getproxies()
    return (proxies.get(parts.scheme) or proxies.get("all") or "").rpartition("@")[2]


@functools.cache
def tls_context(options: Options) -> ssl.SSLContext:
    """The system's authorities and certifi's, or those of the bundle alone; always verified."""
    context = ssl.create_default_context(cafile=options.ca_bundle or None)
    if not options.ca_bundle:
        import certifi

        context.load_verify_locations(certifi.where())
    if options.client_certificate:
        context.load_cert_chain(options.client_certificate)
    return context
