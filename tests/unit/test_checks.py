"""Check: paths, remedies, unknowns, and that a second check changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.planning import plan
from pulumi_mlregistry.reconcile.state import State
from pulumi_mlregistry.reconcile.table import Table
from pulumi_mlregistry.reconcile.unknown import UNKNOWN, has_unknown
from unit.tables import (
    FULL,
    TABLES,
    MlModel,
    MlModelService,
    ModelEntity,
    ModelVersion,
    RegisteredModel,
    checked,
    failures,
)

every_table = pytest.mark.parametrize("table", TABLES, ids=lambda t: t.__name__)


@every_table
def test_a_full_declaration_passes_and_a_second_check_changes_nothing(table: type[Table]) -> None:
    once = checked(table, FULL[table])
    assert once.failures == []
    twice = checked(table, once.inputs, once.inputs)
    assert twice.failures == []
    assert twice.inputs == once.inputs


@every_table
def test_an_unknown_passes_in_the_place_of_every_value(table: type[Table]) -> None:
    def places(value: Any) -> list[Any]:
        """The value with one part after another unknown."""
        found: list[Any] = [UNKNOWN]
        if isinstance(value, dict):
            found += [{**value, k: part} for k, v in value.items() for part in places(v)]
        if isinstance(value, list):
            found += [
                [*value[:i], part, *value[i + 1 :]]
                for i, v in enumerate(value)
                for part in places(v)
            ]
        return found

    declared = FULL[table] | {"exclusive": [tables.collections(table)[0].name]}
    for name in declared:
        for value in places(declared[name]):
            result = checked(table, {**declared, name: value})
            assert result.failures == [], (name, value)
            assert has_unknown(result.inputs[name])


@every_table
def test_a_misspelled_argument_is_named_with_the_one_that_was_meant(table: type[Table]) -> None:
    found = failures(table, {**FULL[table], "descripton": "x"})
    assert list(found) == ["descripton"]
    assert "did you mean description?" in found["descripton"]


@every_table
def test_a_server_value_is_not_an_argument(table: type[Table]) -> None:
    for column in tables.outputs(table):
        if column.behaviour.server:
            assert list(failures(table, {**FULL[table], column.name: "x"})) == [column.name]


@every_table
def test_a_missing_name_is_told_what_it_is(table: type[Table]) -> None:
    found = failures(table, {k: v for k, v in FULL[table].items() if k != "name"})
    assert list(found) == ["name"]
    assert found["name"].startswith("is required: Name ")


BAD: list[tuple[type[Table], str, Any, str, str]] = [
    (ModelEntity, "description", "d" * 1001, "description", "1001 characters; at most 1000"),
    (ModelEntity, "description", 5, "description", "it is a number"),
    (ModelEntity, "trustRemoteCode", "yes", "trustRemoteCode", "it is a text"),
    (ModelEntity, "finetuningType", "magic", "finetuningType", "must be one of"),
    (ModelEntity, "name", "Upper", "name", "lower-case"),
    (ModelEntity, "apiEndpoint", {"uri": "https://h"}, "apiEndpoint.uri", "did you mean url?"),
    (ModelEntity, "apiEndpoint", {"url": "no url"}, "apiEndpoint.url", "a scheme and a host"),
    (ModelEntity, "spec", {"family": "f"}, "spec", "lacks checkpoint_model_name"),
    (ModelEntity, "prompt", {"inference_params": {"temperature": 3}},
     "prompt.inference_params.temperature", "less than or equal to 2"),
    (ModelEntity, "customFields", "text", "customFields", "it is a text"),
    (ModelEntity, "modelProviders", ["a", 1], 'modelProviders[1]', "it is a number"),
    (ModelEntity, "onConflict", "force", "onConflict", "must be one of"),
    (ModelEntity, "deletePolicy", "soft", "deletePolicy", "must be one of"),
    (ModelEntity, "exclusive", ["description"], "exclusive", "it may name"),
    (ModelEntity, "release", ["nothing"], "release", "it may name"),
    (ModelEntity, "release", ["description"], "release", "remove the argument"),
    (RegisteredModel, "name", "a/b", "name", "without `/`"),
    (RegisteredModel, "tags", {"": "x"}, "tags", "1 to 250 characters"),
    (RegisteredModel, "tags", {"k": None}, "tags.k", "it is a null"),
    (ModelVersion, "source", "", "source", "at least 1"),
    (MlModel, "owners", [{"type": "user"}], "owners", "at [0] neither a name nor an id"),
    (MlModel, "owners", [{"name": "a"}], "owners[0]", "lacks type"),
    (MlModel, "owners", [{"type": "bot", "name": "a"}], "owners[0].type", "must be one of"),
    (MlModel, "owners", [{"type": "user", "id": "x"}], "owners[0].id", "has not the form"),
    (MlModel, "tags", [{"tag_fqn": "a", "sauce": "b"}], "tags[0].sauce", "did you mean source"),
    (MlModel, "tags", [{"source": "Glossary"}], "tags[0]", "lacks tagFQN"),
    (MlModel, "tags", [5], "tags[0]", "it is a number"),
    (MlModel, "mlFeatures", [{"name": "a", "data_type": "float"}], "mlFeatures[0].dataType",
     "must be one of"),
    (MlModel, "mlFeatures", [{"name": "a"}, {"name": "a", "dataType": "numerical"}],
     "mlFeatures", "has 'a' twice"),
    (MlModel, "mlFeatures", [{"name": "a", "tags": [{"state": "Confirmed"}]}],
     "mlFeatures[0].tags[0]", "lacks tagFQN"),
    (MlModel, "mlHyperParameters", [{"name": "k", "value": [1]}], "mlHyperParameters[0].value",
     "it is a list"),
    (MlModel, "mlHyperParameters", {"k": 1}, "mlHyperParameters", "it is a mapping"),
    (MlModel, "dashboard", {"type": "dashboard"}, "dashboard", "lacks id"),
    (MlModel, "domains", "Risk", "domains", "it is a text"),
    (MlModel, "name", "a::b", "name", "no `::`"),
    (MlModelService, "serviceType", "MLflow", "serviceType", "must be one of"),
    (MlModelService, "connection", {}, "connection", "lacks config"),
    (MlModelService, "connection", {"config": {"awsConfig": {}}},
     "connection.config.awsConfig.awsRegion", "is required for a service of type SageMaker"),
    (MlModelService, "deletePolicy", "gone", "deletePolicy", "must be one of"),
    (ModelVersion, "stage", "s" * 65, "stage", "at most 64"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "name", "value", "path", "words"), BAD)
def test_a_bad_value_is_refused_at_its_path_with_the_remedy(
    table: type[Table], name: str, value: Any, path: str, words: str
) -> None:
    found = failures(table, {**FULL[table], name: value})
    assert list(found) == [path]
    assert words in found[path]


def test_all_mistakes_are_told_at_once() -> None:
    bad = {"name": "Upper", "description": 1, "customFields": [], "nope": 1}
    assert set(failures(ModelEntity, bad)) == {"name", "description", "customFields", "nope"}


def test_names_in_policies_may_be_written_as_in_python() -> None:
    declared = {**FULL[ModelEntity], "exclusive": ["custom_fields"], "allowRecreate": True}
    assert checked(ModelEntity, declared).inputs["exclusive"] == ["customFields"]


def test_the_configured_workspace_stands_in_and_does_not_move_an_object() -> None:
    bare = {"name": "llama"}
    assert checked(ModelEntity, bare).inputs["workspace"] == "default"
    once = checked(ModelEntity, bare, nemoWorkspace="prod")
    assert once.inputs["workspace"] == "prod"
    found = failures(ModelEntity, bare, once.inputs, nemoWorkspace="other")
    assert "Set nemoWorkspace back" in found["workspace"]
    assert failures(ModelEntity, {**bare, "workspace": "other"}, once.inputs) == {}


RECREATE: list[tuple[str, Any]] = [
    ("project", "other"),
    ("project", None),
    ("finetuningType", None),
    ("fileset", None),
]


@pytest.mark.parametrize(("name", "value"), RECREATE)
def test_what_would_recreate_under_the_same_name_is_refused(name: str, value: Any) -> None:
    olds = checked(ModelEntity, FULL[ModelEntity]).inputs
    news = {k: v for k, v in {**FULL[ModelEntity], name: value}.items() if v is not None}
    found = failures(ModelEntity, news, olds)
    assert list(found) == [name]
    assert "its adapters" in found[name]
    assert "allow_recreate=True" in found[name]
    assert failures(ModelEntity, {**news, "allowRecreate": True}, olds) == {}
    assert failures(ModelEntity, {**news, "name": "other"}, olds) == {}
    if value is None:
        assert failures(ModelEntity, {**news, "release": [name]}, olds) == {}


def test_a_create_only_field_that_was_not_declared_before_is_refused_as_well() -> None:
    without = {k: v for k, v in FULL[ModelEntity].items() if k != "project"}
    olds = checked(ModelEntity, without).inputs
    assert list(failures(ModelEntity, FULL[ModelEntity], olds)) == ["project"]


def test_hidden_inputs_pass_untouched() -> None:
    hidden = {"__owner": "o", "__secrets": ["description"]}
    assert checked(RegisteredModel, {**FULL[RegisteredModel], **hidden}).inputs.items() >= (
        hidden.items()
    )


@pytest.mark.parametrize(("value", "text"), [(5, "5"), (2.0, "2"), (0.5, "0.5"), (True, "true")])
def test_tag_values_become_texts(value: Any, text: str) -> None:
    declared = {"name": "m", "tags": {"k": value}}
    assert checked(RegisteredModel, declared).inputs["tags"] == {"k": text}


@pytest.mark.parametrize("policy", ["exclusive", "release"])
def test_a_policy_that_is_not_known_yet_stops_no_plan(policy: str) -> None:
    declared = {"name": "m", "tags": {"a": "1"}, policy: UNKNOWN}
    assert failures(RegisteredModel, declared, {"name": "m"}) == {}
    state = State.load(RegisteredModel, {"name": "m", "__applied": {"name": ""}})
    assert plan(RegisteredModel, declared, state.outputs, state.ownership(declared))
