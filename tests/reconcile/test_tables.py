"""The field table: what is derived from a declaration."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.protocol import Mark
from pulumi_mlregistry.reconcile.table import Struct, Table
from reconcile.registry import Calls, taken
from reconcile.tables import Archived, Card, Endpoint, Model, Part, Retry, Version


def names(columns: Any) -> list[str]:
    return [column.name for column in columns]


def test_fields_come_as_declared_and_inherited_ones_last() -> None:
    assert names(tables.columns(Version)) == [
        "name", "source", "tags", "stage", "number", "revision", "etag",
        "onConflict", "allowRecreate", "deletePolicy", "exclusive", "release",
    ]  # fmt: skip
    assert names(tables.columns(Archived))[:3] == ["deletePolicy", "name", "shelf"]


def test_fields_are_known_by_what_they_are_for() -> None:
    assert names(tables.inputs(Version)) == ["name", "source", "tags", "stage"]
    assert names(tables.outputs(Model)) == ["reference", "serial", "revision"]
    assert names(tables.short_forms(Model)) == ["label", "owner"]
    assert names(tables.policies(Version)) == [
        "onConflict", "allowRecreate", "deletePolicy", "exclusive", "release",
    ]  # fmt: skip
    assert names(tables.collections(Model)) == ["tags", "labels", "parts", "owners"]
    assert "owner" not in names(tables.inputs(Model))
    assert "reference" not in names(tables.inputs(Model))


def test_a_field_is_found_by_its_name() -> None:
    column = tables.column(Model, "onConflict")
    assert (column.attr, column.owner, column.behaviour.policy) == ("on_conflict", Model, True)
    assert tables.by_name(Version)["tags"] == tables.column(Version, "tags")
    with pytest.raises(KeyError):
        tables.column(Model, "on_conflict")


def test_what_must_be_given_is_known() -> None:
    required = [c.name for c in tables.columns(Version) if c.required]
    assert required == ["name", "source"]

    class Odd(Table):
        """A server value without a default."""

        etag: Annotated[str, tables.Behaviour(server=True)]

    assert tables.column(Odd, "etag").required is False


def test_nested_objects_are_listed_inner_ones_first_with_their_secrets() -> None:
    assert list(tables.structs(Model).items()) == [
        (Retry, ()),
        (Endpoint, ("apiKey",)),
        (Part, ()),
    ]
    assert tables.structs(Version) == {}


def test_deeply_nested_objects_are_listed_once() -> None:
    class Inner(Struct):
        """In it."""

    class Middle(Struct):
        """Around it."""

        one: Inner | None = None
        other: Inner | None = None

    class Outer(Struct):
        """Around that."""

        middle: Middle | None = None

    class Odd(Table):
        """A table."""

        outer: Outer | None = None
        again: Annotated[Inner | None, tables.Behaviour(secret=("k",))] = None

    assert list(tables.structs(Odd).items()) == [(Inner, ("k",)), (Middle, ()), (Outer, ())]


def test_the_values_of_a_fixed_set_are_known() -> None:
    assert tables.choices(tables.column(Archived, "deletePolicy")) == ("soft", "hard", "retain")
    assert tables.choices(tables.column(Model, "onConflict")) == (
        "fail", "adopt", "adopt_if_equal",
    )  # fmt: skip
    assert tables.choices(tables.column(Model, "stage")) == ()


def test_what_stands_under_a_field_is_its_documentation() -> None:
    assert tables.column(Model, "name").doc == "Name of the model. Lower-case letters."
    assert tables.column(Model, "deletePolicy").doc.startswith("What removal from the program does")
    assert tables.column(Archived, "deletePolicy").doc == "What removal from the program does."
    assert "`adopt` takes it over and converges it" in tables.column(Model, "onConflict").doc
    assert "\n" not in tables.column(Model, "onConflict").doc

    class Odd(Table):
        """A field that says nothing of itself, and another that does."""

        silent: str
        told: str
        """Says
        something."""

    assert tables.column(Odd, "silent").doc == ""
    assert tables.column(Odd, "told").doc == "Says something."


def test_nested_keys_are_spelled_in_either_way_at_any_depth() -> None:
    column = tables.column(Model, "endpoint")
    camel = {"apiKey": "k", "retryPolicy": {"atMost": 3}, "odd_key": {"at_most": 1}}
    snake = {"api_key": "k", "retry_policy": {"at_most": 3}, "odd_key": {"at_most": 1}}
    for value in (camel, snake):
        assert column.in_camel(value) == camel
        assert column.in_snake(value) == snake
    parts = tables.column(Model, "parts")
    assert parts.in_camel(({"made_of": "wood"},)) == [{"madeOf": "wood"}]
    assert parts.in_snake([{"madeOf": "wood"}, "text"]) == [{"made_of": "wood"}, "text"]
    card = tables.column(Model, "card")
    assert card.in_camel({"model_author": "a"}) == {"model_author": "a"}
    assert tables.column(Model, "storage").in_camel({"a_b": 1}) == {"a_b": 1}


def test_the_model_at_a_place_inside_a_field_is_found() -> None:
    endpoint = tables.column(Model, "endpoint").info.annotation
    parts = tables.column(Model, "parts").info.annotation
    assert tables.nested_model(endpoint, ()) is Endpoint
    assert tables.nested_model(endpoint, ("retryPolicy",)) is Retry
    assert tables.nested_model(endpoint, ("retryPolicy", "atMost")) is None
    assert tables.nested_model(endpoint, ("retryPolicy", "atMost", "x")) is None
    assert tables.nested_model(parts, (0, "retryPolicy")) is Retry
    assert tables.nested_model(tables.column(Model, "card").info.annotation, ()) is Card
    assert tables.nested_model(dict[str, str], ()) is None


def test_a_declared_value_is_validated_strictly_and_by_the_limits_of_a_dialect() -> None:
    size = tables.column(Model, "size")
    assert size.adapter() is size.adapter("")
    assert size.adapter().validate_python(5) == 5
    with pytest.raises(ValueError, match="valid integer"):
        size.adapter().validate_python("5")
    text = tables.column(Model, "description")
    assert text.adapter().validate_python("d" * 10)
    with pytest.raises(ValueError, match="at most 9"):
        text.adapter("strict").validate_python("d" * 10)


def test_a_canonical_value_is_asked_for_only_where_there_is_one() -> None:
    class Odd(Table):
        """A canonical form that takes no None."""

        size: Annotated[int | None, tables.Behaviour(canonical=lambda v: v + 1)] = None

    assert tables.column(Odd, "size").canonical(None) is None
    assert tables.column(Odd, "size").canonical(1) == 2


def test_a_message_names_an_object_by_its_title_and_id() -> None:
    assert Model.called("main/m", {}) == "model main/m"


def test_a_table_judges_nothing_of_its_own() -> None:
    assert list(Version.judge({})) == []


def test_what_an_api_need_not_offer_changes_nothing() -> None:
    server = taken()
    api = Calls(server, Model)
    live = server.live(server.objects["main/m"])
    assert api.settle(live) is live
    assert api.restore(live) is live
    assert api.reread(live) == live
    assert api.children(live, hard=True, stacks=("s",)) == []
    assert api.siblings("main/m", ("s",)) == []
    api.mark("main/m", Mark("p/dev/toy/m", ("s",)))
    assert api.suspicion() == ""
