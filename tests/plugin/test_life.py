"""Preview, up, no-op, refresh, import, replace and destroy, as an engine calls them."""

from __future__ import annotations

from typing import Any

import httpx
from pulumi.runtime.proto import provider_pb2

from plugin.engine import UNKNOWN, Stack, secret, struct
from pulumi_mlregistry.reconcile import unknown
from pulumi_mlregistry.sandbox import Registry

Program = dict[str, tuple[str, dict[str, Any]]]
FEATURES = [
    {"name": "age", "dataType": "numerical", "description": "years"},
    {"name": "town", "dataType": "categorical"},
    {"name": "plan", "dataType": "categorical"},
]


def _program(unique: str) -> Program:
    return {
        "entity": ("nemo:ModelEntity", {"name": unique, "description": "first"}),
        "model": ("mlflow:RegisteredModel", {"name": unique, "tags": {"a.b": "1"}}),
        "version": ("mlflow:ModelVersion", {"name": unique, "source": "s3://bucket/a"}),
        "service": ("openmetadata:MlModelService", {"name": unique, "serviceType": "Sklearn"}),
        "listed": (
            "openmetadata:MlModel",
            {"name": "m", "service": unique, "algorithm": "tree", "mlFeatures": FEATURES},
        ),
    }


def test_a_program_lives_from_preview_to_destroy(stack: Stack, unique: str) -> None:
    program = _program(unique)
    created = dict.fromkeys(program, "create")
    assert stack.up(program, preview=True) == created
    assert stack.resources == {}
    assert stack.up(program) == created
    assert stack.resources["version"].id == f"{unique}/1"
    assert stack.up(program, preview=True) == dict.fromkeys(program, "same")
    for logical, (kind, _) in program.items():
        before = stack.resources[logical]
        stack.read(logical, kind)
        assert stack.resources[logical].inputs == before.inputs
    assert stack.up(program) == dict.fromkeys(program, "same")
    assert stack.up({}) == dict.fromkeys(program, "delete")
    assert stack.read("entity", "nemo:ModelEntity", f"default/{unique}").id == ""


def test_a_preview_shows_what_is_known_of_the_outcome(stack: Stack, unique: str) -> None:
    program: Program = {"e": ("nemo:ModelEntity", {"name": unique, "description": "first"})}
    stack.up(program, preview=True)
    assert stack.shown["e"]["reference"] == f"default/{unique}"
    assert stack.shown["e"]["createdAt"] is unknown.UNKNOWN
    stack.up(program)
    made = stack.shown["e"]
    program["e"][1]["description"] = "second"
    assert stack.up(program, preview=True) == {"e": "update"}
    assert stack.shown["e"]["createdAt"] == made["createdAt"]
    assert stack.shown["e"]["updatedAt"] is unknown.UNKNOWN
    stack.up(program)
    program["e"][1]["deletePolicy"] = "retain"
    assert stack.up(program, preview=True) == {"e": "update"}
    assert stack.shown["e"]["updatedAt"] == stack.resources["e"].outputs["updatedAt"]


def test_a_preview_warns_of_an_object_that_exists(
    stack: Stack, unique: str, nemobox_server: Registry
) -> None:
    stack.up({"e": ("nemo:ModelEntity", {"name": unique})})
    other = Stack(stack.plugin, stack.config)
    stack.plugin.log.lines.clear()
    other.up({"f": ("nemo:ModelEntity", {"name": unique})}, preview=True)
    told = [
        line for urn, line in stack.plugin.log.lines if urn == other.urn("f", "nemo:ModelEntity")
    ]
    assert len(told) == 1
    assert "exists already" in told[0]


