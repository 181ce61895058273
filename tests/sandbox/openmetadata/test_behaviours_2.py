"""What 2.x does otherwise than 1.2: read in the server's source, not measured."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from pulumi_mlregistry.sandbox.openmetadata.store import Store
from sandbox.openmetadata.registry import (
    BOT,
    MODEL,
    MODELS,
    SERVICE,
    SERVICES,
    Registry,
    add,
    change,
    fqns,
    message,
    names,
    ref,
    remove,
    team,
    user,
)

GOVERNED: dict[str, Any] = {
    "owners": [team("risk"), user("alice")],
    "domains": ["Marketing"],
    "dataProducts": ["Churn Insights"],
}


def test_an_algorithm_that_the_body_leaves_out_becomes_the_default(v2: Registry) -> None:
    assert v2.put_model(algorithm=None).json()["version"] == 1.1
    assert v2.model()["algorithm"] == "mlmodel"


def test_put_keeps_owners_and_domains_but_removes_data_products(v2: Registry) -> None:
    v2.put_model(**GOVERNED)
    answer = v2.put_model()
    assert change(answer) == "entityUpdated"
    shown = v2.model()
    assert names(shown["owners"]) == ["alice", "risk"]
    assert names(shown["domains"]) == ["Marketing"]
    assert shown["dataProducts"] == []


def test_put_replaces_owners_as_a_set(v2: Registry) -> None:
    v2.put_model(owners=[user("alice"), user("bob")])
    assert change(v2.put_model(owners=[user("bob"), user("alice")])) == "entityNoChange"
    v2.put_model(owners=[user("carol")])
    assert names(v2.model()["owners"]) == ["carol"]
    assert change(v2.put_model(owners=[])) == "entityNoChange"


def test_a_bots_put_leaves_governance_alone(v2: Registry) -> None:
    v2.put_model(**GOVERNED)
    before = v2.model()
    sent = {"owners": [user("bob")], "domains": ["Risk"], "dataProducts": ["Fraud Watch"]}
    assert change(v2.put_model(BOT, **sent)) == "entityNoChange"
    assert v2.model() == before


def test_data_products_need_a_domain(v2: Registry) -> None:
    answer = v2.put_model(dataProducts=["Churn Insights"])
    assert (answer.status_code, message(answer)) == (
        400,
        "Domain cannot be empty when data products are provided.",
    )


def test_there_is_one_domain_at_most(v2: Registry) -> None:
    answer = v2.put_model(domains=["Marketing", "Risk"])
    assert answer.status_code == 400
    assert "Multiple Domains are not allowed" in message(answer)


def test_the_single_values_of_1_2_are_unknown_fields(v2: Registry) -> None:
    for field in ("owner", "domain"):
        assert f'Unrecognized field "{field}"' in message(v2.put_model(**{field: "x"}))


def test_an_extension_that_the_body_leaves_out_is_kept(v2: Registry) -> None:
    v2.put_model(extension={"costCenter": "a"})
    assert change(v2.put_model()) == "entityNoChange"
    assert v2.model()["extension"] == {"costCenter": "a"}


def test_enums_of_an_extension_are_sorted_and_checked(v2: Registry) -> None:
    v2.put_model(extension={"environments": ["staging", "dev"], "reviewedOn": "2026-01-31"})
    assert v2.model()["extension"]["environments"] == ["dev", "staging"]
    assert "not supported" in message(v2.put_model(extension={"environments": ["moon"]}))
    assert "defined format" in message(v2.put_model(extension={"reviewedOn": "yesterday"}))


def test_a_users_put_wipes_a_certification_and_a_bots_does_not(v2: Registry) -> None:
    gold = {"tagLabel": {"tagFQN": "Certification.Gold"}}
    v2.patch(add("/certification", gold))
    v2.put_model(BOT)
    assert v2.model(fields="certification")["certification"] == gold
    assert change(v2.put_model()) == "entityUpdated"
    assert "certification" not in v2.model(fields="certification")


def test_a_source_hash_is_stored_without_a_new_version(v2: Registry) -> None:
    answer = v2.put_model("bob", sourceHash="abc")
    assert change(answer) == "entityNoChange"
    shown = v2.model(fields="sourceHash")
    assert (shown["sourceHash"], shown["version"], shown["updatedBy"]) == ("abc", 0.1, "bob")
    assert v2.put_model(sourceHash="").status_code == 400


def test_owners_and_domains_of_the_service_are_shown_marked_and_not_stored(v2: Registry) -> None:
    v2.put(SERVICES, SERVICE | {"owners": [team("risk")], "domains": ["Risk"]})
    shown = v2.model()
    assert [(o["name"], o["inherited"]) for o in shown["owners"]] == [("risk", True)]
    assert [(d["name"], d["inherited"]) for d in shown["domains"]] == [("Risk", True)]
    assert shown["version"] == 0.1
    assert change(v2.patch(add("/description", "d"))) == "entityUpdated"
    v2.put(SERVICES, SERVICE | {"owners": [user("bob")]})
    assert names(v2.model()["owners"]) == ["bob"]


def test_setting_the_owner_that_is_inherited_is_a_change(v2: Registry) -> None:
    v2.put(SERVICES, SERVICE | {"owners": [team("risk")]})
    assert change(v2.patch(add("/owners", [team("risk")]))) == "entityUpdated"
    assert "inherited" not in v2.model()["owners"][0]
    v2.patch(remove("/owners"))
    assert v2.model()["owners"][0]["inherited"] is True


def test_patch_removes_governance(v2: Registry) -> None:
    v2.put_model(**GOVERNED)
    answer = v2.patch(remove("/owners"), remove("/dataProducts"), remove("/domains"))
    assert change(answer) == "entityUpdated"
    shown = v2.model()
    assert (shown["owners"], shown["domains"], shown["dataProducts"]) == ([], [], [])


def test_patch_takes_references_where_put_takes_names(v2: Registry) -> None:
    v2.patch(add("/domains", [ref("domain", "Risk")]), add("/owners", [user("bob")]))
    assert names(v2.model()["domains"]) == ["Risk"]
    answer = v2.patch(add("/domains", ["Risk"]))
    assert answer.status_code == 400
    assert "no String-argument constructor" in message(answer)


def test_a_bots_patch_of_the_display_name_is_refused_as_a_whole(v2: Registry) -> None:
    answer = v2.patch(add("/description", "d"), add("/displayName", "D"), who=BOT)
    assert answer.status_code == 403
    assert "DisplayName-Deny" in message(answer)
    assert "description" not in v2.model()
    assert change(v2.patch(add("/description", "d"), who=BOT)) == "entityUpdated"


def test_a_patch_finds_the_model_by_name_too(v2: Registry) -> None:
    answer = v2.patch(add("/description", "d"), path=f"{MODELS}/name/s.m")
    assert change(answer) == "entityUpdated"
    assert v2.patch(path=f"{MODELS}/name/s.no").status_code == 404


@pytest.mark.parametrize("tag", ['W/"0.2"', '"0.1"', "0.1"])
def test_if_match_knows_only_the_weak_form_of_the_current_version(v2: Registry, tag: str) -> None:
    answer = v2.patch(add("/description", "d"), if_match=tag)
    assert answer.status_code == 412
    assert message(answer).startswith('The entity has been modified. Current ETag: W/"0.1"')
    assert "description" not in v2.model()
    assert v2.patch(add("/description", "d"), if_match='W/"0.1"').status_code == 200


def test_put_and_delete_do_not_look_at_if_match(v2: Registry) -> None:
    stale = {"If-Match": 'W/"9.9"'}
    identity = v2.model()["id"]
    assert v2.call("PUT", MODELS, json=MODEL, headers=stale).status_code == 200
    assert v2.call("DELETE", f"{MODELS}/{identity}", headers=stale).status_code == 200


def test_a_single_entity_has_an_etag_which_depends_on_the_fields(v2: Registry) -> None:
    path = f"{MODELS}/name/s.m"
    answer = v2.call("GET", path)
    tag = answer.headers["etag"]
    assert answer.headers["cache-control"] == "no-store"
    assert v2.call("GET", path, headers={"If-None-Match": tag}).status_code == 304
    asked = v2.call("GET", f"{path}?fields=owners", headers={"If-None-Match": tag})
    assert asked.status_code == 200
    assert "etag" not in v2.call("GET", MODELS).headers


def test_patches_of_one_user_within_ten_minutes_are_one_version(v2: Registry) -> None:
    v2.patch(add("/description", "a"))
    v2.patch(add("/displayName", "b"))
    shown = v2.model()
    assert shown["version"] == 0.2
    assert {c["name"] for c in shown["changeDescription"]["fieldsAdded"]} == {
        "description",
        "displayName",
    }
    assert v2.patch(add("/displayName", "c"), who="bob").json()["version"] == 0.3


def test_undoing_a_change_by_patch_takes_the_version_back(v2: Registry) -> None:
    v2.patch(add("/description", "a"))
    answer = v2.patch(remove("/description"))
    assert change(answer) == "entityUpdated"
    assert v2.model()["version"] == 0.1
    assert "description" not in v2.model()


def test_neither_put_nor_a_patch_with_if_match_is_consolidated(v2: Registry) -> None:
    v2.put_model(description="a")
    v2.put_model(description="b")
    assert v2.model()["version"] == 0.3
    v2.patch(add("/description", "c"), if_match='W/"0.3"')
    assert v2.model()["version"] == 0.4


def test_a_wrong_media_type_is_a_415_and_a_wrong_method_a_405(v2: Registry) -> None:
    assert v2.call("PATCH", f"{MODELS}/{v2.model()['id']}", json=[]).status_code == 415
    assert v2.call("DELETE", MODELS).status_code == 405
    assert v2.call("GET", "/api/v1/nothing").status_code == 404


def test_derived_labels_come_from_glossary_terms_and_from_nowhere_else(v2: Registry) -> None:
    sent = [
        {"tagFQN": "Business.Churn", "source": "Glossary"},
        {"tagFQN": "Stage.Draft", "source": "Classification", "labelType": "Derived"},
    ]
    v2.put_model(tags=sent)
    shown = v2.model()["tags"]
    assert [(label["tagFQN"], label["labelType"]) for label in shown] == [
        ("Business.Churn", "Manual"),
        ("PII.Sensitive", "Derived"),
    ]
    assert shown[0]["appliedBy"] == "alice"
    assert change(v2.patch(add("/tags", shown))) == "entityNoChange"


def test_label_type_and_state_of_a_present_tag_stay(v2: Registry) -> None:
    v2.put_model(tags=[{"tagFQN": "Stage.Draft"}])
    sent = {"tagFQN": "Stage.Draft", "labelType": "Automated", "state": "Suggested"}
    assert change(v2.put_model(tags=[sent])) == "entityNoChange"
    assert v2.model()["tags"][0]["labelType"] == "Manual"


def test_tags_of_features_are_merged_by_the_features_name(v2: Registry) -> None:
    v2.put_model(mlFeatures=[{"name": "f", "tags": [{"tagFQN": "Stage.Draft"}]}])
    v2.put_model(mlFeatures=[{"name": "f", "tags": [{"tagFQN": "Stage.Approved"}]}])
    feature = v2.model()["mlFeatures"][0]
    assert set(fqns(feature["tags"])) == {"Stage.Draft", "Stage.Approved"}
    assert change(v2.put_model(mlFeatures=[{"name": "f"}])) == "entityNoChange"


def test_labels_of_features_are_completed_and_sending_back_what_is_shown_is_no_change(
    v2: Registry,
) -> None:
    term = {"tagFQN": "Business.Churn", "source": "Glossary"}
    v2.put_model(mlFeatures=[{"name": "f", "tags": [term]}])
    shown = v2.model()["mlFeatures"]
    assert [tag["name"] for tag in shown[0]["tags"]] == ["Churn", "Sensitive"]
    assert change(v2.patch(add("/mlFeatures", shown))) == "entityNoChange"


def test_a_bot_keeps_the_descriptions_of_features(v2: Registry) -> None:
    v2.put_model(mlFeatures=[{"name": "f", "description": "mine"}])
    answer = v2.put_model(BOT, mlFeatures=[{"name": "f", "description": "bot's"}])
    assert change(answer) == "entityNoChange"


def test_a_feature_without_a_name_is_a_400(v2: Registry) -> None:
    assert v2.put_model(mlFeatures=[{"dataType": "numerical"}]).status_code == 400


@pytest.mark.parametrize("name", ["a::b", "a\nb", "", "x" * 257])
def test_names_that_are_refused(v2: Registry, name: str) -> None:
    assert v2.post(MODELS, MODEL | {"name": name}).status_code == 400


@pytest.mark.parametrize(
    ("name", "segment"), [('say "x"', '"say ""x"""'), ("a/b?c", "a/b?c"), ("x" * 256, "x" * 256)]
)
def test_names_that_1_2_refuses(v2: Registry, name: str, segment: str) -> None:
    answer = v2.post(MODELS, MODEL | {"name": name})
    assert answer.json()["fullyQualifiedName"] == f"s.{segment}"
    quoted = segment.replace('"', "%22").replace("/", "%2F").replace("?", "%3F")
    assert v2.model(f"s.{quoted}")["name"] == name


