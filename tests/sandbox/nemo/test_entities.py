"""What bites at the NeMo Platform, on the sandbox and on the real one."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from sandbox.nemo.places import ENTITIES, SPEC, Nemo

RACERS = 4
ROUNDS = 5


def race(calls: list[Callable[[], httpx.Response]]) -> list[httpx.Response]:
    """The answers to calls that are made at once."""
    with ThreadPoolExecutor(len(calls)) as threads:
        return [each.result() for each in [threads.submit(call) for call in calls]]


def test_an_entity_is_created_with_every_field_filled_in(platform: Nemo) -> None:
    made = platform.made()
    assert re.fullmatch(r"model-[1-9A-HJ-NP-Za-km-z]{18,23}", made.pop("id"))
    for key in ("created_at", "updated_at"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?", made.pop(key))
    empty: dict[str, Any] = {"adapters": [], "custom_fields": {}, "model_providers": []}
    nulls = ("project", "description", "spec", "finetuning_type", "fileset", "base_model")
    nulls += ("api_endpoint", "backend_format", "prompt", "ownership")
    here = {"name": "mm", "workspace": platform.place.name, "trust_remote_code": False}
    assert made == {**dict.fromkeys(nulls), **empty, **here}


def test_a_second_post_of_a_name_is_a_conflict_and_changes_nothing(platform: Nemo) -> None:
    platform.made(description="first")
    again = platform.create(description="second")
    where = f"Model with workspace '{platform.place.name}' and name 'mm'"
    assert (again.status_code, again.json()) == (409, {"detail": f"{where} already exists"})
    assert again.headers["x-should-retry"] == "false"
    assert platform.get()["description"] == "first"


def test_null_keeps_and_an_empty_value_clears(platform: Nemo) -> None:
    given = {
        "description": "d",
        "base_model": "b",
        "custom_fields": {"k": "v"},
        "ownership": {"o": "me"},
        "model_providers": ["p"],
        "finetuning_type": "lora",
    }
    platform.made(**given, backend_format="OPENAI_CHAT")
    kept = platform.patched(**dict.fromkeys(given))
    assert {key: kept[key] for key in given} == given
    cleared = platform.patched(
        description="", base_model="", custom_fields={}, ownership={}, model_providers=[]
    )
    assert (cleared["description"], cleared["base_model"]) == ("", None)
    assert (cleared["custom_fields"], cleared["ownership"]) == ({}, {})
    assert cleared["model_providers"] == []
    assert cleared["backend_format"] == "OPENAI_CHAT"
    assert platform.patched(backend_format=None)["backend_format"] is None


def test_name_project_and_unknown_keys_are_ignored_by_patch(platform: Nemo) -> None:
    made = platform.made()
    assert platform.patched(name="other", project="none", typo=1, id="x") == made


def test_objects_are_replaced_whole(platform: Nemo) -> None:
    platform.made(custom_fields={"a": 1, "b": {"c": 2}}, api_endpoint={"url": "http://x"})
    changed = platform.patched(custom_fields={"b": {}}, api_endpoint={"model_id": "m"})
    assert changed["custom_fields"] == {"b": {}}
    nulls = {"url": None, "api_key": None, "format": None}
    assert changed["api_endpoint"] == {"model_id": "m", **nulls}


def test_the_time_of_update_moves_only_with_the_data(platform: Nemo) -> None:
    made = platform.made(description="d", custom_fields={"a": 1, "b": 2})
    for same in ({}, {"description": "d"}, {"custom_fields": {"b": 2.0, "a": 1}}):
        assert platform.patched(**same)["updated_at"] == made["updated_at"]
    changed = platform.patched(description="e")
    assert changed["updated_at"] > made["updated_at"]
    assert changed["created_at"] == made["created_at"]


def test_urls_are_rewritten_and_keys_come_back_in_clear_text(platform: Nemo) -> None:
    endpoint = {"url": "HTTPS://Example.COM:443/A/../b c", "api_key": "secret", "unknown": 1}
    made = platform.made(api_endpoint=endpoint)
    assert made["api_endpoint"] == {
        "url": "https://example.com/b%20c",
        "api_key": "secret",
        "model_id": None,
        "format": None,
    }


def test_linear_layers_are_shown_on_request_alone(platform: Nemo) -> None:
    made = platform.made(spec={**SPEC, "minimum_gpus_lora": 3, "is_embedding_model": True})
    assert made["spec"]["linear_layers"] == SPEC["linear_layers"]
    assert made["spec"]["head_type"] == "embedding"
    assert made["spec"]["minimum_gpus_lora"] is None
    assert platform.get()["spec"]["linear_layers"] is None
    assert platform.get(verbose="true")["spec"] == made["spec"]
    assert platform.patched(description="x")["spec"]["linear_layers"] is None


def test_lists_leave_out_what_is_null(platform: Nemo) -> None:
    platform.made(prompt={}, custom_fields={"mine": None})
    (found,) = platform.http.get(platform.place.models).raise_for_status().json()["data"]
    assert "description" not in found
    assert (found["prompt"], found["custom_fields"]) == ({}, {"mine": None})


def test_lists_come_in_pages_and_orders(platform: Nemo) -> None:
    for name in ("bb", "aa", "cc"):
        platform.made(name)

    def names(**query: Any) -> list[str]:
        answer = platform.http.get(platform.place.models, params=query)
        return [each["name"] for each in answer.raise_for_status().json()["data"]]

    assert names() == ["bb", "aa", "cc"]
    assert names(sort="-name") == ["cc", "bb", "aa"]
    assert (names(page_size=2), names(page_size=2, page=2)) == (["bb", "aa"], ["cc"])
    assert platform.http.get(platform.place.models, params={"page_size": 1001}).status_code == 500


def test_trust_is_not_taken_away_beside_a_fileset(platform: Nemo) -> None:
    fileset = platform.fileset()
    assert platform.made(fileset=fileset, trust_remote_code=True)["trust_remote_code"]
    kept = platform.patched(trust_remote_code=False, fileset=fileset)
    assert kept["trust_remote_code"] is True
    assert platform.patched(trust_remote_code=False)["trust_remote_code"] is False


def test_a_fileset_must_exist_and_for_a_patch_hold_something(platform: Nemo) -> None:
    platform.fileset("empty", filled=False)
    missing = platform.create(fileset="none")
    where = f"workspace '{platform.place.name}'"
    assert missing.status_code == 400
    assert missing.json() == {"detail": f"Fileset 'none' not found in {where}"}
    assert platform.made(fileset="empty")["fileset"] == "empty"
    refused = platform.patch(fileset="empty", description="lost")
    assert (refused.status_code, refused.json()["detail"]) == (
        400,
        "Fileset empty, exists but is empty",
    )
    assert platform.get()["description"] is None
    full = f"{platform.place.name}/{platform.fileset()}"
    assert platform.patched(fileset=full)["fileset"] == full


def test_a_model_of_a_deleted_project_can_only_be_deleted(platform: Nemo) -> None:
    platform.http.post(platform.place.projects, json={"name": "project"}).raise_for_status()
    assert platform.made(project="project")["project"] == "project"
    platform.http.delete(f"{platform.place.projects}/project").raise_for_status()
    assert platform.patch(description="x").status_code == 422
    assert platform.http.delete(f"{platform.place.models}/mm").status_code == 204


def test_adapters_go_with_their_model(platform: Nemo) -> None:
    first = platform.made()
    body = {"name": "lora", "fileset": platform.fileset(), "finetuning_type": "lora"}
    below = platform.http.post(f"{platform.place.models}/mm/adapters", json=body)
    assert below.status_code == 201, below.text
    assert [each["name"] for each in platform.get()["adapters"]] == ["lora"]
    assert platform.patched(description="x")["adapters"] != []
    assert platform.http.delete(f"{platform.place.models}/mm").status_code == 204
    assert platform.http.get(f"{platform.place.adapters}/lora").status_code == 404
    second = platform.made()
    assert second["adapters"] == []
    assert second["id"] != first["id"]


def test_gone_and_not_routed_are_both_404_in_other_words(platform: Nemo) -> None:
    gone = platform.http.get(f"{platform.place.models}/none").json()["detail"]
    assert gone == f"Model with workspace '{platform.place.name}' and name 'none' not found"
    assert platform.http.get("/wrong" + platform.place.models).json() == {"detail": "Not Found"}
    assert platform.http.delete(f"{platform.place.models}/none").status_code == 404


def test_a_deleted_workspace_keeps_its_models_and_its_name(platform: Nemo) -> None:
    platform.made()
    one = f"{ENTITIES}/{platform.place.name}"
    assert platform.http.delete(one).status_code == 200
    assert platform.http.get(one).status_code == 404
    assert platform.get()["name"] == "mm"
    assert platform.create("nn").status_code == 201
    taken = platform.http.post(ENTITIES, json={"name": platform.place.name})
    assert taken.status_code == 409


def test_of_posts_at_once_one_makes_the_entity(platform: Nemo) -> None:
    for number in range(ROUNDS):
        answers = race([lambda number=number: platform.create(f"m-{number}")] * RACERS)  # type: ignore[misc]
        assert sorted(each.status_code for each in answers) == [201] + [409] * (RACERS - 1)


def test_a_patch_that_loses_a_race_fails_and_changes_nothing(platform: Nemo) -> None:
    platform.made()
    lost = 0
    for number in range(ROUNDS * 2):
        changes = [
            lambda number=number: platform.patch(description=f"d{number}"),  # type: ignore[misc]
            lambda number=number: platform.patch(base_model=f"b{number}"),  # type: ignore[misc]
        ]
        before = platform.get()
        first, second = race(changes)
        after = platform.get()
        for answer, key in ((first, "description"), (second, "base_model")):
            if answer.status_code == 500:
                assert answer.json() == {"detail": "Failed to update model entity"}
                assert after[key] == before[key]
                lost += 1
            else:
                assert (answer.status_code, after[key]) == (200, answer.json()[key])
    assert lost, "no two of them met"


def test_of_deletes_at_once_one_does_it(platform: Nemo) -> None:
    for number in range(ROUNDS):
        platform.made(f"m-{number}")
        path = f"{platform.place.models}/m-{number}"
        answers = race([lambda path=path: platform.http.delete(path)] * RACERS)  # type: ignore[misc]
        statuses = sorted(each.status_code for each in answers)
        assert statuses[0] == 204
        assert set(statuses[1:]) <= {404, 409}