def test_every_change_is_at_its_own_path_and_lists_at_their_index(
    stack: Stack, unique: str
) -> None:
    program = _program(unique)
    stack.up(program)
    model = program["listed"][1]
    changed = [
        FEATURES[2],
        {**FEATURES[0], "description": "in years"},
        {"name": "new", "dataType": "numerical"},
    ]
    found = stack.diff("listed", "openmetadata:MlModel", {**model, "mlFeatures": changed})
    kinds = {path: diff.kind for path, diff in found.detailedDiff.items()}
    add, delete, update = 0, 2, 4
    assert kinds == {
        "mlFeatures[1].description": update,
        "mlFeatures[2]": add,
        "mlFeatures[1]": delete,
    }
    dropped = [FEATURES[0], {"name": "new", "dataType": "numerical"}, FEATURES[2]]
    found = stack.diff("listed", "openmetadata:MlModel", {**model, "mlFeatures": dropped})
    assert {path: diff.kind for path, diff in found.detailedDiff.items()} == {
        "mlFeatures[1]": update
    }
    tags = {"a.b": "2", "c": "3"}
    found = stack.diff("model", "mlflow:RegisteredModel", {"name": unique, "tags": tags})
    kinds = {path: diff.kind for path, diff in found.detailedDiff.items()}
    assert kinds == {'tags["a.b"]': update, "tags.c": add}
    assert list(found.diffs) == ["tags"]


def test_a_change_that_replaces_says_so_and_the_former_version_stays(
    stack: Stack, unique: str
) -> None:
    program = _program(unique)
    stack.up(program)
    program["version"][1]["source"] = "s3://bucket/b"
    found = stack.diff("version", *program["version"])
    assert {p: d.kind for p, d in found.detailedDiff.items()} == {"source": 5}
    assert list(found.replaces) == ["source"]
    steps = stack.up(program)
    assert (steps["version"], stack.resources["version"].id) == ("replace", f"{unique}/2")
    stack.read("former", "mlflow:ModelVersion", f"{unique}/1")
    assert stack.resources["former"].outputs["source"] == "s3://bucket/a"


def test_unknown_values_pass_and_are_changes(stack: Stack, unique: str) -> None:
    program: Program = {"e": ("nemo:ModelEntity", {"name": unique, "description": "first"})}
    stack.up(program)
    declared = {"name": unique, "description": UNKNOWN, "customFields": {"team": UNKNOWN}}
    found = stack.diff("e", "nemo:ModelEntity", declared)
    assert sorted(found.detailedDiff) == ["customFields.team", "description"]
    other: Program = {"f": ("nemo:ModelEntity", {"name": UNKNOWN})}
    assert stack.up({**program, **other}, preview=True)["f"] == "create"
    assert "reference" not in stack.shown["f"]


def test_what_the_program_ignores_is_not_planned(stack: Stack, unique: str) -> None:
    program: Program = {
        "m": ("mlflow:RegisteredModel", {"name": unique, "description": "d", "tags": {"a.b": "1"}})
    }
    stack.up(program)
    declared = {"name": unique, "description": "other", "tags": {"a.b": "2", "c": "3"}}
    found = stack.diff("m", program["m"][0], declared, ignoreChanges=["description", 'tags["a.b"]'])
    assert list(found.detailedDiff) == ["tags.c"]


def test_every_resource_is_imported_by_its_id_and_then_plans_nothing(
    stack: Stack, unique: str
) -> None:
    program = _program(unique)
    stack.up(program)
    model = stack.resources["listed"]
    ids = {
        "entity": [f"default/{unique}"],
        "model": [unique],
        "version": [f"{unique}/1"],
        "service": [unique, stack.resources["service"].id],
        "listed": [f"{unique}.m", model.id],
    }
    for logical, (kind, declared) in program.items():
        for id_ in ids[logical]:
            other = Stack(stack.plugin, stack.config)
            other.read(logical, kind, id_)
            assert other.resources[logical].id == stack.resources[logical].id
            assert other.up({logical: (kind, declared)}, preview=True) == {logical: "same"}


