"""Examines all configured registries at once, within a time."""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable, Sequence

from pulumi_mlregistry.apis.diagnosis import Finding
from pulumi_mlregistry.doctor.examining import Chart, Report, examine
from pulumi_mlregistry.doctor.registries import REGISTRIES, Registry

_GRACE = 2.0
"""Seconds beyond its time in which a registry's examination ends by itself."""
_POLL = 0.05
_TELL_EVERY = 3.0


def configured(chart: Chart) -> list[Registry]:
    """The registries that are configured, those with sealed secrets included."""
    return [r for r in REGISTRIES if r.is_configured(chart.settings) or _sealed_mark(r, chart)]


def run(
    registries: Sequence[Registry], chart: Chart, seconds: float, tell: Callable[[str], None]
) -> list[Report]:
    """One report a registry, in their order. ``tell`` gets a line every few seconds."""
    importlib.import_module("pulumi_mlregistry.transport.http")
    for registry in registries:
        _ = registry.diagnosis  # loading the code is no part of a registry's time
    reports = [Report(registry.name) for registry in registries]
    for registry, report in zip(registries, reports, strict=True):
        # Not a pool: its end would wait for a look-up of a name, which nothing can interrupt.
        threading.Thread(
            target=examine, args=(registry, chart, report, seconds), daemon=True
        ).start()
    _wait(reports, seconds + _GRACE, tell)
    return [report if report.done else _overdue(report, seconds) for report in reports]


def _wait(reports: Sequence[Report], seconds: float, tell: Callable[[str], None]) -> None:
    started, told = time.monotonic(), 1
    while waiting := [report.registry for report in reports if not report.done]:
        passed = time.monotonic() - started
        if passed > seconds:
            return
        if passed > told * _TELL_EVERY:
            told += 1
            tell(f"still asking {', '.join(waiting)} ({passed:.0f} s)")
        time.sleep(_POLL)


def _overdue(report: Report, seconds: float) -> Report:
    late = Finding(
        "reach",
        f"no end after {seconds:.0f} s: a name that does not resolve, or an answer without end",
        "fail",
        "Is the address right, and the network (DNS, VPN) up? --seconds gives it longer",
    )
    return Report(report.registry, [*report.findings, late], done=True)


def _sealed_mark(registry: Registry, chart: Chart) -> bool:
    return any(mark in chart.sealed for mark in registry.marks)
