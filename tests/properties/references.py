"""Hooks: what has to be there at a server, or fit together, before a declaration can name it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from hypothesis import strategies as st

from laws.openmetadata_worlds import SERVICE
from laws.worlds import NemoWorld, World
from properties.tables import Hooks, Strategy, loyal
from properties.values import keys, texts
from pulumi_mlregistry.apis.openmetadata.connection import REQUIRED
from pulumi_mlregistry.apis.openmetadata.features import DataSource
from pulumi_mlregistry.apis.openmetadata.tags import Label
from pulumi_mlregistry.sandbox.openmetadata.seeding import identity

OPEN, EXCLUSIVE = (
    ("Stage.Draft", "Stage.Validated", "Stage.Approved"),
    ("PII.Sensitive", "PII.None"),
)
TERMS = ("Business.Scoring", "Business.Churn")
PEOPLE = (("user", "alice"), ("user", "bob"), ("team", "risk"), ("team", "ml-platform"))
PRODUCTS = ("Churn Insights", "Fraud Watch")
DOMAINS = ("Marketing", "Risk", "Risk.Fraud")
ENVIRONMENTS = ("dev", "staging", "production")


def hooks_of(world: World) -> Hooks:
    """The hooks of a world's resource."""
    resource = world.kind.partition(":")[2]
    return {
        "ModelEntity": _nemo,
        "RegisteredModel": lambda _world: {},
        "ModelVersion": _version,
        "MlModelService": _service,
        "MlModel": _model,
    }[resource](world)


def _nemo(world: World) -> Hooks:
    assert isinstance(world, NemoWorld)
    return {
        "fileset": st.sampled_from([world.fileset(), world.fileset()]),
        "project": st.just(world.project()),
    }


def _version(world: World) -> Hooks:
    """Sources by scheme; the sandbox knows neither runs nor logged models."""
    place = st.one_of(st.text(max_size=20), texts(0, 60))
    scheme = st.sampled_from(["oci://bucket@ns/", "s3://b/", "gs://b/", "dbfs:/", "x:", ""])
    stages = st.sampled_from(["None", "Staging", "production", "ARCHIVED", "staging"])
    return {
        "source": st.one_of(
            st.sampled_from(["oci://bucket@ns/a", "s3://b/p"]),
            st.tuples(scheme, place).map("".join),
        ),
        "stage": stages,
        "modelId": st.just(""),
        "runId": st.one_of(st.text("0123456789abcdef", min_size=1, max_size=33), texts(1, 32)),
    }


def _entity(old: bool) -> dict[Any, Strategy]:
    people = st.sampled_from(PEOPLE).flatmap(_by_id_or_name)
    return {
        "owners": st.lists(people, max_size=1 if old else 3),
        "domains": st.lists(st.sampled_from(DOMAINS), max_size=1),
        "domain": st.sampled_from(DOMAINS),
        "tags": labels(),
        "dataProducts": st.just([]) if old else st.lists(st.sampled_from(PRODUCTS), max_size=2),
    }


def _by_id_or_name(who: tuple[str, str]) -> Strategy:
    kind, name = who
    by_id = {"type": kind, "id": identity(kind, name)}
    upper = {**by_id, "id": by_id["id"].upper()}
    return st.sampled_from([{"type": kind, "name": name}, by_id, upper])


@cache
def labels() -> Strategy:
    """Tags that may stand beside each other: of an exclusive classification at most one."""
    of_classes = st.tuples(
        st.lists(st.sampled_from(OPEN), unique=True),
        st.lists(st.sampled_from(EXCLUSIVE), max_size=1),
    ).map(lambda both: [*both[0], *both[1]])
    written = st.sampled_from([str, _object, _snake])
    plain = of_classes.flatmap(lambda found: st.tuples(*(written.map(_with(t)) for t in found)))
    terms = st.lists(st.sampled_from(TERMS[:1]), unique=True).map(
        lambda found: [{"tagFQN": t, "source": "Glossary"} for t in found]
    )
    return st.tuples(plain, terms).map(lambda both: [*both[0], *both[1]]).flatmap(st.permutations)


def _with(tag: str) -> Any:
    return lambda write: write(tag)


def _object(tag: str) -> Any:
    return {"tagFQN": tag, "source": "Classification"}


