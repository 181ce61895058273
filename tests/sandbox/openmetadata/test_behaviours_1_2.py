"""What only the form of 1.2 does, measured and not covered by the recordings."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.openmetadata.registry import (
    BOT,
    MODEL,
    MODELS,
    SERVICE,
    SERVICES,
    Registry,
    add,
    change,
    message,
    ref,
    team,
    user,
)


def test_an_algorithm_is_required(v1: Registry) -> None:
    answer = v1.post(MODELS, {"name": "n", "service": "s"})
    assert (answer.status_code, message(answer)) == (400, "[algorithm must not be null]")


def test_put_removes_an_extension_that_the_body_leaves_out(v1: Registry) -> None:
    v1.put_model(extension={"costCenter": "a"})
    assert change(v1.put_model()) == "entityUpdated"
    assert "extension" not in v1.model()


def test_put_keeps_owner_and_domain_though_its_answer_lacks_them(v1: Registry) -> None:
    v1.put_model(owner=user("bob"), domain="Marketing")
    answer = v1.put_model()
    assert change(answer) == "entityNoChange"
    assert not answer.json().keys() & {"owner", "domain"}
    shown = v1.model()
    assert (shown["owner"]["name"], shown["domain"]["name"]) == ("bob", "Marketing")


def test_a_bot_replaces_owner_and_domain(v1: Registry) -> None:
    v1.put_model(owner=user("bob"), domain="Marketing")
    v1.put_model(BOT, owner=team("risk"), domain="Risk")
    shown = v1.model()
    assert (shown["owner"]["name"], shown["domain"]["name"]) == ("risk", "Risk")


def test_a_bot_may_patch_the_display_name(v1: Registry) -> None:
    assert change(v1.patch(add("/displayName", "B"), who=BOT)) == "entityUpdated"


def test_the_lists_of_2_x_are_unknown_fields(v1: Registry) -> None:
    for field in ("owners", "domains", "sourceHash"):
        assert f'Unrecognized field "{field}"' in message(v1.put_model(**{field: []}))


def test_owners_are_not_inherited_and_a_domain_is_without_a_mark(v1: Registry) -> None:
    governed: dict[str, Any] = {"owner": team("risk"), "domain": "Risk"}
    v1.put(SERVICES, SERVICE | governed)
    shown = v1.model()
    assert "owner" not in shown
    assert shown["domain"]["name"] == "Risk"
    assert "inherited" not in shown["domain"]


def test_a_patch_leaves_an_inherited_domain_inherited(v1: Registry) -> None:
    v1.put(SERVICES, SERVICE | {"domain": "Risk"})
    assert v1.patch(add("/description", "d")).json()["changeDescription"]["fieldsAdded"] == [
        {"name": "description", "newValue": "d"}
    ]
    v1.put(SERVICES, SERVICE | {"domain": "Marketing"})
    assert v1.model()["domain"]["name"] == "Marketing"


def test_there_is_no_bulk_and_no_patch_by_name(v1: Registry) -> None:
    refused = "An exception with message [HTTP 405 Method Not Allowed] was thrown"
    assert refused in message(v1.put(f"{MODELS}/bulk", [MODEL]))
    assert refused in message(v1.patch(path=f"{MODELS}/name/s.m"))


def test_another_media_type_of_a_patch_is_a_500(v1: Registry) -> None:
    answer = v1.call("PATCH", f"{MODELS}/{v1.model()['id']}", json=[])
    assert answer.status_code == 500
    assert "[HTTP 415 Unsupported Media Type]" in message(answer)


def test_there_is_no_etag_and_if_match_is_not_looked_at(v1: Registry) -> None:
    answer = v1.call("GET", f"{MODELS}/name/s.m")
    assert "etag" not in answer.headers
    assert v1.patch(add("/description", "d"), if_match='W/"9.9"').status_code == 200


def test_each_patch_is_a_version(v1: Registry) -> None:
    v1.patch(add("/description", "a"))
    v1.patch(add("/description", "b"))
    assert v1.model()["version"] == 0.3


def test_descriptions_are_stored_as_they_are(v1: Registry) -> None:
    v1.put_model(description="it's `x` & <b>y")
    assert v1.model()["description"] == "it's `x` & <b>y"


def test_a_feature_without_a_name_is_a_500(v1: Registry) -> None:
    assert v1.put_model(mlFeatures=[{"dataType": "numerical"}]).status_code == 500


def test_tags_of_a_feature_are_replaced_with_it(v1: Registry) -> None:
    tagged = {"name": "f", "tags": [{"tagFQN": "Stage.Draft"}]}
    v1.put_model(mlFeatures=[tagged])
    v1.put_model(mlFeatures=[{"name": "f"}])
    assert "tags" not in v1.model()["mlFeatures"][0]


def test_a_service_without_a_connection_cannot_be_put_again(v1: Registry) -> None:
    body = {"name": "bare", "serviceType": "CustomMlModel"}
    v1.post(SERVICES, body)
    assert v1.put(SERVICES, body).status_code == 500


def test_a_custom_connection_takes_no_other_keys(v1: Registry) -> None:
    config = {"type": "CustomMlModel", "sourcePythonClass": "a.B", "other": 1}
    body = {"name": "c", "serviceType": "CustomMlModel", "connection": {"config": config}}
    assert "unrecognized field: 'other'" in message(v1.post(SERVICES, body))


def test_vertex_ai_is_unknown(v1: Registry) -> None:
    assert v1.post(SERVICES, {"name": "v", "serviceType": "VertexAI"}).status_code == 400


@pytest.mark.parametrize("field", ["reviewedOn", "environments"])
def test_custom_properties_have_neither_dates_nor_enums(v1: Registry, field: str) -> None:
    assert message(v1.put_model(extension={field: "x"})) == f"Unknown custom field {field}"


def test_a_patched_owner_is_a_reference(v1: Registry) -> None:
    v1.patch(add("/owner", user("bob")), add("/domain", ref("domain", "Risk")))
    shown = v1.model()
    assert (shown["owner"]["name"], shown["domain"]["name"]) == ("bob", "Risk")
    assert v1.patch(add("/owner", "bob")).status_code == 400


def test_a_request_without_tags_does_not_say_what_it_kept(v1: Registry) -> None:
    v1.put_model(tags=[{"tagFQN": "Stage.Draft"}])
    assert "tags" not in v1.put_model().json()
