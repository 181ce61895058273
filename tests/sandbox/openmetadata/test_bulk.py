"""The bulk write of 2.x: read in the server's source, not measured."""

from __future__ import annotations

from typing import Any

from sandbox.openmetadata.registry import BOT, MODEL, MODELS, Registry, fqns, names, user

BULK = f"{MODELS}/bulk"


def bulk(registry: Registry, *items: Any, query: str = "", who: str = "alice") -> Any:
    answer = registry.put(BULK + query, list(items), who)
    assert answer.status_code == 200
    return answer.json()


def test_items_succeed_and_fail_by_themselves_and_the_whole_is_a_200(v2: Registry) -> None:
    result = bulk(
        v2,
        MODEL | {"displayName": "updated"},
        MODEL | {"name": "new"},
        MODEL | {"name": "a::b"},
        MODEL | {"name": "lost", "service": "none"},
    )
    assert result["status"] == "partialSuccess"
    assert [item["request"] for item in result["successRequest"]] == ["s.new", "s.m"]
    assert {item["status"] for item in result["successRequest"]} == {200}
    counts = [result[f"numberOfRows{what}"] for what in ("Processed", "Passed", "Failed")]
    assert counts == [4, 2, 2]
    invalid, lost = result["failedRequest"]
    assert (invalid["request"]["name"], invalid["status"]) == ("a::b", 400)
    assert lost["request"] == "none.lost"
    assert v2.model()["displayName"] == "updated"


def test_all_failed_is_a_200_too(v2: Registry) -> None:
    result = bulk(v2, MODEL | {"name": ""})
    assert (result["status"], result["numberOfRowsPassed"]) == ("failure", 0)


def test_who_may_not_write_is_told_so_item_by_item(v2: Registry) -> None:
    [failed] = bulk(v2, MODEL | {"name": "new"}, who="carol")["failedRequest"]
    assert (failed["status"], failed["request"]["name"]) == (403, "new")
    assert failed["message"].startswith("Permission denied: ")


def test_of_one_name_twice_the_first_creates_and_the_second_updates(v2: Registry) -> None:
    twice = MODEL | {"name": "n"}
    result = bulk(v2, twice | {"description": "a"}, twice | {"description": "b"})
    assert result["status"] == "success"
    assert (v2.model("s.n")["description"], v2.model("s.n")["version"]) == ("b", 0.2)


def test_an_unchanged_source_hash_skips_the_item(v2: Registry) -> None:
    bulk(v2, MODEL | {"sourceHash": "h", "description": "a"})
    result = bulk(v2, MODEL | {"sourceHash": "h", "description": "b"})
    assert result["status"] == "success"
    assert v2.model()["description"] == "a"


def test_what_is_no_list_of_models_is_refused_as_a_whole(v2: Registry) -> None:
    assert v2.put(BULK, MODEL).status_code == 400
    assert v2.put(BULK, [MODEL | {"bogus": 1}]).status_code == 400


def test_a_bot_overwrites_only_where_metadata_is_overridden(v2: Registry) -> None:
    mine = {"description": "mine", "displayName": "Mine", "owners": [user("alice")]}
    v2.put_model(**mine, domains=["Marketing"], tags=[{"tagFQN": "Stage.Draft"}])
    theirs = MODEL | {
        "description": "bots",
        "displayName": "Bots",
        "owners": [user("bob")],
        "domains": ["Risk"],
        "tags": [{"tagFQN": "Stage.Approved"}],
    }
    bulk(v2, theirs, who=BOT)
    shown = v2.model()
    assert (shown["description"], names(shown["owners"])) == ("mine", ["alice"])
    assert fqns(shown["tags"]) == ["Stage.Approved", "Stage.Draft"]
    bulk(v2, theirs, who=BOT, query="?overrideMetadata=true")
    shown = v2.model()
    assert (shown["description"], shown["displayName"]) == ("bots", "Bots")
    assert (names(shown["owners"]), names(shown["domains"])) == (["bob"], ["Marketing"])
    assert fqns(shown["tags"]) == ["Stage.Approved"]


def test_an_asynchronous_bulk_answers_nothing_useful(v2: Registry) -> None:
    answer = v2.put(f"{BULK}?async=true", [MODEL | {"name": "n"}])
    assert answer.status_code == 202
    assert (answer.json()["status"], answer.json()["numberOfRowsPassed"]) == ("success", 0)
    assert v2.model("s.n")["name"] == "n"
