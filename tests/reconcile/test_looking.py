"""Look-ups of what no program declares, and which values are marked as secrets."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_mlregistry.reconcile import looking, secrets
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.errors import Gone
from pulumi_mlregistry.reconcile.marking import marked
from reconcile.program import Program
from reconcile.registry import taken
from reconcile.tables import Model, Version


def test_an_object_is_looked_up_by_the_parts_of_its_name() -> None:
    program = Program(taken(size=5))
    assert [c.name for c in looking.keys_of(Model)] == ["name", "shelf"]
    found = looking.get(program.core, {"name": "m"})
    assert (found["id"], found["size"], found["reference"]) == ("main/m", 5, "main/m")
    assert not [name for name in found if name.startswith("__")]
    assert program.requests == ["read"]


def test_the_configuration_stands_in_for_a_part_that_is_left_out() -> None:
    program = Program(taken(), settings={"toyShelf": "other"})
    with pytest.raises(Gone) as raised:
        looking.get(program.core, {"name": "m"})
    assert str(raised.value) == (
        "look up model other/m at https://toy/one: it is not there. Is the name right? A deleted "
        "one is not found"
    )
    assert looking.get(program.core, {"name": "m", "shelf": "main"})["id"] == "main/m"


def test_what_the_registry_numbers_is_looked_up_and_listed_as_its_table_says() -> None:
    program = Program(table=Version)
    for source in ("one", "two"):
        program.owner = f"p/dev/toy/{source}"
        program.id, program.outputs, program.inputs = "", {}, {}
        program.up(name="m", source=source)
    assert [c.name for c in looking.keys_of(Version)] == ["name", "number"]
    assert looking.get(program.core, {"name": "m", "number": "2"})["source"] == "two"
    listed = looking.members(program.core, {"name": "m"})
    assert [(one["id"], one["source"]) for one in listed] == [("m/2", "two"), ("m/1", "one")]
    assert looking.members(Program(taken()).core, {"name": "m"}) == []


def test_secrets_of_the_table_and_of_the_program_are_marked_and_what_repeats_them() -> None:
    def wrap(value: Any) -> Any:
        return ["secret", value]

    values = {
        "name": "churn-model",
        "reference": "main/churn-model",
        "endpoint": {"url": "u", "apiKey": "k"},
        "size": 5,
        "later": "unheard of",
        "__secrets": ["name"],
        "__owner": "p/dev/toy/churn-model",
    }
    assert marked(Model, values, wrap) == {
        **values,
        "name": wrap("churn-model"),
        "reference": wrap("main/churn-model"),
        "endpoint": {"url": "u", "apiKey": wrap("k")},
    }


def test_what_is_secret_in_a_short_form_is_secret_in_the_argument_it_stands_for() -> None:
    program = Program()
    inputs = program.check({"name": "m", "label": "hush", "__secrets": ["label"]}).inputs
    assert (inputs["labels"], inputs["__secrets"]) == (["hush"], ["labels"])
    again = program.check(inputs).inputs
    assert again["__secrets"] == ["labels"]


def test_only_what_is_secret_with_all_that_is_in_it_is_whole() -> None:
    endpoint = tables.column(Model, "endpoint").behaviour
    assert secrets.is_secret(endpoint, ())
    assert not secrets.is_whole(endpoint, ())
    assert secrets.is_whole(endpoint, ("apiKey",))
    assert not secrets.is_whole(endpoint, ("url",))
