"""Reports as aligned lines, each with its verdict first, or as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pulumi_mlregistry.doctor.examining import Report


def lines(reports: Sequence[Report]) -> Iterator[str]:
    """One line a finding: verdict, registry, what about, what; then one that sums up."""
    widest = max((len(report.registry) for report in reports), default=0)
    about = max((len(f.about) for report in reports for f in report.findings), default=0)
    for report in reports:
        for found in report.findings:
            text = found.text
            if found.remedy:
                text = f"{text.rstrip('.')}. {found.remedy}"
            yield f"{found.level:<4}  {report.registry:<{widest}}  {found.about:<{about}}  {text}"
    yield _sum(reports)


def document(reports: Sequence[Report]) -> dict[str, Any]:
    """``{"usable": bool, "registries": [{registry, usable, findings: [{about, level, ...}]}]}``."""
    return {
        "usable": all(report.usable for report in reports),
        "registries": [
            {
                "registry": report.registry,
                "usable": report.usable,
                "findings": [vars(finding) for finding in report.findings],
            }
            for report in reports
        ],
    }


def _sum(reports: Sequence[Report]) -> str:
    ill = [report.registry for report in reports if not report.usable]
    if not ill:
        return f"ok    usable: {', '.join(report.registry for report in reports)}"
    well = [report.registry for report in reports if report.usable]
    rest = f"; usable: {', '.join(well)}" if well else ""
    return f"fail  not usable: {', '.join(ill)}{rest}"
