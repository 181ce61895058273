"""Check: paths, sentences, defaults, and what would recreate an object under its name."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_mlregistry.reconcile.checks import Checked, Failure, check
from pulumi_mlregistry.reconcile.table import Table
from pulumi_mlregistry.reconcile.unknown import UNKNOWN
from reconcile.tables import Archived, Model, Version

BARE: dict[str, Any] = {"name": "m"}
FULL: dict[str, Any] = {
    "name": "m",
    "shelf": "main",
    "origin": "here",
    "format": "zip",
    "licence": "MIT",
    "size": 5,
    "description": "d",
    "stage": "new",
    "summary": "Some",
    "score": 0.5,
    "endpoint": {"url": "u", "apiKey": "k", "retryPolicy": {"atMost": 3}},
    "card": {"model_author": "a", "base_model": "b"},
    "storage": {"host": "h", "key": "k"},
    "password": "pw",
    "tags": {"a": "1"},
    "labels": ["x", "y"],
    "parts": [{"name": "p", "madeOf": "wood"}],
    "owners": ["ann"],
    "links": ["l", {"a": "b"}],
    "recursive": True,
    "onConflict": "adopt",
    "deletePolicy": "retain",
    "exclusive": ["tags"],
    "release": [],
}


def checked(
    news: dict[str, Any], olds: dict[str, Any] | None = None, dialect: str = "", **settings: str
) -> Checked:
    return check(Model, news, olds or {}, settings.get, dialect)


def failures(*arguments: Any, **keywords: Any) -> dict[str, str]:
    return {f.path: f.reason for f in checked(*arguments, **keywords).failures}


def test_a_full_declaration_passes_as_it_is_and_passes_again() -> None:
    once = checked(FULL)
    assert once.failures == []
    assert once.inputs == {**FULL, "reference": "main/m"}
    assert checked(once.inputs, once.inputs) == once


def test_what_follows_from_the_arguments_is_added_where_they_are_known() -> None:
    assert checked(BARE).inputs == {"name": "m", "shelf": "main", "reference": "main/m"}
    assert "reference" not in checked({"name": UNKNOWN}).inputs
    assert checked({**BARE, "reference": "lies"}).inputs["reference"] == "main/m"


def test_hidden_arguments_pass_untouched_and_null_ones_are_none() -> None:
    inputs = checked({**BARE, "__owner": None, "tags": None, "onConflict": None}).inputs
    assert inputs == {"__owner": None, "name": "m", "shelf": "main", "reference": "main/m"}
    assert checked({"__owner": "o", "reference": "lies", **BARE}).inputs["name"] == "m"


BAD: list[tuple[str, Any, str, str]] = [
    ("nmae", "x", "nmae", "is not an argument of model; did you mean name?"),
    ("zzz", "x", "zzz", "is not an argument of model"),
    ("serial", 5, "serial", "is not an argument of model; did you mean serial?"),
    ("name", "", "name", "has 0 characters; at least 1 are needed"),
    ("name", "A", "name", "has not the form that is taken. Name of the model. Lower-case letters."),
    ("name", "a.b", "name", "has a dot: take a dash"),
    ("description", "d" * 31, "description", "has 31 characters; at most 30 are taken"),
    ("description", 5, "description", "should be a valid string; it is a number"),
    ("description", 500, "description", "should be a valid string; it is a number"),
    ("description", 5.5, "description", "should be a valid string; it is a number"),
    ("description", True, "description", "should be a valid string; it is a boolean"),
    ("description", [], "description", "should be a valid string; it is a list"),
    ("description", {}, "description", "should be a valid string; it is a mapping"),
    ("tags", {"a": None}, "tags.a", "should be a valid string; it is a null"),
    ("tags", {"a": 2**53}, "tags.a",
     "is a number that Pulumi cannot carry exactly: give it as a text"),
    ("tags", {"a": -(2.0**53)}, "tags.a",
     "is a number that Pulumi cannot carry exactly: give it as a text"),
    ("score", float("inf"), "score", "is no number that JSON can carry"),
    ("storage", {"at": (1, {"b c": float("nan")})}, 'storage.at[1]["b c"]',
     "is no number that JSON can carry"),
    ("tags", {"~x": None}, 'tags["~x"]', "should be a valid string; it is a null"),
    ("tags", "text", "tags", "should be a valid dictionary; it is a text"),
    ("labels", ["a", "b", "c", "d"], "labels", "has 4 entries; at most 3 are taken"),
    ("labels", ["a", 1], "labels[1]", "should be a valid string; it is a number"),
    ("size", 3000, "size", "is round: give the exact size"),
    ("endpoint", {"url": "u" * 21}, "endpoint.url", "has 21 characters; at most 20 are taken"),
    ("endpoint", {"ulr": "u"}, "endpoint.ulr",
     "is not a key that the server keeps; did you mean url?"),
    ("endpoint", {"zzz": "u"}, "endpoint.zzz",
     "is not a key that the server keeps; it keeps url, apiKey, retryPolicy"),
    ("endpoint", {"retryPolicy": {"zzz": 1}}, "endpoint.retryPolicy.zzz",
     "is not a key that the server keeps; it keeps atMost, wait"),
    ("endpoint", "text", "endpoint",
     "is a text; it takes an object with the keys url, apiKey, retryPolicy"),
    ("endpoint", {"retryPolicy": 5}, "endpoint.retryPolicy",
     "is a number; it takes an object with the keys atMost, wait"),
    ("card", {}, "card", "lacks model_author, base_model"),
    ("card", {"model_author": "a"}, "card", "lacks base_model"),
    ("card", {"model_author": "a", "base_model": "b", "pages": 0}, "card.pages",
     "should be greater than 0; it is a number"),
    ("card", {"model_author": "a", "base_model": "b", "read": {}}, "card.read", "lacks by, on"),
    ("card", {"model_author": "a", "base_model": "b", "read": 5}, "card.read",
     "is a number; it takes an object with the keys by, on"),
    ("parts", [{}], "parts[0]", "lacks name"),
    ("parts", [{"name": "p", "madeOf": "air"}], "parts[0].madeOf",
     "must be one of 'wood' or 'steel'"),
    ("parts", [{"name": "p", "made_off": "wood"}], "parts[0].made_off",
     "is not a key that the server keeps; did you mean madeOf?"),
    ("links", [5], "links[0]", "should be a valid string; it is a number"),
    ("links", [{"a": 5}], "links[0].a", "should be a valid string; it is a number"),
    ("onConflict", "force", "onConflict", "must be one of 'fail', 'adopt' or 'adopt_if_equal'"),
    ("exclusive", [1], "exclusive[0]", "should be a valid string; it is a number"),
    ("exclusive", "tags", "exclusive", "should be a valid list; it is a text"),
    ("exclusive", ["description"], "exclusive",
     "names 'description'; it may name labels, owners, parts, tags"),
    ("release", ["tags"], "release", ("names tags, which is declared: remove the argument to give "
     "the field up, or take it out of release to keep it")),
    ("owner", "bob", "owner", "is given beside owners: give owners alone"),
    ("stage", "live", "stage", "is live, which needs an endpoint"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "path", "reason"), BAD)
def test_a_bad_value_is_refused_at_its_path_with_the_remedy(
    name: str, value: Any, path: str, reason: str
) -> None:
    declared = {"name": "m", "tags": {"a": "1"}, "owners": ["ann"], name: value}
    assert checked(declared).failures == [Failure(path, reason)]


def test_a_name_that_no_field_has_may_not_be_released() -> None:
    fields = (
        "card, description, endpoint, format, labels, licence, links, name, origin, owners, parts, "
        "password, region, score, shelf, size, stage, storage, summary, tags"
    )
    assert failures({**BARE, "release": ["zzz"]}) == {
        "release": f"names 'zzz'; it may name {fields}"
    }


def test_a_missing_argument_is_told_what_it_is() -> None:
    assert failures({}) == {"name": "is required: Name of the model"}
    found = check(Version, {}, {}, {}.get)
    assert [(f.path, f.reason) for f in found.failures] == [
        ("name", "is required: The model"),
        ("source", "is required: Its files"),
    ]


def test_all_mistakes_are_told_at_once_and_those_between_arguments_after_them() -> None:
    bad = {"name": "A", "size": "x", "nope": 1, "stage": "live", "release": ["size"]}
    assert set(failures(bad)) == {"nope", "name", "size", "release"}


def test_policies_may_name_fields_as_python_does() -> None:
    declared = {**BARE, "exclusive": ["tags"], "release": ["some_key", 5]}
    assert checked(declared).inputs["release"] == ["someKey", 5]


def test_a_policy_that_is_not_known_yet_is_not_judged() -> None:
    declared = {**BARE, "exclusive": UNKNOWN, "release": [UNKNOWN, "zzz"]}
    assert failures(declared) == {}
    assert list(failures({**BARE, "exclusive": UNKNOWN, "release": ["zzz"]})) == ["release"]


def test_nested_keys_may_be_written_as_python_does() -> None:
    declared = {**BARE, "endpoint": {"api_key": "k", "retry_policy": {"at_most": 3}}}
    inputs = checked({**declared, "parts": [{"name": "p", "made_of": "wood"}]}).inputs
    assert inputs["endpoint"] == {"apiKey": "k", "retryPolicy": {"atMost": 3}}
    assert inputs["parts"] == [{"name": "p", "madeOf": "wood"}]


def test_values_are_prepared_and_unknown_ones_left() -> None:
    assert checked({**BARE, "region": " north "}).inputs["region"] == "north"
    assert checked({**BARE, "region": UNKNOWN}).inputs["region"] is UNKNOWN
    inputs = checked({**BARE, "tags": {"a": 1}, "labels": ["b", "b"]}).inputs
    assert (inputs["tags"], inputs["labels"]) == ({"a": "1"}, ["b"])
    assert checked({**BARE, "labels": UNKNOWN}).inputs["labels"] is UNKNOWN


@pytest.mark.parametrize("name", sorted(FULL))
def test_an_unknown_passes_in_the_place_of_a_value(name: str) -> None:
    assert failures({**FULL, name: UNKNOWN}) == {}


def test_an_unknown_passes_inside_of_values_and_the_rest_is_judged() -> None:
    endpoint = {"url": UNKNOWN, "retryPolicy": {"atMost": UNKNOWN}}
    assert failures({**BARE, "endpoint": endpoint, "labels": [UNKNOWN]}) == {}
    assert list(failures({**BARE, "parts": [{"name": UNKNOWN, "madeOf": "air"}]})) == [
        "parts[0].madeOf"
    ]
    assert list(failures({**BARE, "labels": [UNKNOWN, 5]})) == ["labels[1]"]


def test_the_short_form_stands_for_a_list_of_one() -> None:
    inputs = checked({**BARE, "owner": "ann"}).inputs
    assert inputs == {"name": "m", "shelf": "main", "owners": ["ann"], "reference": "main/m"}
    assert checked({**BARE, "label": "x"}).inputs["labels"] == ["x"]
    assert checked({**BARE, "owner": UNKNOWN}).inputs["owners"] == [UNKNOWN]


def test_the_limits_of_a_dialect_hold_where_it_is_spoken() -> None:
    declared = {**BARE, "description": "d" * 10}
    assert failures(declared) == {}
    assert failures(declared, dialect="other") == {}
    assert failures(declared, dialect="strict") == {
        "description": "has 10 characters; at most 9 are taken"
    }


def test_a_configured_value_stands_in_and_does_not_move_an_object() -> None:
    assert checked(BARE, toyShelf="top").inputs["shelf"] == "top"
    assert checked({**BARE, "shelf": "low"}, toyShelf="top").inputs["shelf"] == "low"
    olds = checked(BARE, toyShelf="top").inputs
    assert failures(BARE, olds, toyShelf="top") == {}
    assert failures(BARE, olds, toyShelf="low") == {
        "shelf": "is 'top' in this stack's state, and the configuration's toyShelf now says 'low'. "
        "Set toyShelf back, or give shelf= to move the model"
    }
    assert failures({**BARE, "shelf": "low"}, olds, toyShelf="low") == {}


def test_an_argument_that_no_longer_stands_in_is_left_out() -> None:
    once = checked(BARE, toyRegion="north")
    assert once.inputs["region"] == "north"
    again = checked(BARE, once.inputs)
    assert again.failures == []
    assert "region" not in again.inputs


RECREATE: list[tuple[str, Any, str]] = [
    ("origin", "there", "cannot be changed after creation: it was made there"),
    ("origin", None, "cannot be changed after creation: it was made there"),
    ("format", "tar", "cannot be changed after creation"),
    ("licence", "GPL", "cannot be changed once set: it was granted"),
    ("licence", None, "cannot be cleared once set: it was granted"),
    ("size", None, "cannot be cleared once set: it weighs something"),
]


@pytest.mark.parametrize(("name", "value", "why"), RECREATE)
def test_what_would_recreate_an_object_under_its_name_is_refused(
    name: str, value: Any, why: str
) -> None:
    olds = checked({**FULL, "release": None}).inputs
    news = {k: v for k, v in {**FULL, "release": None, name: value}.items() if v is not None}
    leave = f', or release=["{name}"] to leave it as it is' if value is None else ""
    assert failures(news, olds) == {
        name: f"{why}, and the model keeps its name: replacing it would delete it, with its "
        "reviews, and create it anew. Set allow_recreate=True to allow that, or give the model "
        f"another name{leave}"
    }
    assert failures({**news, "allowRecreate": True}, olds) == {}
    assert list(failures({**news, "allowRecreate": UNKNOWN}, olds)) == [name]
    assert failures({**news, "name": "n"}, olds) == {}
    assert failures({**news, "shelf": "top"}, olds) == {}
    if value is None:
        assert failures({**news, "release": [name]}, olds) == {}
        assert failures({**news, "release": UNKNOWN}, olds) == {}


IN_PLACE: list[tuple[str, Any, Any]] = [
    ("origin", "here", "here"),
    ("origin", "here", UNKNOWN),
    ("origin", "", None),
    ("format", "zip", None),
    ("licence", None, "MIT"),
    ("licence", "MIT", {"id": "id-MIT"}),
    ("licence", "MIT", UNKNOWN),
    ("size", None, 5),
    ("size", 5, 6),
    ("size", 5.0, 5),
    ("description", "d", None),
    ("tags", {"a": "1"}, None),
    ("stage", "new", None),
]


@pytest.mark.parametrize(("name", "old", "new"), IN_PLACE)
def test_what_can_be_made_in_place_passes(name: str, old: Any, new: Any) -> None:
    olds = {"name": "m", "shelf": "main"} | ({} if old is None else {name: old})
    assert failures(BARE | ({} if new is None else {name: new}), olds) == {}


def test_an_object_named_by_the_server_is_replaced_without_a_word() -> None:
    olds = {"name": "m", "source": "a"}
    assert check(Version, {"name": "m", "source": "b"}, olds, {}.get).failures == []


def test_a_replacement_is_told_beside_what_is_not_known_yet() -> None:
    olds = checked({**FULL, "release": None}).inputs
    news = {**FULL, "release": None, "origin": UNKNOWN, "licence": "GPL"}
    assert list(failures(news, olds)) == ["licence"]


def test_what_a_replacement_loses_is_told_in_general_where_the_table_does_not_say_it() -> None:
    olds = {"name": "m", "shelf": "main", "origin": "a"}
    [failure] = check(Archived, {**olds, "origin": "b"}, olds, {}.get).failures
    assert "would delete it, with what others attached to it, and create" in failure.reason


def test_a_required_argument_without_documentation_names_the_object() -> None:
    class Odd(Table):
        """A table that says nothing of its name."""

        name: str

    [failure] = check(Odd, {}, {}, {}.get).failures
    assert failure.reason == "is required: it names the object"


def test_other_mistakes_are_told_before_a_replacement() -> None:
    olds = checked(FULL).inputs
    assert set(failures({**FULL, "origin": "there", "size": "x"}, olds)) == {"size"}
