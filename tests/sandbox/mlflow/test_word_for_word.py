"""Requests to both servers, whose answers are the same but for times."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.mlflow.calls import API, SOURCE, Same

MODELS, VERSIONS = "registered-models/", "model-versions/"
JSON = {"content-type": "application/json"}

TAGS: list[Any] = [
    [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}, {"key": "b"}],
    [{"key": "", "value": "x"}],
    [{"key": "x" * 251}],
    [{"key": "a!b"}],
    [{"key": "../x"}],
    [{"key": "a:b/c d-e_f.g"}],
    [{"key": "ok", "value": 5}, {"key": "lost", "value": "v"}],
    [{"value": 5, "key": "lost"}],
    [{"value": "no key"}],
    [5],
    ["x"],
    [None],
    "x",
    True,
    {"a": 1},
    None,
    [{"key": str(number), "value": ""} for number in range(30)],
]
SOURCES = """
runs:/abc/m
runs:/abc
runs:/
runs://h/abc
models:/ghost/1
models:/MODEL/latest
models:/MODEL/2
models:/MODEL/77
models:/MODEL/None
models:/MODEL/staging
models:/MODEL@none
models:/m-abc
models://h/a/1
models:/a/b/c
models:/
https://x/y
http://localhost/y
ftp://x
hdfs:///x
abfss://c@a.dfs/x
r2://b@x/y
s3://b/../x
s3://b/%2e%2e/x
s3://b//x/
s3://b/x/./y
oci:
oci:/x
gs://b/p
dbfs:/p
wasbs://c@a/p
relative/x
/abs/x
file:///x
file://host/x
mlflow-artifacts:/x
mlflow-artifacts://h/x
zzz:x
""".strip().splitlines()


@pytest.mark.parametrize(
    "raw", ["[]", "{", '""', "7", "null", "", '"x"', "true", '"{\\"name\\": \\"a/b\\"}"']
)
def test_bodies_that_are_no_object(same: Same, raw: str) -> None:
    same.both.same("POST", f"{API}{MODELS}create", content=raw, headers=JSON)


def test_other_verbs_paths_and_content_types(same: Same) -> None:
    for path in ("/health", "/version", "/nope", f"{API}nope"):
        same.both.same("GET", path)
    for method, operation in (
        ("PUT", MODELS + "create"),
        ("GET", MODELS + "create"),
        ("OPTIONS", MODELS + "create"),
        ("HEAD", MODELS + "get"),
        ("POST", VERSIONS + "update"),
        ("POST", VERSIONS + "delete"),
    ):
        same.both.same(method, API + operation)
    for headers in ({"content-type": "text/plain"}, {}):
        body = b'{"name":"a"}'
        same.both.same("POST", f"{API}{MODELS}create", content=body, headers=headers)


def test_foreign_hosts_and_origins(same: Same) -> None:
    same.both.same("GET", f"{API}{MODELS}get", headers={"host": "evil.com"})
    for origin in ("http://evil.com", "http://localhost:3"):
        headers = {"origin": origin}
        same.both.same("POST", f"{API}{MODELS}create", json={}, headers=headers)


@pytest.mark.parametrize(
    "name", ["", "a/b", "a:b", " ", "..", ".", "a//b", "./a", None, 5, ["x"], "MODEL", "ü MODEL"]
)
def test_names_of_models(same: Same, name: Any) -> None:
    named = name.replace("MODEL", same.model) if isinstance(name, str) else name
    same("POST", MODELS + "create", name=named)
    same("POST", MODELS + "rename", name=same.model, new_name=named)


@pytest.mark.parametrize("tags", TAGS)
def test_tags_at_create(same: Same, tags: Any) -> None:
    more = {"tags": tags, "description": "after", "unknown": {"a": 1}}
    same("POST", MODELS + "create", name=f"{same.model}-tags", **more)
    same.read(MODELS + "get", name=f"{same.model}-tags")
    same.create(run_id="before", **more, run_link="after")
    same.create(**more)


def test_models_are_read_updated_and_deleted(same: Same) -> None:
    for name in (same.model, "ghost", "", "a/b", ["a", "b"]):
        same.read(MODELS + "get", name=name)
    same.read(MODELS + "get")
    for more in ({"description": "d"}, {}, {"description": None}, {"description": 7}):
        same("PATCH", MODELS + "update", name=same.model, **more)
    same("PATCH", MODELS + "update", name="ghost", description="d")
    same("PATCH", MODELS + "update", description="d")
    same.create()
    same("POST", MODELS + "alias", name=same.model, alias="al", version="1")
    for new in (same.model, f"{same.model}-new", f"{same.model}-new"):
        same("POST", MODELS + "rename", name=same.model, new_name=new)
    renamed = f"{same.model}-new"
    same("POST", MODELS + "create", name=same.model)
    same("POST", MODELS + "rename", name=renamed, new_name=same.model)
    same.read(MODELS + "get", name=renamed)
    same.read(VERSIONS + "get", name=renamed, version="1")
    same.read(VERSIONS + "get", name=same.model, version="1")
    same.both.same("DELETE", f"{API}{MODELS}delete", params={"name": renamed})
    for _ in range(2):
        same("DELETE", MODELS + "delete", name=renamed)
    same.read(VERSIONS + "get", name=renamed, version="1")
    same("POST", MODELS + "create", name=renamed)
    same.create(name=renamed)


@pytest.mark.parametrize("kind", [MODELS, VERSIONS])
def test_tags_are_set_and_deleted(same: Same, kind: str) -> None:
    same.create()
    version = {"version": "1"} if kind == VERSIONS else {}
    one = {"name": same.model, **version}
    for tag in (
        {"key": "t", "value": "1"},
        {"key": "t", "value": "2"},
        {"key": "none"},
        {"key": "", "value": "x"},
        {"value": "x"},
        {"key": "t", "value": 5},
        {"key": "t", "value": None},
        {"key": "a!b", "value": "x"},
        {"key": "long", "value": "x" * 100_001},
    ):
        same("POST", kind + "set-tag", **one, **tag)
    for key in ("t", "t", "never", ""):
        same("DELETE", kind + "delete-tag", **one, key=key)
    for ghost in ({**one, "name": "ghost"}, {**one, "version": "99"}, {**one, "version": "x"}):
        same("POST", kind + "set-tag", **ghost, key="a", value="b")
        same("DELETE", kind + "delete-tag", **ghost, key="a")
    same.both.same("DELETE", f"{API}{kind}delete-tag", params={**one, "key": "none"})
    same.read(kind + "get", **one)


@pytest.mark.parametrize("source", SOURCES)
def test_sources(same: Same, source: str) -> None:
    same.create(run_id="first")
    same.create(run_id="abc", run_link="l")
    given = {"source": source.replace("MODEL", same.model)}
    same.create(**given)
    for more in ({"run_id": "abc"}, {"run_id": ""}, {"model_id": ""}):
        same.create(**given, **more)
    same.read(VERSIONS + "search", filter=f"name='{same.model}'", order_by=["version_number"])


def test_versions_are_created_or_refused(same: Same) -> None:
    for more in (
        {"name": ""},
        {"name": "ghost"},
        {"source": ""},
        {"source": None},
        {"source": 5},
        {"run_id": 7},
        {"run_id": "r" * 40, "description": "x" * 6000},
        {"source": SOURCE + "y" * 600},
        {"runId": "camel", "runLink": "l"},
        {"runId": "camel", "run_id": "r"},
        {"description": None, "tags": None},
        {"source": "models:/m-abc", "model_id": "m-abc"},
        {"source": "models:/m-abc", "model_id": "m-x"},
        {"source": f"models:/{same.model}/1", "model_id": "m-x"},
        {"source": "/abs/x", "model_id": "m-x"},
        {"model_id": "m-x"},
        {"model_id": "m-x", "run_id": "r"},
        {"description": "after a version that was left behind"},
    ):
        same.create(**more)
    same.read(MODELS + "get", name=same.model)


def test_versions_are_read_updated_and_deleted(same: Same) -> None:
    same.create(tags=[{"key": "a", "value": "1"}], description="d")
    for number in ("1", "01", " 1 ", "x", "", "99", "1.0", "-1"):
        same.read(VERSIONS + "get", name=same.model, version=number)
        same.read(VERSIONS + "get-download-uri", name=same.model, version=number)
    for query in ({"name": same.model}, {"version": "1"}, {}, {"name": "ghost", "version": "1"}):
        same.read(VERSIONS + "get", **query)
        same.read(VERSIONS + "get-download-uri", **query)
    same("GET", VERSIONS + "get", name=same.model, version="1")
    for more in (
        {"description": "x"},
        {},
        {"description": None},
        {"description": ""},
        {"description": "y", "source": "s3://other"},
        {"description": "z", "version": 1},
        {"description": "z", "version": "99"},
    ):
        same("PATCH", VERSIONS + "update", **{"name": same.model, "version": "1", **more})
        same.read(VERSIONS + "get", name=same.model, version="1")
    for version in ("1", "1", 1, "x"):
        same("DELETE", VERSIONS + "delete", name=same.model, version=version)
    same("DELETE", VERSIONS + "delete", name=same.model)
    same.create()
    same.read(VERSIONS + "search", filter=f"name='{same.model}'")


def test_stages_and_latest_versions(same: Same) -> None:
    for _ in range(4):
        same.create()
    for version, stage, more in (
        ("1", "production", {"archive_existing_versions": False}),
        ("2", "PRODUCTION", {"archive_existing_versions": True}),
        ("2", "bad", {}),
        ("2", "", {}),
        ("2", "Archived", {"archive_existing_versions": True}),
        ("99", "Staging", {}),
        ("3", "Staging", {"archive_existing_versions": "true"}),
        ("3", "Staging", {}),
        ("4", "none", {}),
    ):
        one = {"name": same.model, "version": version, "stage": stage}
        same("POST", VERSIONS + "transition-stage", **one, **more)
    same.read(MODELS + "get", name=same.model)
    latest = MODELS + "get-latest-versions"
    for stages in ([], ["production", "Staging"], ["bad"], "None"):
        same("POST", latest, name=same.model, stages=stages)
    same("POST", latest, name="ghost")
    same("POST", latest)
    same.read(latest, name=same.model, stages=["None"])


def test_aliases(same: Same) -> None:
    alias = MODELS + "alias"
    for _ in range(2):
        same.create()
    for name in ("champ", "latest", "v1", "a b", "", "x" * 256, "other"):
        for version in ("1", "2", "99", 1, "x"):
            same("POST", alias, name=same.model, alias=name, version=version)
    for name in ("champ", "none", "latest", "LATEST", ""):
        same.read(alias, name=same.model, alias=name)
    same.read(alias, name="ghost", alias="champ")
    same.read(VERSIONS + "get", name=same.model, version="2")
    same.read(MODELS + "get", name=same.model)
    same.create(source=f"models:/{same.model}@champ")
    same("POST", MODELS + "get-latest-versions", name=same.model)
    for name in ("other", "other", ""):
        same("DELETE", alias, name=same.model, alias=name)
    same("DELETE", alias, name="ghost", alias="champ")
    same("DELETE", VERSIONS + "delete", name=same.model, version="2")
    same.read(alias, name=same.model, alias="champ")