def test_a_list_lacks_the_dashboard_and_all_fields_can_be_asked_for(v2: Registry) -> None:
    v2.put_model(dashboard="looker.churn")
    [listed] = v2.get(MODELS, fields="*")["data"]
    assert "dashboard" not in listed
    assert {"owners", "tags", "votes", "usageSummary"} <= listed.keys()
    assert v2.model(fields="*")["dashboard"]["name"] == "churn"


def test_a_service_without_a_connection_may_be_put_again(v2: Registry) -> None:
    body = {"name": "bare", "serviceType": "CustomMlModel", "tags": [{"tagFQN": "Stage.Draft"}]}
    v2.post(SERVICES, body)
    assert change(v2.put(SERVICES, body)) == "entityNoChange"
    assert fqns(v2.service("bare", fields="tags")["tags"]) == ["Stage.Draft"]


def test_defaults_of_connections_are_filled_in(v2: Registry) -> None:
    config: dict[str, Any] = {"type": "SageMaker", "awsConfig": {"awsRegion": "eu"}}
    body = {"name": "sm", "serviceType": "SageMaker", "connection": {"config": config}}
    assert v2.post(SERVICES, body).json()["connection"]["config"] == {
        "type": "SageMaker",
        "supportsMetadataExtraction": True,
        "awsConfig": {
            "awsRegion": "eu",
            "assumeRoleSessionName": "OpenMetadataSession",
            "enabled": False,
        },
    }


