"""How to reach servers."""

from __future__ import annotations

import functools
import ssl
from dataclasses import dataclass


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
