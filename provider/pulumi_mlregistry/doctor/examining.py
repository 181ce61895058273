"""Examines one registry: from its settings to findings, whatever fails on the way."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_mlregistry import patience
from pulumi_mlregistry.apis.diagnosis import Finding
from pulumi_mlregistry.apis.tokens import read_token
from pulumi_mlregistry.doctor.registries import Registry
from pulumi_mlregistry.doctor.suspecting import suspicions
from pulumi_mlregistry.doctor.times import clock, end
from pulumi_mlregistry.doctor.watching import Watched
from pulumi_mlregistry.reconcile.errors import (
    Misconfigured,
    NotAllowed,
    NotAuthenticated,
    RegistryError,
    Unreachable,
)
from pulumi_mlregistry.reconcile.redaction import redact, shortened
from pulumi_mlregistry.settings.keys import NAMESPACE
from pulumi_mlregistry.settings.settings import Settings, is_loopback
from pulumi_mlregistry.transport.options import proxy_of, trusted

_ABOUT = {NotAuthenticated: "who", NotAllowed: "may", Unreachable: "reach"}


@dataclass
class Report:
    """What was found at one registry so far; complete once ``done``."""

    registry: str
    findings: list[Finding] = field(default_factory=list)
    done: bool = False

    @property
    def usable(self) -> bool:
        """Whether the provider will connect and read."""
        return self.done and all(finding.level != "fail" for finding in self.findings)


@dataclass(frozen=True)
class Chart:
    """What is known before anything is asked: settings, and secrets that could not be opened."""

    settings: Settings
    sealed: Mapping[str, str] = field(default_factory=dict)
    """Why a secret could not be decrypted, by key."""


def examine(registry: Registry, chart: Chart, report: Report, seconds: float) -> None:
    """Fill the report; never raises, never writes, and takes little longer than ``seconds``."""
    with patience.lasting(seconds, threading.Event()):
        secrets = chart.settings.secrets()
        try:
            for finding in _findings(registry, chart):
                _add(report, finding, secrets)
        except RegistryError as error:
            _add(report, _failure(error), secrets)
        except Exception as error:  # one registry's failure must not hide the others
            text = f"the doctor failed: {type(error).__name__}: {error}"
            _add(report, Finding("doctor", text, "fail", "Please report this"), secrets)
    report.done = True


def _add(report: Report, finding: Finding, secrets: list[str]) -> None:
    text, remedy = (
        shortened(redact(" ".join(part.split()), secrets))
        for part in (finding.text, finding.remedy)
    )
    report.findings.append(Finding(finding.about, text, finding.level, remedy))


def _speed(watched: Watched) -> str:
    first, fastest = (
        f"{1000 * seconds:.0f} ms" for seconds in (watched.times[0], min(watched.times))
    )
    return f"first answer in {first}, connecting included; the fastest in {fastest}"


def _failure(error: RegistryError, about: str = "") -> Finding:
    about = about or _ABOUT.get(type(error), "server")
    text = error.why + (f" (request id {error.request_id})" if error.request_id else "")
    return Finding(about, text, "fail", error.remedy)


def _findings(registry: Registry, chart: Chart) -> Iterator[Finding]:
    sealed = [key.name for key in registry.reached_by() if key.name in chart.sealed]
    for name in sealed:
        why = f"{NAMESPACE}:{name} is a secret that cannot be decrypted: {chart.sealed[name]}"
        yield Finding("settings", why, "fail", "Nothing was sent")
    if sealed:
        return
    if choice := registry.dialect_finding(chart.settings):
        yield choice
    settings = registry.settings(chart.settings)
    try:
        yield from _places(registry, settings)
        client = registry.connect(settings, lambda _line: None)
    except Misconfigured as error:
        yield _failure(error, "settings")
        return
    client.http = watched = Watched(client.http)
    try:
        yield from _asked(registry, settings, client, watched)
    finally:
        watched.close()


def _places(registry: Registry, settings: Settings) -> Iterator[Finding]:
    """Where the address and the credentials come from, and how the way there is secured."""
    address = registry.address(settings)
    sources = [source for mark in registry.marks if (source := settings.source(mark))]
    if not sources:
        settings.require(registry.marks[0])
    yield Finding("address", f"{address}, from {' and '.join(sources)}")
    given = [settings.source(name) for name in registry.credentials]
    told = " and ".join(source for source in given if source)
    yield Finding("login", f"from {told}" if told else registry.otherwise)
    if proxy := proxy_of(address):
        yield Finding("proxy", f"requests go by {proxy}, as the environment says")
    yield _tls(address, settings)


def _tls(address: str, settings: Settings) -> Finding:
    if address.startswith("https://"):
        options = settings.options()
        own = ", with a client certificate" if options.client_certificate else ""
        return Finding("tls", f"its certificate has to be by {trusted(options)}{own}")
    if is_loopback(address):
        return Finding("tls", "none: loopback")
    why = "none: requests and credentials can be read on the way"
    return Finding("tls", why, "warn", "Use https")


def _asked(
    registry: Registry, settings: Settings, client: Any, watched: Watched
) -> Iterator[Finding]:
    diagnosis = registry.diagnosis
    try:
        findings = diagnosis.examine(client)
        first = next(findings)
        yield Finding("reach", _speed(watched))
        yield first
        yield from findings
    except RegistryError as error:
        yield _failure(error)
        yield from suspicions(registry, settings, client, watched, error)
    yield from end(read_token(diagnosis.token(settings)))
    yield from clock(watched.skew)
