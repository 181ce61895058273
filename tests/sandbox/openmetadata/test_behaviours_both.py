"""What PUT does in both forms, measured on 1.2 and not covered by the recordings."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.openmetadata.client import Client
from sandbox.openmetadata.registry import (
    BOT,
    MODEL,
    MODELS,
    Registry,
    add,
    change,
    fqns,
    message,
    names,
    ref,
    remove,
    team,
)

T1 = {"tagFQN": "Stage.Draft"}
T2 = {"tagFQN": "Stage.Approved"}
MISSING = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    ("field", "value", "version"),
    [
        ("displayName", "M", 0.2),
        ("description", "about", 0.2),
        ("sourceUrl", "http://x", 0.2),
        ("mlStore", {"storage": "s3://b"}, 0.2),
        ("mlFeatures", [{"name": "f", "dataType": "numerical"}], 0.2),
        ("mlHyperParameters", [{"name": "k", "value": "5"}], 0.2),
        ("target", "t", 1.1),
        ("server", "http://y", 1.1),
    ],
)
def test_put_removes_what_the_body_leaves_out(
    either: Registry, field: str, value: Any, version: float
) -> None:
    assert change(either.put_model(**{field: value})) == "entityUpdated"
    assert either.model()["version"] == version
    assert field in either.model()
    assert change(either.put_model()) == "entityUpdated"
    assert field not in either.model()


@pytest.mark.parametrize("field", ["displayName", "description", "sourceUrl", "server"])
def test_an_empty_text_is_stored_and_is_not_absent(either: Registry, field: str) -> None:
    assert change(either.put_model(**{field: ""})) == "entityUpdated"
    assert either.model()[field] == ""
    assert change(either.put_model(**{field: ""})) == "entityNoChange"


@pytest.mark.parametrize(("field", "value"), [("target", ""), ("dashboard", ""), ("name", "")])
def test_an_empty_name_is_refused(either: Registry, field: str, value: str) -> None:
    assert either.put_model(**{field: value}).status_code == 400


def test_another_algorithm_is_a_major_version(either: Registry) -> None:
    assert either.put_model(algorithm="XGBoost").json()["version"] == 1.1


def test_put_keeps_tags_that_the_body_leaves_out_and_adds_those_it_has(either: Registry) -> None:
    either.put_model(tags=[T1])
    assert change(either.put_model()) == "entityNoChange"
    assert fqns(either.model()["tags"]) == ["Stage.Draft"]
    assert change(either.put_model(tags=[])) == "entityNoChange"
    assert change(either.put_model(tags=[T2])) == "entityUpdated"
    assert fqns(either.model()["tags"]) == ["Stage.Approved", "Stage.Draft"]


def test_an_exclusive_tag_is_swapped_by_patch_but_not_by_put(either: Registry) -> None:
    either.put_model(tags=[{"tagFQN": "Tier.Tier1"}])
    refused = either.put_model(tags=[{"tagFQN": "Tier.Tier2"}])
    assert refused.status_code == 400
    assert "are mutually exclusive and can't be assigned together" in message(refused)
    assert change(either.patch(add("/tags", [{"tagFQN": "Tier.Tier2"}]))) == "entityUpdated"


def test_the_dashboard_never_changes_once_it_is_set_though_each_put_says_so(
    either: Registry,
) -> None:
    assert either.put_model(dashboard="looker.churn").json()["version"] == 0.2
    for version in (0.3, 0.4, 0.5):
        answer = either.put_model(dashboard="looker.fraud")
        assert change(answer) == "entityUpdated"
        assert answer.json()["version"] == version
        assert answer.json()["dashboard"]["name"] == "fraud"
        assert either.model()["dashboard"]["name"] == "churn"
    assert change(either.put_model()) == "entityUpdated"
    assert change(either.patch(remove("/dashboard"))) == "entityUpdated"
    assert either.model()["dashboard"]["name"] == "churn"


def test_a_dashboard_is_named_by_its_fqn_and_an_object_is_refused(either: Registry) -> None:
    assert either.put_model(dashboard=ref("dashboard", "looker.churn")).status_code == 400
    assert message(either.put_model(dashboard="looker.no")) == (
        "dashboard instance for looker.no not found"
    )


def test_order_and_duplicates_of_features_are_echoed_but_neither_a_change_nor_stored(
    either: Registry,
) -> None:
    first, second = {"name": "a", "dataType": "numerical"}, {"name": "b.c"}
    either.put_model(mlFeatures=[first, second])
    answer = either.put_model(mlFeatures=[second, first, first])
    assert change(answer) == "entityNoChange"
    assert names(answer.json()["mlFeatures"]) == ["b.c", "a", "a"]
    stored = either.model()["mlFeatures"]
    assert [f["fullyQualifiedName"] for f in stored] == ["s.m.a", 's.m."b.c"']


def test_hyperparameter_values_become_strings_and_names_may_repeat_or_lack(
    either: Registry,
) -> None:
    values = [{"name": "a", "value": 5}, {"name": "a", "value": 0.5}, {"value": True}]
    either.put_model(mlHyperParameters=values)
    stored = [item["value"] for item in either.model()["mlHyperParameters"]]
    assert stored == ["5", "0.5", "true"]


def test_sources_of_features_are_named_after_what_they_come_from(either: Registry) -> None:
    table = ref("table", "warehouse.shop.public.orders")
    sources = [{"name": "total", "dataType": "number", "dataSource": table}, {"name": "x"}]
    answer = either.put_model(mlFeatures=[{"name": "f", "featureSources": sources}])
    found = answer.json()["mlFeatures"][0]["featureSources"]
    assert [source["fullyQualifiedName"] for source in found] == [
        "warehouse.shop.public.orders.total",
        "x",
    ]
    nothing = {"name": "t", "dataSource": {"type": "table", "id": MISSING}}
    refused = either.put_model(mlFeatures=[{"name": "f", "featureSources": [nothing]}])
    assert (refused.status_code, message(refused)) == (
        404,
        f"table instance for {MISSING} not found",
    )


def test_a_wrong_data_type_of_a_feature_is_named_with_its_place(either: Registry) -> None:
    answer = either.put_model(mlFeatures=[{"name": "f", "dataType": "float"}])
    assert answer.status_code == 400
    assert message(answer).startswith(
        "Cannot construct instance of `org.openmetadata.schema.type.MlFeatureDataType`, "
        "problem: float\n at [Source: ("
    )
    assert 'CreateMlModel["mlFeatures"]->java.util.ArrayList[0]->' in message(answer)


def test_an_unknown_field_is_refused_with_the_known_ones(either: Registry) -> None:
    answer = either.put_model(bogus=1)
    assert answer.status_code == 400
    assert message(answer).startswith('Unrecognized field "bogus" (class org.openmetadata.schema')
    assert 'known properties: "name", "displayName"' in message(answer)


@pytest.mark.parametrize(
    ("extension", "complaint"),
    [
        ({"nope": 1}, "Unknown custom field nope"),
        (
            {"riskScore": "x"},
            "Custom field riskScore has invalid JSON [$: string found, integer expected]",
        ),
        ({"costCenter": 5}, "$: integer found, string expected"),
    ],
)
def test_custom_properties_are_checked(either: Registry, extension: Any, complaint: str) -> None:
    answer = either.put_model(extension=extension)
    assert answer.status_code == 400
    assert complaint in message(answer)


def test_a_sent_extension_replaces_the_stored_one_and_an_empty_one_clears_it(
    either: Registry,
) -> None:
    either.put_model(extension={"costCenter": "a", "riskScore": 3})
    assert change(either.put_model(extension={"costCenter": "b"})) == "entityUpdated"
    assert either.model()["extension"] == {"costCenter": "b"}
    assert change(either.put_model(extension={})) == "entityUpdated"
    assert not either.model().get("extension")


def test_a_bots_put_leaves_text_and_extension_alone_but_its_patch_does_not(
    either: Registry,
) -> None:
    mine = {"description": "mine", "displayName": "Mine", "extension": {"costCenter": "a"}}
    either.put_model(**mine)
    answer = either.put_model(
        BOT, description="bot's", displayName="Bot's", extension={"costCenter": "b"}
    )
    assert change(answer) == "entityNoChange"
    stored = either.model()
    assert {name: stored[name] for name in mine} == mine
    either.patch(add("/description", "bots"), who=BOT)
    assert either.model()["description"] == "bots"


def test_a_bot_cannot_even_set_the_first_extension_by_put_but_at_create(either: Registry) -> None:
    extension = {"costCenter": "a"}
    assert change(either.put_model(BOT, extension=extension)) == "entityNoChange"
    either.post(MODELS, MODEL | {"name": "n", "extension": extension}, BOT)
    assert either.model("s.n")["extension"] == extension


def test_a_no_op_leaves_version_and_author_whoever_sends_it(either: Registry) -> None:
    before = either.model()
    assert change(either.put_model("bob")) == "entityNoChange"
    assert change(either.patch(who="bob")) == "entityNoChange"
    assert either.model() == before


def test_only_users_and_teams_that_are_groups_own(either: Registry) -> None:
    def owned_by(owner: Any) -> dict[str, Any]:
        return {"owners": [owner]} if either.modern else {"owner": owner}

    refused = either.put_model(**owned_by(team("engineering")))
    assert (refused.status_code, message(refused)) == (
        400,
        "Team of type Department can't own entities. Only Team of type Group can own entities.",
    )
    gone = either.put_model(**owned_by({"type": "user", "id": MISSING}))
    assert (gone.status_code, message(gone)) == (404, f"user instance for {MISSING} not found")
    assert either.put_model(**owned_by(team("risk"))).status_code == 200
    assert either.put_model(**owned_by(ref("domain", "Risk"))).status_code == 400


def test_a_tag_without_a_name_is_a_400(either: Registry) -> None:
    assert either.put_model(tags=[{"source": "Glossary"}]).status_code == 400


def test_of_concurrent_puts_that_create_one_wins_and_the_others_conflict(
    either: Registry,
) -> None:
    call = ("PUT", MODELS, {"json": MODEL | {"name": "race"}})
    answers = Client(either.app, "alice").at_once([call] * 6)
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 201
    assert 409 in statuses
    assert set(statuses) <= {200, 201, 409}
    lost = next(answer for answer in answers if answer.status_code == 409)
    assert message(lost) == "Entity already exists"


def test_a_soft_deleted_twin_comes_back_by_put_with_what_it_had(either: Registry) -> None:
    either.put_model(tags=[T1], dashboard="looker.churn", extension={"costCenter": "a"})
    before = either.model()
    either.call("DELETE", f"{MODELS}/{before['id']}")
    assert either.post(MODELS, MODEL).status_code == 409
    answer = either.put_model(dashboard="looker.churn", extension={"costCenter": "a"})
    assert change(answer) == "entityUpdated"
    after = either.model()
    assert after["id"] == before["id"]
    assert fqns(after["tags"]) == ["Stage.Draft"]
    assert after["dashboard"]["name"] == "churn"
    assert after["version"] == pytest.approx(before["version"] + 0.2)


def test_bare_strings_and_wrong_uris_are_refused(either: Registry) -> None:
    assert "java.net.URI" in message(either.put_model(server="not a uri"))
    assert either.put_model(mlFeatures="f").status_code == 400
    assert either.post(MODELS, [MODEL]).status_code == 400
