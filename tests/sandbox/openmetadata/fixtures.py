"""What the recorded server held before the recordings began."""

from __future__ import annotations

from pulumi_mlregistry.sandbox.openmetadata import seeding
from pulumi_mlregistry.sandbox.openmetadata.store import Store

RECORDED = {
    "3fb61492-22c9-45c4-84d8-d2a823c7c20b": ("user", "alice"),
    "fa14d28c-729c-459a-90e7-b25f40d83a33": ("team", "ml_team"),
    "a1b812bb-00e8-42ab-b0bb-643e4c4b2a70": ("domain", "D1"),
    "24e1666e-4c22-415e-b94e-2d973e2f7735": ("domain", "D2"),
    "2b9e594e-c63a-4db7-a0ad-030564ac02c3": ("dashboard", "dsvc.dash1"),
    "f10c7c28-6288-41a9-8ff4-b1b62f15234c": ("dashboardService", "dsvc"),
    "52a15ec5-dd88-4c3f-93ee-d4894f0076cc": ("classification", "Excl"),
}
"""The recorded ids of these, which requests refer to before any answer shows them."""


def seed(store: Store) -> None:
    seeding.add(store, "team", "ml_team", teamType="Group")
    seeding.add_domain(store, "D1", "d")
    seeding.add_domain(store, "D2", "d")
    seeding.add_dashboards(store, "dsvc", "dash1")
    seeding.add_classification(store, "C1", "x", {"t1": "desc t1", "t2": "desc t2"})
    seeding.add_classification(store, "Excl", "x", {}, exclusive=True)
    seeding.add_glossary(store, "G", {"term": ("g", ["C1.t2"])})
