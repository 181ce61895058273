"""Requests to both platforms, whose answers are the same but for ids and times."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.comparing import Both
from sandbox.nemo.places import ENTITIES, SPEC, Place, new_place

JSON = {"content-type": "application/json"}
WRONG_SPEC = {
    **SPEC,
    "num_layers": 1.5,
    "hidden_size": "x",
    "num_attention_heads": True,
    "num_kv_heads": None,
    "ffn_hidden_size": [],
    "tied_embeddings": "q",
    "precision": 1,
    "head_type": "zz",
    "linear_layers": [{"name": "l"}, 5],
}
LOOSE_SPEC = {
    **SPEC,
    "num_layers": "1",
    "hidden_size": 2.0,
    "tied_embeddings": "on",
    "gated_mlp": 0,
    "unknown": 1,
    "is_embedding_model": True,
    "minimum_gpus_lora": 3,
    "moe_config": {"num_experts": 1, "num_experts_per_tok": 1, "num_expert_layers": 1},
    "mamba_config": {"is_hybrid": True, "num_mamba_layers": 1},
    "tool_call_config": {"tool_call_parser": "x"},
}

BODIES: dict[str, list[dict[str, Any]]] = {
    "names": [
        {"name": name}
        for name in (5, "A", "a", "x--y", "xy-", "a" * 64, "x@y+z_.1", "Ab", "xy\n", None)
    ],
    "texts": [
        {"description": 5},
        {"description": "x" * 1001},
        {"description": ""},
        {"description": None},
        {"description": ["x"], "finetuning_type": 5, "backend_format": []},
        {"base_model": ""},
        {"base_model": "b"},
    ],
    "enums": [
        {"finetuning_type": "zzz"},
        {"finetuning_type": "lora"},
        {"backend_format": "zz"},
        {"backend_format": "OPENAI_CHAT"},
    ],
    "projects": [
        {"project": project} for project in ("", "p 1", "nope", "default/project", "project")
    ],
    "collections": [
        {"custom_fields": []},
        {"custom_fields": None},
        {"custom_fields": {"a": None, "b": {"c": [1.0]}, "": "e", "big": 10**29}},
        {"ownership": {}},
        {"ownership": {"a": None, "b": {"c": None}}},
        {"model_providers": "x"},
        {"model_providers": [1]},
        {"model_providers": None},
        {"model_providers": ["b", "a", "b"]},
    ],
    "trust": [
        {"trust_remote_code": trust} for trust in (None, "yes", "maybe", 2, 1, 1.0, 0.5, [], True)
    ],
    "endpoints": [
        {"api_endpoint": "x"},
        {"api_endpoint": {}},
        {"api_endpoint": {"url": None, "model_id": 5}},
        *(
            {"api_endpoint": {"url": url, "api_key": "k", "unknown": 1}}
            for url in (
                "not a url",
                "",
                5,
                "https://u:p@Example.com:443/a b/../c?q=1 2#f",
                "HTTPS://Example.COM:443/a b",
                "ftp://Ex.com",
                "mailto:x@y",
                "http://",
                "http://ex.com:99999",
            )
        ),
    ],
    "prompts": [
        {"prompt": {}},
        *(
            {"prompt": {"inference_params": params}}
            for params in (
                {"temperature": 1, "more": [1], "max_tokens": 5.0},
                {"temperature": "x"},
                {"temperature": 9},
                {"temperature": -1, "max_tokens": 0},
                {"top_p": "0.5", "stop": "x"},
                {"q": None, "z": {"y": None}, "temperature": True, "stop": ["s"]},
            )
        ),
    ],
    "specs": [
        {"spec": {}},
        {"spec": LOOSE_SPEC},
        {"spec": WRONG_SPEC},
        {"spec": {**SPEC, "head_type": "causal_lm", "is_embedding_model": True}},
        {"spec": {**SPEC, "tool_call_config": {"tool_call_plugin": "x"}}},
    ],
    "filesets": [
        *({"fileset": name} for name in ("nope", "", "none/fs", "a/b/c", "filled", "empty")),
        {"fileset": "nope", "project": "nope"},
    ],
    "unknown keys": [{"unknown": 1, "workspace": "default", "id": "x", "adapters": [1]}],
}

FILTERS = """
filter[name]=m-1
filter[name]=
filter[name][$like]=%25M-%25
filter[name][$in]=m-1,m-2
filter[name][$in]=m-1&filter[name][$in]=m-2
filter[name][$eq]=m-1
filter[name][$ne]=m-1
filter[name][$nope]=x
filter[nope]=x
filter[description]=
filter[base_model]=b
filter[base_model]=true
filter[base_model]=false
filter[base_model][name]=b
filter[finetuning_type]=lora
filter[finetuning_type]=true
filter[finetuning_type]=false
filter[prompt]=true
filter[prompt]=false
filter[adapters]=true
filter[adapters]=false
filter[lora_enabled]=true
filter[lora_enabled]=false
filter[fileset]=true
filter[fileset]=false
filter[fileset]=filled
filter[project]=project
filter[id]=x
filter[entity_type]=model
filter[custom_fields.k]=v
filter[name]=m-1&filter[description]=zz
filter[created_at][$gte]=2020-01-01
filter[created_at][gte]=2020-01-01
filter[updated_at][$lt]=2020-01-01
filter={"name":"m-1"}
filter={"name":null}
filter={"name":5}
filter={"name":{"$nin":["m-1"]}}
filter={"$or":[{"name":"m-1"},{"name":"m-2"}]}
filter={"$or":[]}
filter={"$and":[{"name":"m-1"},{"name":"m-2"}]}
filter={"$not":{"name":"m-1"}}
filter={"$not":[{"name":"m-1"}]}
filter={"created_at":{"$gte":"2020-01-01T00:00:00"}}
filter={"created_at":{"$gte":"x"}}
filter={"custom_fields":{"k":"v"}}
filter={
name=m-1
page_size=2
page_size=2&page=2
page=9
page=0
page=x
page_size=0
page_size=1001
sort=name
sort=-name
sort=updated_at
sort=zzz
verbose=x
verbose=1
""".strip().splitlines()


@pytest.mark.parametrize("what", BODIES)
def test_what_is_posted_is_stored_or_refused(nemos: Both, place: Place, what: str) -> None:
    for number, body in enumerate(BODIES[what]):
        nemos.same("POST", place.models, json={"name": f"m-{number}", **body})


@pytest.mark.parametrize("what", [what for what in BODIES if what not in ("names", "projects")])
def test_what_is_patched_is_stored_refused_or_ignored(nemos: Both, place: Place, what: str) -> None:
    nemos.same("POST", place.models, json={"name": "mm", "backend_format": "OPENAI_CHAT"})
    one = f"{place.models}/mm"
    for body in BODIES[what]:
        nemos.same("PATCH", one, json=body)
        nemos.same("GET", one)
        nemos.same("GET", f"{one}?verbose=true")
    for body in ({"backend_format": None}, {"name": "x", "project": "x"}, {}):
        nemos.same("PATCH", one, json=body)


@pytest.mark.parametrize("raw", ["{", "[]", '""', "null", "{}", "", '{"name":"mm","a":NaN}'])
def test_bodies_that_are_no_object(nemos: Both, place: Place, raw: str) -> None:
    nemos.same("POST", place.models, content=raw, headers=JSON)
    nemos.same("PATCH", f"{place.models}/none", content=raw, headers=JSON)


def test_numbers_that_json_does_not_have(nemos: Both, place: Place) -> None:
    raw = '{"name":"mm","custom_fields":{"a":NaN,"b":[Infinity],"c":1e400}}'
    nemos.same("POST", place.models, content=raw, headers=JSON)


def test_a_lone_surrogate_is_a_failure_that_stores_nothing(nemos: Both, place: Place) -> None:
    raw = b'{"name":"mm","description":"\\ud800"}'
    nemos.same("POST", place.models, content=raw, headers=JSON)
    nemos.same("GET", f"{place.models}/mm")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/merge-patch+json", "application/x-www-form-urlencoded", ""]
)
def test_other_content_types(nemos: Both, place: Place, kind: str) -> None:
    nemos.same("POST", place.models, json={"name": "mm"})
    headers = {"content-type": kind} if kind else {}
    body = b'{"description":"t"}'
    nemos.same("PATCH", f"{place.models}/mm", content=body, headers=headers)


def test_other_verbs_and_paths(nemos: Both, place: Place) -> None:
    nemos.same("POST", place.models, json={"name": "mm"})
    for method, path in (
        ("PUT", "/mm"),
        ("PUT", ""),
        ("HEAD", "/mm"),
        ("OPTIONS", "/mm"),
        ("DELETE", ""),
        ("PATCH", ""),
        ("GET", "/"),
        ("GET", "/A%20B"),
        ("GET", "/a%2Fb"),
        ("GET", "/mm?verbose=zzz"),
        ("GET", "/mm/adapters"),
        ("GET", "/mm/adapters/x"),
    ):
        nemos.same(method, place.models + path)
    for path in ("/nope", "/apis/models/v2/nope", "/health/ready", "/health/live", "/status"):
        nemos.same("GET", path)


def test_what_is_not_there(nemos: Both, place: Place) -> None:
    elsewhere = Place("none")
    for method in ("GET", "PATCH", "DELETE"):
        body = {"json": {}} if method == "PATCH" else {}
        nemos.same(method, f"{place.models}/none", **body)
        nemos.same(method, f"{elsewhere.models}/none", **body)
    nemos.same("POST", elsewhere.models, json={"name": "mm"})
    nemos.same("POST", Place("Bad%20Name").models, json={"name": "mm"})
    nemos.same("GET", elsewhere.models)
    nemos.same("PATCH", f"{place.models}/none", json={"description": 5})


def test_a_name_that_is_taken(nemos: Both, place: Place) -> None:
    for more in ({}, {}, {"project": "nope"}, {"fileset": "nope"}, {"description": 5}):
        nemos.same("POST", place.models, json={"name": "mm", **more})
    nemos.same("POST", f"{place.models}?exist_ok=true", json={"name": "mm"})


def test_lists(nemos: Both, place: Place) -> None:
    bodies: list[dict[str, Any]] = [
        {"description": "One", "base_model": "b", "custom_fields": {"k": None}},
        {"finetuning_type": "lora", "ownership": {"a": {"b": None}}},
        {"prompt": {"inference_params": {"q": None, "z": {"y": None}}}, "fileset": "filled"},
        {"project": "project", "api_endpoint": {"url": "http://x"}},
        {"description": "", "spec": SPEC},
    ]
    for number, body in enumerate(bodies):
        nemos.same("POST", place.models, json={"name": f"m-{number}", **body})
    adapter = {"name": "ad", "fileset": "filled", "finetuning_type": "lora"}
    nemos.same("POST", f"{place.models}/m-0/adapters", json=adapter)
    for query in ["", *FILTERS]:
        nemos.same("GET", f"{place.models}?{query}")
    nemos.same("GET", f"{Place('default').models}?filter[workspace]={place.name}")


def test_adapters(nemos: Both, place: Place) -> None:
    for name in ("mm", "other"):
        nemos.same("POST", place.models, json={"name": name})
    lora = {"fileset": "filled", "finetuning_type": "lora"}
    below = f"{place.models}/mm/adapters"
    bodies: list[dict[str, Any]] = [
        {"name": "ad1", **lora},
        {"name": "ad1", **lora},
        {"name": "ad2", **lora, "lora_config": {"rank": "8"}, "enabled": False},
        *({"name": "ad3", **lora, "fileset": name} for name in ("nope", "empty", "", 5)),
        {"name": "ad3", **lora, "lora_config": {}},
        {"name": "ad3", **lora, "finetuning_type": None},
        {},
    ]
    for body in bodies:
        nemos.same("POST", below, json=body)
    nemos.same("POST", f"{place.models}/other/adapters", json={"name": "ad1", **lora})
    nemos.same("POST", f"{place.models}/none/adapters", json={"name": "ad9", **lora})
    nemos.same("GET", f"{place.models}/mm")
    for body in (
        {"description": "x", "enabled": False, "name": "q"},
        {"fileset": "nope"},
        {"fileset": ""},
        {"enabled": "zz"},
        {},
    ):
        nemos.same("PATCH", f"{below}/ad1", json=body)
        nemos.same("PATCH", f"{place.adapters}/ad2", json=body)
    for model in ("mm", f"{place.name}/mm", "none", "A B", "a/b/c"):
        nemos.same("POST", place.adapters, json={"name": "ad4", **lora, "model": model})
    for path in ("", "/ad1", "/none", "?page_size=0", "?page_size=1001", "?sort=zz"):
        nemos.same("GET", place.adapters + path)
    for query in ("[name]=ad1", "[enabled]=false", '={"enabled":false}', "[nope]=x"):
        nemos.same("GET", f"{place.adapters}?filter{query}")
    nemos.same("GET", f"{place.adapters}?filter[model]={place.name}/mm")
    gone = [f"{place.adapters}/ad4", f"{below}/ad2", f"{place.models}/none/adapters/ad2"]
    for path in gone:
        for method in ("DELETE", "DELETE", "PATCH"):
            nemos.same(method, path, **({"json": {}} if method == "PATCH" else {}))


def test_filesets(nemos: Both, place: Place) -> None:
    for path in ("", "/filled", "/none", "/filled/files", "/filled/-/a/b.txt", "/none/files"):
        nemos.same("GET", place.filesets + path)
    for body in ({"name": "filled"}, {}, {"name": "A"}):
        nemos.same("POST", place.filesets, json=body)
    nemos.same("POST", Place("none").filesets, json={"name": "fs"})
    nemos.same("PUT", f"{place.filesets}/none/-/a", content=b"abc")
    nemos.same("POST", place.models, json={"name": "mm", "fileset": "filled"})
    nemos.same("DELETE", f"{place.filesets}/filled")
    nemos.same("DELETE", f"{place.models}/mm")
    nemos.same("DELETE", f"{place.filesets}/filled/-/a/b.txt")
    nemos.same("DELETE", f"{place.filesets}/filled")
    nemos.same("DELETE", f"{place.filesets}/filled")


def test_projects(nemos: Both, place: Place) -> None:
    one = f"{place.projects}/project"
    for body in ({"name": "project"}, {}, {"name": "P 1"}, {"name": "more", "description": "d"}):
        nemos.same("POST", place.projects, json=body)
    nemos.same("POST", Place("none").projects, json={"name": "project"})
    for path in (place.projects, one, f"{place.projects}/none", Place("none").projects):
        nemos.same("GET", path)
    nemos.same("PUT", one, json={"description": "new"})
    nemos.same("POST", place.models, json={"name": "mm", "project": "project"})
    nemos.same("DELETE", one)
    nemos.same("DELETE", one)
    for body in ({}, {"description": "x"}, {"fileset": "nope"}):
        nemos.same("PATCH", f"{place.models}/mm", json=body)
    nemos.same("DELETE", f"{place.models}/mm")


def test_workspaces(nemos: Both) -> None:
    place = new_place()
    one = f"{ENTITIES}/{place.name}"
    for body in ({"name": place.name}, {"name": place.name}, {}, {"name": "W S"}):
        nemos.same("POST", ENTITIES, json=body)
    for path in (one, f"{ENTITIES}/none"):
        nemos.same("GET", path)
    nemos.same("PUT", one, json={"description": "d"})
    nemos.same("POST", place.models, json={"name": "mm"})
    nemos.same("DELETE", one)
    nemos.same("GET", one)
    nemos.same("POST", ENTITIES, json={"name": place.name})
    nemos.same("GET", place.models)
    nemos.same("POST", place.models, json={"name": "after"})
    nemos.same("PATCH", f"{place.models}/mm", json={"description": "q"})
    nemos.same("DELETE", f"{place.models}/mm")
