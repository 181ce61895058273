"""Plan, ownership and state: pure functions, held to properties over made-up programs."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_mlregistry.reconcile import owned, writing
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.canonical import same
from pulumi_mlregistry.reconcile.paths import Path
from pulumi_mlregistry.reconcile.planning import Change, Kind, Ownership, plan
from pulumi_mlregistry.reconcile.protocol import Live
from pulumi_mlregistry.reconcile.redaction import redact
from pulumi_mlregistry.reconcile.state import (
    State,
    applied_marks,
    kept_arguments,
    make_outputs,
    respell,
)
from pulumi_mlregistry.reconcile.table import Table
from pulumi_mlregistry.reconcile.unknown import UNKNOWN
from unit.tables import FULL, TABLES, MlModel, ModelEntity, ModelVersion, RegisteredModel, checked

text = st.text(max_size=8)
exact = st.integers(-(2**53), 2**53)  # Pulumi carries every number as a double
leaf = st.none() | st.booleans() | exact | st.floats(allow_nan=False) | text
tree = st.recursive(leaf, lambda t: st.lists(t, max_size=3) | st.dictionaries(text, t, max_size=3))
tags = st.dictionaries(st.text(min_size=1, max_size=8), text, max_size=5)
entities = st.fixed_dictionaries(
    {"name": st.just("llama"), "workspace": st.just("prod")},
    optional={
        "description": text,
        "baseModel": text,
        "customFields": st.dictionaries(text, tree, max_size=4),
        "ownership": st.dictionaries(text, leaf, max_size=3),
        "modelProviders": st.lists(text, max_size=4, unique=True),
        "trustRemoteCode": st.booleans(),
        "apiEndpoint": st.fixed_dictionaries({}, optional={"modelId": text, "apiKey": text}),
        "backendFormat": st.sampled_from(["OPENAI_CHAT", "ANTHROPIC_MESSAGES"]),
    },
)
words = st.text(min_size=1, max_size=6)
ml_models = st.fixed_dictionaries(
    {"name": st.just("m"), "service": st.just("s")},
    optional={
        "description": text,
        "mlHyperParameters": st.lists(
            st.fixed_dictionaries({"name": words}, optional={"value": words}),
            max_size=4,
            unique_by=lambda p: p["name"],
        ),
        "owners": st.lists(
            st.fixed_dictionaries({"type": st.just("user"), "name": words}),
            max_size=4,
            unique_by=lambda o: o["name"],
        ),
        "tags": st.lists(
            words | st.fixed_dictionaries({"tagFQN": words, "source": st.just("Glossary")}),
            max_size=4,
            unique_by=str,
        ),
        "extension": st.dictionaries(words, words, max_size=3),
    },
)
versions = st.fixed_dictionaries(
    {"name": st.just("m"), "source": st.sampled_from(["oci://b@n/a", "oci://b@n/b"])},
    optional={"description": text, "tags": tags, "stage": st.sampled_from(["Staging", "None"])},
)


def carried(value: Any) -> Any:
    """As Pulumi's protocol carries it."""
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, dict):
        return {k: carried(v) for k, v in value.items()}
    return [carried(v) for v in value] if isinstance(value, list) else value


def applied(table: type[Table], declared: dict[str, Any]) -> State:
    """The state after a declaration was applied and the registry keeps it as it is."""
    live = Live("id", dict(declared))
    marks = applied_marks(owned.flatten(table, declared), {})
    outputs = make_outputs(
        table,
        live,
        declared,
        arguments=kept_arguments(table, declared, declared, marks),
        marks=marks,
        declared=declared,
        registry="r",
        adopted=False,
    )
    return State.load(table, carried(outputs))


def show(changes: list[Change]) -> list[str]:
    return [str(c) for c in changes]


@given(entities)
def test_what_was_just_applied_plans_nothing(declared: dict[str, Any]) -> None:
    state = applied(ModelEntity, declared)
    assert show(plan(ModelEntity, declared, state.outputs, state.ownership(declared))) == []
    assert show(plan(ModelEntity, declared, declared, state.ownership(declared))) == []


@given(entities, entities)
def test_applying_a_plan_makes_it_empty(before: dict[str, Any], after: dict[str, Any]) -> None:
    state = applied(ModelEntity, before)
    changes = plan(ModelEntity, after, before, state.ownership(after))
    patch = writing.make_patch(ModelEntity, changes, Live("id", before), after, take=False)
    live = {**before, **patch.whole}
    assert show(plan(ModelEntity, after, live, state.ownership(after))) == []


