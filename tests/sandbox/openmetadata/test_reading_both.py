"""What reads and lists show in both forms, and to whom."""

from __future__ import annotations

import pytest

from sandbox.openmetadata.client import Client
from sandbox.openmetadata.registry import (
    BOT,
    MODEL,
    MODELS,
    SERVICES,
    Registry,
    add,
    message,
    names,
)

T1 = {"tagFQN": "Stage.Draft"}


def test_names_with_dots_are_quoted_and_found_only_so(either: Registry) -> None:
    either.post(SERVICES, {"name": "with.dot", "serviceType": "Sklearn"})
    for service in ("with.dot", '"with.dot"'):
        body = MODEL | {"name": f"m.{len(service)}", "service": service}
        answer = either.post(MODELS, body)
        fqn = f'"with.dot"."m.{len(service)}"'
        assert answer.json()["fullyQualifiedName"] == fqn
        assert either.model(fqn.replace('"', "%22"))["name"] == body["name"]
    assert either.call("GET", f"{MODELS}/name/with.dot.m.8").status_code == 404


def test_a_percent_sign_in_a_name_is_found_quoted(either: Registry) -> None:
    either.post(MODELS, MODEL | {"name": "50% off"})
    assert either.model("s.50%25%20off")["name"] == "50% off"


def test_models_are_listed_by_name_with_cursors_both_ways(either: Registry) -> None:
    for name in ("a", "b", "c"):
        either.post(MODELS, MODEL | {"name": name})
    first = either.get(MODELS, service="s", limit=2)
    assert (names(first["data"]), first["paging"]["total"]) == (["a", "b"], 4)
    assert "before" not in first["paging"]
    second = either.get(MODELS, limit=2, after=first["paging"]["after"])
    assert names(second["data"]) == ["c", "m"]
    assert "after" not in second["paging"]
    back = either.get(MODELS, limit=2, before=second["paging"]["before"])
    assert names(back["data"]) == ["a", "b"]
    assert either.get(MODELS, limit=0) == {"data": [], "paging": {"total": 4}}
    assert either.get(MODELS, service="none")["data"] == []


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("after=YQ==&before=YQ==", "Only one of before or after query parameter allowed"),
        ("after=!", "Illegal base64 character 21"),
        ("limit=1000001", "[query param limit must be less than or equal to 1000000]"),
        ("include=some", "query param include must be one of"),
    ],
)
def test_wrong_list_parameters_are_named(either: Registry, query: str, complaint: str) -> None:
    answer = either.call("GET", f"{MODELS}?{query}")
    assert answer.status_code == 400
    assert complaint in message(answer)


def test_without_fields_an_answer_leaves_out_what_is_related(either: Registry) -> None:
    either.put_model(tags=[T1], dashboard="looker.churn", extension={"costCenter": "a"})
    shown = either.get(f"{MODELS}/name/s.m")
    assert not shown.keys() & {"tags", "dashboard", "extension", "followers", "owners", "domain"}


def test_who_may_only_read_is_refused_every_write(either: Registry) -> None:
    path = f"{MODELS}/{either.model()['id']}"
    created = either.post(MODELS, MODEL | {"name": "n"}, "carol")
    assert (created.status_code, message(created)) == (
        403,
        "Principal: CatalogPrincipal{name='carol'} operations [Create] not allowed",
    )
    assert "operations [EditAll] not allowed" in message(either.put_model("carol"))
    assert "[EditDescription]" in message(either.patch(add("/description", "x"), who="carol"))
    assert either.call("DELETE", path, "carol").status_code == 403
    assert either.call("GET", path, "carol").status_code == 200


def test_the_caller_is_told_who_it_is(either: Registry) -> None:
    assert either.get("/api/v1/users/loggedInUser", BOT)["isBot"] is True
    bob = either.get("/api/v1/users/loggedInUser", "bob")
    assert (bob["isBot"], bob["name"], bob["displayName"]) == (False, "bob", "Bob Martin")


@pytest.mark.parametrize(
    "path",
    [
        *("users/name/alice", "teams/name/ml-platform", "domains/name/Risk.Fraud"),
        *("dashboards/name/looker.churn", "dataProducts/name/Churn%20Insights"),
        *("tags/name/Tier.Tier1", "glossaryTerms/name/Business.Churn"),
        "tables/name/warehouse.shop.public.orders",
    ],
)
def test_what_models_refer_to_is_found_by_name_and_by_id(either: Registry, path: str) -> None:
    found = either.get(f"/api/v1/{path}")
    kind = path.partition("/")[0]
    assert found["href"] == f"http://registry.test/api/v1/{kind}/{found['id']}"
    assert either.get(f"/api/v1/{kind}/{found['id']}") == found
    assert found["id"] in [item["id"] for item in either.get(f"/api/v1/{kind}")["data"]]


def test_addresses_are_those_that_the_client_used(either: Registry) -> None:
    answer = Client(either.app, "alice", "https://meta.example:8443").request(
        "GET", f"{MODELS}/name/s.m"
    )
    assert answer.json()["href"].startswith("https://meta.example:8443/api/v1/mlmodels/")