def test_vertex_ais_private_key_is_a_secret_and_a_custom_connection_is_free(v2: Registry) -> None:
    gcp = {"gcpConfig": {"type": "service_account", "privateKey": "hush"}}
    config = {"type": "VertexAI", "location": "eu", "credentials": gcp}
    body = {"name": "v", "serviceType": "VertexAI", "connection": {"config": config}}
    shown = v2.post(SERVICES, body).json()["connection"]["config"]
    assert shown["credentials"]["gcpConfig"]["privateKey"] == "*********"
    seen = v2.service("v", BOT)["connection"]["config"]
    assert seen["credentials"]["gcpConfig"]["privateKey"] == "hush"
    custom = {"config": {"type": "CustomMlModel", "sourcePythonClass": "a.B", "other": 1}}
    made = v2.post(SERVICES, {"name": "c", "serviceType": "CustomMlModel", "connection": custom})
    assert made.json()["connection"]["config"]["other"] == 1


def test_deleting_a_model_by_name_ignores_recursive(v2: Registry) -> None:
    model = v2.model()
    contract = {"id": str(uuid.uuid4()), "name": "c", "fullyQualifiedName": "c", "version": 0.1}
    Store(v2.database).insert("dataContract", contract, model["id"])
    query = "recursive=true&hardDelete=true"
    refused = v2.call("DELETE", f"{MODELS}/name/s.m?{query}")
    assert (refused.status_code, message(refused)) == (400, "mlmodel is not empty")
    assert v2.call("DELETE", f"{MODELS}/{model['id']}?{query}").status_code == 200


def test_life_cycles_are_kept_and_the_latest_event_wins(v2: Registry) -> None:
    v2.put_model(lifeCycle={"created": {"timestamp": 5}})
    v2.put_model(lifeCycle={"created": {"timestamp": 3}, "updated": {"timestamp": 1}})
    v2.put_model()
    shown = v2.model(fields="lifeCycle")
    assert shown["lifeCycle"] == {"created": {"timestamp": 5}, "updated": {"timestamp": 1}}
    assert shown["version"] == 0.1


def test_an_asynchronous_deletion_answers_with_a_job(v2: Registry) -> None:
    identity = v2.model()["id"]
    answer = v2.call("DELETE", f"{MODELS}/async/{identity}?hardDelete=true")
    assert answer.status_code == 202
    assert "jobId" in answer.json()
    assert v2.call("GET", f"{MODELS}/{identity}?include=all").status_code == 404
