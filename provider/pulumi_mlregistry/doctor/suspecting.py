"""What else may explain a failure: another server's token, another product at the address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pulumi_mlregistry.apis.diagnosis import Finding
from pulumi_mlregistry.doctor.registries import REGISTRIES, Registry
from pulumi_mlregistry.doctor.watching import Watched
from pulumi_mlregistry.reconcile.errors import (
    InvalidAnswer,
    Misconfigured,
    NotAuthenticated,
    RegistryError,
)
from pulumi_mlregistry.settings.keys import BY_NAME, NAMESPACE
from pulumi_mlregistry.settings.settings import Settings

_PROBE_SECONDS = "1"


def suspicions(
    registry: Registry, settings: Settings, client: Any, watched: Watched, error: RegistryError
) -> Iterator[Finding]:
    """What else could explain a failure of what answers at all."""
    if not watched.times:
        return
    if isinstance(error, NotAuthenticated):
        if why := registry.diagnosis.stranger(client):
            key = f"{NAMESPACE}:{registry.credentials[0]}"
            yield Finding("login", why, "fail", f"Set {key} to a token of this server")
        yield from _shared(registry, settings)
    if found := next(_behind(registry, settings, watched.base_url), None):
        yield found
    elif isinstance(error, InvalidAnswer):
        text = "none of the products that the provider knows was recognised there"
        yield Finding("product", text, "warn", "A login page or a proxy may answer in its place")


def _shared(registry: Registry, settings: Settings) -> Iterator[Finding]:
    """The same credential under another registry's key."""
    mine = {settings.get(name) for name in registry.credentials if BY_NAME[name].secret} - {None}
    for other in REGISTRIES:
        for name in other.credentials:
            if other is not registry and BY_NAME[name].secret and settings.source(name):
                try:
                    same = settings.get(name) in mine
                except Misconfigured:
                    continue
                if same:
                    yield Finding("login", f"the same token is set as {NAMESPACE}:{name}", "warn",
                                  "Each server has tokens of its own")  # fmt: skip


def _behind(registry: Registry, settings: Settings, base: str) -> Iterator[Finding]:
    """Which product answers at the address, or above it; asked without credentials."""
    key = f"{NAMESPACE}:{registry.address_key}"
    for url in _above(registry, base):
        for other in REGISTRIES:
            if other.dialect == "oracle":  # it answers nobody without a signature
                continue
            said = _recognised(other, settings, url)
            if said and other is registry and url != base:
                text = f"{said} answers at {url}"
                yield Finding("product", text, "fail", f"Set {key} to {url}")
            elif said and other is not registry:
                text = f"{said} answers at {url}, which is not {registry.diagnosis.system}"
                remedy = (
                    f"Set {key} to {registry.diagnosis.system}'s address; "
                    f"this one is for {NAMESPACE}:{other.marks[0]}"
                )
                yield Finding("product", text, "fail", remedy)


def _above(registry: Registry, base: str) -> Iterator[str]:
    """The address, and what is left of it without what is often given too much."""
    yield base
    for tail in registry.diagnosis.tails:
        if base.endswith(tail):
            yield base.removesuffix(tail)
            return


def _recognised(other: Registry, settings: Settings, url: str) -> str:
    plain = Settings({f"{NAMESPACE}:{other.marks[0]}": url, **_common(settings)}, environment={})
    try:
        client = other.connect(other.settings(plain), lambda _line: None)
        client.http = Watched(client.http)
        return other.diagnosis.recognise(client)
    except RegistryError:
        return ""


def _common(settings: Settings) -> dict[str, str]:
    """How to get there; nobody waits long for a stranger."""
    found = {name: settings.get(name) for name in ("caBundle", "clientCertificate")}
    found["timeoutSeconds"] = _PROBE_SECONDS
    return {f"{NAMESPACE}:{name}": value for name, value in found.items() if value}
