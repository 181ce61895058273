"""What is there to be referred to: people, teams, tags, domains, dashboards, tables.

In these documents a reference is an object of id and type; what it refers to is looked up on read.
"""

from __future__ import annotations

import uuid
from typing import Any

from pulumi_mlregistry.sandbox.openmetadata.names import below, segment
from pulumi_mlregistry.sandbox.openmetadata.store import Document, Store

_NAMESPACE = uuid.UUID("5a0d3b0e-6f0a-4a44-9a3e-6d6c72656769")
_CREATED = 1_760_000_000_000
_WITHOUT_DELETED = frozenset({"domain", "dataProduct"})
_TIER1 = (
    "**Critical Source of Truth business data assets of an organization**\n\n"
    "- Used in critical metrics and dashboards to drive business and product decisions\n\n"
    "- Used in critical compliance reporting to regulators, govt entities, and third party\n\n"
    "- Used in brand or revenue impacting online user-facing experiences (search results, "
    "advertisement, promotions, and experimentation)\n\n"
    "- Other high impact use, such as ML models and fraud detection\n\n"
    "- Source used to derive other critical Tier-1 datasets"
)


def identity(kind: str, fqn: str) -> str:
    """The id of a seeded entity: the same in every sandbox."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind} {fqn}"))


def add(store: Store, kind: str, name: str, parent: str | None = None, **more: Any) -> Document:
    """Add an entity unless it is there; ``parent`` is the fully qualified name of what holds it."""
    fqn = segment(name) if parent is None else below(parent, name)
    found = store.named(kind, fqn)
    if found is not None:
        return found
    document: Document = {"id": identity(kind, fqn), "name": name, "fullyQualifiedName": fqn}
    document |= {k: v for k, v in more.items() if v is not None}
    document |= {"version": 0.1, "updatedAt": _CREATED, "updatedBy": "admin"}
    if kind not in _WITHOUT_DELETED:
        document["deleted"] = False
    store.insert(kind, document)
    return document


def reference(kind: str, document: Document) -> Document:
    """How a seeded document refers to another."""
    return {"id": document["id"], "type": kind}


def add_classification(
    store: Store, name: str, description: str, tags: dict[str, str], *, exclusive: bool = False
) -> None:
    """A classification and its tags, name to description."""
    parent = add(
        store,
        "classification",
        name,
        description=description,
        provider="user",
        mutuallyExclusive=exclusive,
    )
    for tag, about in tags.items():
        add_tag(store, parent, tag, about)


def add_tag(store: Store, classification: Document, name: str, description: str | None) -> Document:
    """A tag of a classification."""
    return add(
        store,
        "tag",
        name,
        classification["fullyQualifiedName"],
        description=description,
        classification=reference("classification", classification),
        deprecated=False,
        provider="user",
        mutuallyExclusive=False,
    )


def add_glossary(store: Store, name: str, terms: dict[str, tuple[str, list[str]]]) -> None:
    """A glossary; its terms by name, with a description and the tags that they bring along."""
    glossary = add(store, "glossary", name, description=name, provider="user")
    for term, (description, tags) in terms.items():
        labels = [
            {
                "tagFQN": tag,
                "source": "Classification",
                "labelType": "Manual",
                "state": "Confirmed",
            }
            for tag in tags
        ]
        add(
            store,
            "glossaryTerm",
            term,
            name,
            description=description,
            glossary=reference("glossary", glossary),
            tags=labels,
            provider="user",
            mutuallyExclusive=False,
        )


def add_domain(
    store: Store, name: str, description: str, parent: str | None = None, kind: str = "Aggregate"
) -> Document:
    """A domain, nested below ``parent``."""
    above = store.named("domain", parent) if parent else None
    link = reference("domain", above) if above else None
    return add(
        store, "domain", name, parent, domainType=kind, description=description, parent_=link
    )


def add_dashboards(store: Store, service: str, *names: str) -> None:
    """A dashboard service and its dashboards."""
    parent = add(store, "dashboardService", service, serviceType="CustomDashboard")
    for name in names:
        add(
            store,
            "dashboard",
            name,
            service,
            dashboardType="Dashboard",
            service=reference("dashboardService", parent),
            serviceType="CustomDashboard",
        )


def plant(store: Store, kind: str, name: str, parent: str | None = None) -> str:
    """Add one entity by what OpenMetadata calls its kind, unless it is there; answers its id.

    ``parent`` is the fully qualified name of what holds it: a tag's classification, a term's
    glossary, a dashboard's service, a table's schema, a data product's domain. A kind that cannot
    be added, or not like this, is a ValueError.
    """
    with store.transaction():
        match kind, parent:
            case "user", None:
                add(store, kind, name, email=f"{name}@example.com", isAdmin=False, isBot=False)
            case "team", None:
                add(store, kind, name, displayName=name, teamType="Group")
            case "tag", str():
                add_classification(store, parent, parent, {name: name})
            case "glossaryTerm", str():
                add_glossary(store, parent, {name: (name, [])})
            case "dashboard", str():
                add_dashboards(store, parent, name)
            case "table", str():
                add(store, kind, name, parent, tableType="Regular", columns=[])
            case "domain", _:
                add_domain(store, name, name, parent)
            case "dataProduct", str() if above := store.named("domain", parent):
                add(store, kind, name, description=name, domains=[reference("domain", above)])
                parent = None
            case _:
                where = "" if parent is None else f" in {parent}"
                raise ValueError(f"no {kind} {name} can be added{where}: see `seeding.plant`")
    found = store.named(kind, segment(name) if parent is None else below(parent, name))
    assert found is not None
    return str(found["id"])


def seed(store: Store) -> None:
    """All of it; what is there already stays."""
    with store.transaction():
        _people(store)
        _words(store)
        _places(store)


def _people(store: Store) -> None:
    for name, shown in (
        ("admin", None),
        ("alice", None),
        ("bob", "Bob Martin"),
        ("carol", "Carol Reader"),
    ):
        more: Document = {"email": f"{name}@example.com", "isAdmin": name == "admin"}
        add(store, "user", name, displayName=shown, **more, isBot=False)
    bot: Document = {"displayName": "IngestionBot", "email": "ingestion-bot@example.com"}
    add(store, "user", "ingestion-bot", **bot, isAdmin=False, isBot=True)
    add(store, "team", "ml-platform", displayName="ML Platform", teamType="Group")
    add(store, "team", "risk", displayName="Risk", teamType="Group")
    add(store, "team", "engineering", displayName="Engineering", teamType="Department")


def _words(store: Store) -> None:
    tiers = {"Tier1": _TIER1} | {f"Tier{n}": f"Tier {n} data assets" for n in range(2, 6)}
    add_classification(store, "Tier", "Tags related to tiering.", tiers, exclusive=True)
    pii = {
        "Sensitive": "PII which if lost, compromised, or disclosed could harm an individual.",
        "NonSensitive": "PII which is easily accessible from public sources.",
        "None": "Non PII",
    }
    add_classification(store, "PII", "Personally identifiable information.", pii, exclusive=True)
    stages = {name: f"Stage: {name.lower()}" for name in ("Draft", "Validated", "Approved")}
    add_classification(store, "Stage", "Where a model stands.", stages)
    terms = {
        "Churn": ("Customers who leave.", ["PII.Sensitive"]),
        "Scoring": ("Ranking by a model.", list[str]()),
    }
    add_glossary(store, "Business", terms)


def _places(store: Store) -> None:
    marketing = add_domain(store, "Marketing", "Marketing and sales", kind="Consumer-aligned")
    risk = add_domain(store, "Risk", "Risk and compliance")
    add_domain(store, "Fraud", "Fraud detection", "Risk")
    for name, domain in (("Churn Insights", marketing), ("Fraud Watch", risk)):
        link = reference("domain", domain)
        add(store, "dataProduct", name, description=name, domains=[link])
    add_dashboards(store, "looker", "churn", "fraud")
    add(store, "databaseSchema", "public", "warehouse.shop")
    columns = [{"name": "total", "dataType": "NUMBER"}, {"name": "country", "dataType": "STRING"}]
    add(store, "table", "orders", "warehouse.shop.public", tableType="Regular", columns=columns)