def _snake(tag: str) -> Any:
    return {"tag_fqn": tag, "label_type": "Manual", "state": None}


def _model(world: World) -> Hooks:
    old = world.target == "om12"
    table = {"id": identity("table", "warehouse.shop.public.orders"), "type": "table"}
    notes = {"costCenter": texts(), "riskScore": st.integers(-(2**53) + 1, 2**53 - 1)}
    notes["notes"] = texts()
    if not old:
        notes["reviewedOn"] = st.dates().map(str)
        notes["environments"] = st.lists(st.sampled_from(ENVIRONMENTS), unique=True)
    dashboard = st.sampled_from(["looker.churn", "looker.fraud"])
    return {
        **_entity(old),
        "service": st.sampled_from([SERVICE, f'"{SERVICE}"']),
        "algorithm": texts(1, 40) if old else texts(0, 40),
        "dashboard": dashboard.flatmap(_named_dashboard),
        "extension": st.fixed_dictionaries(
            {}, optional={k: st.one_of(v, v, st.none()) for k, v in notes.items()}
        ),
        DataSource: st.just(table),
        Label: st.sampled_from(OPEN),
    }


def _named_dashboard(name: str) -> Strategy:
    return st.sampled_from([name, {"id": identity("dashboard", name)}])


def _service(world: World) -> Hooks:
    old = world.target == "om12"
    types = [t for t in REQUIRED if not (old and t == "VertexAI")]
    return {
        **_entity(old),
        "serviceType": st.sampled_from(types),
        "connection": st.fixed_dictionaries({t: connection_of(t) for t in types}),
    }


def fit(world: World, declared: dict[str, Any]) -> dict[str, Any]:
    """The declaration with those parts that depend on others made to fit."""
    found, service_type = dict(declared), declared.get("serviceType")
    if world.target == "om12" and "service" in found:
        found["algorithm"] = found.get("algorithm") or "KMeans"
    if world.target == "oracle" and isinstance(found.get("tags"), dict):
        found["tags"] = {k: v for k, v in found["tags"].items() if _is_key(k)}
    connection = found.get("connection")
    if isinstance(connection, dict) and isinstance(service_type, str):
        found["connection"] = connection.get(service_type, connection)
    if "domain" in found and "domains" in found:
        del found["domain"]
    if not (found.get("domains") or found.get("domain")):
        found.pop("dataProducts", None)
    return found


def faithful(world: World, former: Mapping[str, Any], drawn: dict[str, Any]) -> dict[str, Any]:
    """The next declaration of an object: what cannot be changed stays, and all fits again."""
    found = loyal(world.run().core.table, former, drawn)
    if found.get("serviceType") != drawn.get("serviceType"):
        found["connection"] = former.get("connection")
    return fit(world, found)


def _is_key(text: str) -> bool:
    """Whether MLflow, which answers for Oracle here, takes a tag's key; Oracle says nothing."""
    odd = posixpath.normpath(text) != text or text.startswith(("/", "..")) or text == "."
    return not odd and re.fullmatch(r"[/\w.\- :]*", text) is not None


def connection_of(service_type: str) -> Strategy:
    """A connection with the keys that its service type needs, and a secret or two."""
    config: dict[str, Any] = {}
    for key in REQUIRED[service_type]:
        parent, _, last = key.rpartition(".")
        inside = config.setdefault(parent, {}) if parent else config
        inside[last] = {} if any(k.startswith(f"{key}.") for k in REQUIRED[service_type]) else "x"
    more = {"supportsMetadataExtraction": st.booleans(), "type": st.just(service_type)}
    if service_type == "CustomMlModel":
        more["connectionOptions"] = st.dictionaries(keys(), texts(), max_size=2)
        more["sourcePythonClass"] = texts()
    if service_type == "SageMaker":
        aws = {"awsRegion": texts(1), "awsSecretAccessKey": texts(), "profileName": texts()}
        needed = {"awsRegion": aws.pop("awsRegion")}
        more["awsConfig"] = st.fixed_dictionaries(needed, optional=aws)
    whole = st.fixed_dictionaries({}, optional=more).map(lambda given: {**config, **given})
    return st.fixed_dictionaries({"config": whole})