def test_the_name_in_the_program_is_the_name_where_none_is_given(stack: Stack, unique: str) -> None:
    stack.up({unique: ("nemo:ModelEntity", {})})
    assert stack.resources[unique].id == f"default/{unique}"
    assert stack.resources[unique].outputs["__owner"] == f"proj/dev/nemo:ModelEntity/{unique}"


def test_secrets_stay_secrets_on_the_way_back(stack: Stack, unique: str) -> None:
    declared = {
        "name": unique,
        "description": secret("between us"),
        "apiEndpoint": {"url": "https://x/", "apiKey": secret("canary-key")},
    }
    stack.up({"e": ("nemo:ModelEntity", declared)})
    for kept in (stack.resources["e"].inputs, stack.resources["e"].outputs):
        assert kept["description"] == secret("between us")
        assert kept["apiEndpoint"] == {"url": "https://x/", "apiKey": secret("canary-key")}
        assert kept["__secrets"] == ["description"]
    stack.read("e", "nemo:ModelEntity")
    assert stack.resources["e"].outputs["description"] == secret("between us")
    assert "canary-key" not in str(stack.plugin.log.lines)


def test_a_value_that_is_secret_as_a_whole_stays_so_where_the_table_hides_a_part(
    stack: Stack, unique: str
) -> None:
    endpoint = secret({"url": "https://u:canary@x/", "apiKey": "canary-key"})
    stack.up({"e": ("nemo:ModelEntity", {"name": unique, "apiEndpoint": endpoint})})
    for kept in (stack.resources["e"].inputs, stack.resources["e"].outputs):
        assert kept["apiEndpoint"] == endpoint
        assert kept["__secrets"] == ["apiEndpoint"]


def test_an_imported_object_is_this_resources_and_stays_in_the_registry(
    stack: Stack, unique: str
) -> None:
    stack.up({"m": ("mlflow:RegisteredModel", {"name": unique})})
    other = Stack(stack.plugin, stack.config)
    other.read("m", "mlflow:RegisteredModel", unique)
    assert other.resources["m"].outputs["__owner"] == "proj/dev/mlflow:RegisteredModel/m"
    assert other.up({"m": ("mlflow:RegisteredModel", {"name": f"{unique}-b"})}) == {"m": "replace"}
    assert other.read("kept", "mlflow:RegisteredModel", unique).id == unique


def test_a_path_is_spelled_as_the_engine_reads_it(stack: Stack, unique: str) -> None:
    stack.up({"e": ("nemo:ModelEntity", {"name": unique})})
    keys = {"größe": "1", "a\\b": "2", 'q"q': "3", "plain": "4"}
    declared = {"name": unique, "customFields": keys}
    found = stack.diff("e", "nemo:ModelEntity", declared)
    assert set(found.detailedDiff) == {
        'customFields["größe"]',
        'customFields["a\\b"]',
        'customFields["q\\"q"]',
        "customFields.plain",
    }
    left = stack.diff("e", "nemo:ModelEntity", declared, ignoreChanges=list(found.detailedDiff))
    assert dict(left.detailedDiff) == {}


def test_what_others_change_of_what_is_ignored_stands_in_nobodys_way(
    stack: Stack, unique: str, nemobox_server: Registry
) -> None:
    kind, declared = "nemo:ModelEntity", {"name": unique, "description": "mine"}
    stack.up({"e": (kind, declared)})
    path = f"{nemobox_server.url}/apis/models/v2/workspaces/default/models/{unique}"
    httpx.patch(path, json={"description": "theirs"}).raise_for_status()
    old = stack.resources["e"]
    request = provider_pb2.UpdateRequest(
        id=old.id,
        urn=stack.urn("e", kind),
        olds=struct(old.outputs),
        news=stack.check("e", kind, {**declared, "customFields": {"team": "risk"}}),
        ignoreChanges=["description"],
    )
    stack.plugin.call("Update", request)
    found = httpx.get(path).json()
    assert (found["description"], found["custom_fields"]) == ("theirs", {"team": "risk"})
