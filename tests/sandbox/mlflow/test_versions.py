"""What bites at MLflow, on the sandbox and on the real server."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from sandbox.mlflow.calls import SOURCE, Mlflow

WRITERS, CREATES = 4, 12


def test_a_version_is_ready_at_once_under_the_next_number(server: Mlflow) -> None:
    before = time.time() * 1000 - 1
    made = server.create()
    assert before <= made.pop("creation_timestamp") == made.pop("last_updated_timestamp")
    assert made == {
        "name": server.model,
        "version": "1",
        "status": "READY",
        "current_stage": "None",
        "source": SOURCE,
        "description": "",
        "run_id": "",
        "run_link": "",
    }
    assert server.create()["version"] == "2"


def test_every_post_makes_a_version_whatever_token_it_carries(server: Mlflow) -> None:
    for _ in range(2):
        body = {"name": server.model, "source": SOURCE}
        path = "/api/2.0/mlflow/model-versions/create"
        server.http.post(path, json=body, headers={"opc-retry-token": "same"}).raise_for_status()
    assert server.versions() == ["2", "1"]


def test_numbers_are_not_used_again_until_the_model_is_made_anew(server: Mlflow) -> None:
    server.create()
    server.create()
    server.call("DELETE", "model-versions/delete", name=server.model, version="2")
    assert server.create()["version"] == "3"
    server.call("DELETE", "registered-models/delete", name=server.model)
    assert server.registered().create()["version"] == "1"


def test_versions_made_at_once_have_numbers_of_their_own(server: Mlflow) -> None:
    with ThreadPoolExecutor(WRITERS) as threads:
        made = list(threads.map(lambda _: server.create()["version"], range(CREATES)))
    assert sorted(made, key=int) == [str(number + 1) for number in range(CREATES)]


def test_a_name_that_is_taken_is_400(server: Mlflow) -> None:
    assert server.refused("POST", "registered-models/create", name=server.model) == (
        400,
        "RESOURCE_ALREADY_EXISTS",
        f"Registered Model (name={server.model}) already exists.",
    )


def test_what_is_not_there_is_404_but_an_alias_400(server: Mlflow) -> None:
    model, missing = server.model, "RESOURCE_DOES_NOT_EXIST"
    version = f"Model Version (name={model}, version=9) not found"
    nine = {"name": model, "version": "9"}
    assert server.refused("GET", "model-versions/get", **nine) == (404, missing, version)
    assert server.refused("DELETE", "model-versions/delete", **nine) == (404, missing, version)
    ghost = "Registered Model with name=ghost not found"
    created = server.refused("POST", "model-versions/create", name="ghost", source=SOURCE)
    assert created == (404, missing, ghost)
    alias = server.refused("GET", "registered-models/alias", name=model, alias="none")
    assert alias == (400, "INVALID_PARAMETER_VALUE", "Registered model alias none not found.")


def test_an_update_without_a_description_clears_it(server: Mlflow) -> None:
    server.create(description="d")
    server.call("PATCH", "model-versions/update", **server.one, source="s3://ignored")
    assert "description" not in server.version()
    assert server.version()["source"] == SOURCE
    server.call("PATCH", "model-versions/update", **server.one, description="")
    assert server.version()["description"] == ""


def test_updates_move_the_time_and_tags_and_aliases_do_not(server: Mlflow) -> None:
    first = server.create()["last_updated_timestamp"]
    time.sleep(0.005)
    server.call("POST", "model-versions/set-tag", **server.one, key="k", value="v")
    server.call("POST", "registered-models/alias", **server.one, alias="al")
    assert server.version()["last_updated_timestamp"] == first
    server.call("PATCH", "model-versions/update", **server.one, description="")
    assert server.version()["last_updated_timestamp"] > first


def test_a_tag_that_is_no_text_loses_all_that_follows(server: Mlflow) -> None:
    tags = [{"key": "a", "value": 5}, {"key": "b", "value": "lost"}]
    body = {"name": server.model, "source": SOURCE, "tags": tags, "description": "lost"}
    made = server.call("POST", "model-versions/create", **body)["model_version"]
    assert (made["tags"], made["description"]) == ([{"key": "a", "value": ""}], "")


def test_an_unknown_logged_model_beside_a_run_leaves_a_version_behind(server: Mlflow) -> None:
    body = {"name": server.model, "source": SOURCE, "model_id": "m-x"}
    for more, left in (({}, []), ({"run_id": "r"}, ["1"])):
        refused = server.refused("POST", "model-versions/create", **body, **more)
        assert refused[:2] == (404, "RESOURCE_DOES_NOT_EXIST")
        assert server.versions() == left


def test_a_version_as_source_is_named_by_number_and_brings_its_run(server: Mlflow) -> None:
    server.create(run_id="r")
    server.call("POST", "registered-models/alias", **server.one, alias="al")
    for source in (f"models:/{server.model}/latest", f"models:/{server.model}@al"):
        made = server.create(source=source)
        assert (made["source"].rpartition("/")[0], made["run_id"]) == (
            f"models:/{server.model}",
            "r",
        )


def test_deleting_a_version_drops_the_aliases_that_point_to_it(server: Mlflow) -> None:
    server.create()
    server.create()
    for alias, version in (("stays", "1"), ("goes", "2")):
        to = {"name": server.model, "alias": alias, "version": version}
        server.call("POST", "registered-models/alias", **to)
    server.call("DELETE", "model-versions/delete", name=server.model, version="2")
    assert server.get()["aliases"] == [{"alias": "stays", "version": "1"}]
    assert server.version()["aliases"] == ["stays"]


def test_lists_of_versions_have_no_aliases(server: Mlflow) -> None:
    server.create()
    server.call("POST", "registered-models/alias", **server.one, alias="al")
    query = {"filter": f"name='{server.model}'"}
    (found,) = server.call("GET", "model-versions/search", **query)["model_versions"]
    assert "aliases" not in found


def test_renaming_a_model_takes_its_versions_along(server: Mlflow) -> None:
    server.create(tags=[{"key": "k", "value": "v"}])
    new = f"{server.model}-new"
    server.call("POST", "registered-models/rename", name=server.model, new_name=new)
    moved = Mlflow(server.http, new)
    assert moved.version()["tags"] == [{"key": "k", "value": "v"}]
    gone = server.refused("GET", "model-versions/get", **server.one)
    assert gone[0] == 404


def test_pages_of_a_search_follow_each_other(server: Mlflow) -> None:
    for _ in range(5):
        server.create()
    query = {"filter": f"name='{server.model}'", "order_by": ["version_number DESC"]}
    seen: list[str] = []
    token = ""
    for _ in range(3):
        page = server.call("GET", "model-versions/search", **query, max_results=2, page_token=token)
        seen += [each["version"] for each in page["model_versions"]]
        token = page.get("next_page_token", "")
    assert (seen, token) == (["5", "4", "3", "2", "1"], "")