@given(ml_models, ml_models)
def test_applying_a_plan_of_keyed_lists_makes_it_empty_and_keeps_what_others_have(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    state = applied(MlModel, {k: v for k, v in before.items() if k in ("name", "service", "tags")})
    changes = plan(MlModel, after, before, state.ownership(after))
    patch = writing.make_patch(MlModel, changes, Live("id", before), after, take=False)
    live = {**before, **patch.whole}
    assert show(plan(MlModel, after, live, state.ownership(after))) == []
    declared = {*owned.flatten(MlModel, after), *state.applied}
    kept = owned.flatten(MlModel, live)
    for path, value in owned.flatten(MlModel, before).items():
        if path not in declared and len(path) > 1:
            assert same(kept.get(path), value)


@given(entities, entities)
def test_what_was_never_declared_is_never_planned_nor_written(
    ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    live = copy.deepcopy(theirs)
    state = applied(ModelEntity, ours)
    changes = plan(ModelEntity, ours, live, state.ownership(ours))
    mine = set(owned.flatten(ModelEntity, ours))
    assert all(Path(c.path[:2]) in mine or Path(c.path[:1]) in mine for c in changes)
    patch = writing.make_patch(ModelEntity, changes, Live("id", live), ours, take=False)
    merged = owned.flatten(ModelEntity, {**live, **patch.whole})
    for path, value in owned.flatten(ModelEntity, live).items():
        if path not in mine:
            assert same(merged.get(path), value)


@given(versions, versions)
def test_changes_are_unique_paths_that_really_differ(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    state = applied(ModelVersion, before)
    changes = plan(ModelVersion, after, state.outputs, state.ownership(after))
    paths = [c.path for c in changes]
    assert len(paths) == len(set(paths))
    assert all(not same(c.old, c.new) for c in changes)
    assert {c.path.field for c in changes if c.kind is Kind.REPLACE} <= {"source"}


@given(entities)
def test_a_state_survives_its_round_trip(declared: dict[str, Any]) -> None:
    state = applied(ModelEntity, declared)
    assert set(state.applied) == set(owned.flatten(ModelEntity, declared))
    kept = {k: v for k, v in respell(state, declared).items() if v != {} and v != []}
    known = {k: v for k, v in state.outputs.items() if k in declared}
    assert kept == {k: v for k, v in known.items() if v != {} and v != []}


@given(st.lists(text, min_size=1, max_size=4))
def test_a_path_survives_its_round_trip(parts: list[str]) -> None:
    path = Path(tuple(parts))
    assert Path.parse(path.pointer) == path


@given(entities)
@settings(max_examples=50)
def test_check_is_idempotent(declared: dict[str, Any]) -> None:
    once = checked(ModelEntity, declared)
    twice = checked(ModelEntity, once.inputs, once.inputs)
    assert twice.inputs == once.inputs
    assert twice.failures == once.failures


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.__name__)
def test_an_unknown_anywhere_is_a_change_at_its_own_path(table: type[Table]) -> None:
    full = FULL[table]
    for path in owned.flatten(table, full):
        declared = copy.deepcopy(full)
        if len(path) == 1:
            declared[path.field] = UNKNOWN
        elif isinstance(declared[path.field], dict):
            declared[path.field][path[1]] = UNKNOWN
        else:
            key_of = tables.column(table, path.field).behaviour.key_of
            keys = [key_of(item) for item in declared[path.field]]
            declared[path.field][keys.index(path[1])] = UNKNOWN
        changes = plan(table, declared, full, Ownership(applied=tuple(owned.flatten(table, full))))
        assert path.field in {c.path.field for c in changes}
        assert any(c.new is UNKNOWN for c in changes)
        assert all("UNKNOWN" not in str(c) for c in changes)


EQUAL: list[tuple[type[Table], str, Any, Any]] = [
    (ModelEntity, "description", "", None),
    (ModelEntity, "trustRemoteCode", False, None),
    (ModelEntity, "apiEndpoint", {"url": "HTTPS://H.com:443/a b"}, {"url": "https://h.com/a%20b"}),
    (ModelEntity, "apiEndpoint", {}, {"url": None, "modelId": None}),
    (ModelEntity, "customFields", {"n": 1}, {"n": 1.0}),
    (ModelEntity, "customFields", {"n": {"a": None}}, {"n": {}}),
    (ModelEntity, "modelProviders", ["b", "a"], ["a", "b", "a"]),
    (ModelVersion, "stage", "production", "Production"),
    (ModelVersion, "stage", "None", None),
    (ModelVersion, "runLink", "", None),
    (RegisteredModel, "description", "", None),
]
DIFFERENT: list[tuple[type[Table], str, Any, Any]] = [
    (ModelEntity, "customFields", {"n": True}, {"n": 1}),
    (ModelEntity, "customFields", {"n": "1"}, {"n": 1}),
    (ModelEntity, "customFields", {"n": 2**60}, {"n": 2**60 + 1}),
    (ModelEntity, "customFields", {"n": [1, 2]}, {"n": [2, 1]}),
    (ModelEntity, "customFields", {"n": ""}, {"n": None}),
    (ModelEntity, "apiEndpoint", {"url": "https://h/A"}, {"url": "https://h/a"}),
    (RegisteredModel, "description", " ", None),
    (RegisteredModel, "tags", {"a": ""}, {}),
    (ModelVersion, "source", "oci://b@n/p/", "oci://b@n/p"),
]


@pytest.mark.parametrize(("table", "name", "one", "other"), EQUAL)
def test_values_that_mean_the_same_are_no_change(
    table: type[Table], name: str, one: Any, other: Any
) -> None:
    applied_paths = tuple(owned.flatten(table, {name: one}))
    assert show(plan(table, {name: one}, {name: other}, Ownership(applied_paths))) == []


@pytest.mark.parametrize(("table", "name", "one", "other"), DIFFERENT)
def test_values_that_differ_are_a_change(
    table: type[Table], name: str, one: Any, other: Any
) -> None:
    assert len(plan(table, {name: one}, {name: other})) == 1


def test_drift_is_a_conflict_and_a_replacement_stays_one() -> None:
    drifted = Ownership(drifted=(Path.of("tags", "a"), Path.of("source")))
    declared = {"name": "m", "source": "x", "tags": {"a": "1", "b": "1"}}
    live = {"name": "m", "source": "y", "tags": {"a": "2", "b": "2"}}
    kinds = {str(c.path): c.kind for c in plan(ModelVersion, declared, live, drifted)}
    assert kinds == {"source": Kind.REPLACE, "tags.a": Kind.CONFLICT, "tags.b": Kind.UPDATE}


def test_release_keeps_what_removal_would_clear() -> None:
    ownership = Ownership(applied=(Path.of("tags", "a"), Path.of("description")))
    live = {"name": "m", "tags": {"a": "1"}, "description": "d"}
    assert len(plan(RegisteredModel, {"name": "m"}, live, ownership)) == 2
    kept = Ownership(ownership.applied, release=("tags", "description"))
    assert plan(RegisteredModel, {"name": "m"}, live, kept) == []


@pytest.mark.parametrize("old", [None, "canary-old"])
@pytest.mark.parametrize("new", [None, "canary-new", UNKNOWN])
def test_a_secret_change_shows_no_value(old: Any, new: Any) -> None:
    endpoint = {"apiEndpoint": {"url": "https://h"}}
    before = {"apiEndpoint": {"url": "https://h", **({"apiKey": old} if old else {})}}
    after = {"apiEndpoint": {"url": "https://h", **({"apiKey": new} if new else {})}}
    for declared, live in ((after, before), (after, {}), (endpoint, before)):
        shown = " ".join(show(plan(ModelEntity, declared, live)))
        assert "canary" not in shown


def test_paths_are_shown_as_pulumi_shows_them() -> None:
    assert str(Path.of("tags", "team")) == "tags.team"
    assert str(Path.of("tags", "a b")) == 'tags["a b"]'
    assert str(Path.of("tags", 'q"')) == 'tags["q\\""]'


def test_redaction_masks_the_longest_secret_first_and_no_letters() -> None:
    assert redact("abcdef abc x", ["abc", "abcdef", "x", ""]) == "[secret] [secret] x"


def test_every_field_has_a_text_for_the_docs() -> None:
    for table in TABLES:
        for column in tables.columns(table):
            assert column.doc, column.name
