"""Any name is refused at its path, or reaches the object of that very name and no other."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laws.stacks import CheckFailed, Stack
from laws.worlds import VersionWorld, World
from properties.lives import Tally, is_one_line
from properties.names import around, everything
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.errors import AlreadyExists, RegistryError

NAMES = ("name", "workspace", "service")


def names_only(world: World, decoy: str, id_: str) -> None:
    """No request has named the other object."""
    for path in world.server.transport.paths:  # type: ignore[attr-defined]
        segments = [unquote(segment) for segment in path.split("/")]
        assert id_ not in segments or decoy == id_
        assert decoy not in segments, path
    for request in world.server.log():  # type: ignore[attr-defined]
        query = dict(parse_qsl(request["query"], keep_blank_values=True))
        assert query.get("name") != decoy
        with suppress(ValueError):
            body = json.loads(request["body"])
            assert not isinstance(body, dict) or body.get("name") != decoy


def refused_at_the_name(refused: CheckFailed) -> None:
    """A failure is told at a property that names the object."""
    assert {f.path for f in refused.failures} <= set(NAMES)


def is_found_again(world: World, declared: dict[str, Any], id_: str) -> None:
    """Another program meets the very object under the name."""
    with pytest.raises(AlreadyExists):
        Stack(world).up({"other": declared})
    other = Stack(world)
    other.up({"other": {**declared, "onConflict": "adopt", "deletePolicy": "retain"}})
    assert other["other"].id == id_


def live(world: World, field: str, name: str, tally: Tally) -> bool:
    """Create, change, read and delete an object; whether it could be."""
    stack = Stack(world)
    declared = {**world.least("n"), field: name, "description": "first"}
    declared["deletePolicy"] = "hard"
    try:
        stack.up({"m": declared})
    except CheckFailed as refused:
        tally.counts["refused by check"] += 1
        refused_at_the_name(refused)
        assert world.server.log() == []  # type: ignore[attr-defined]
        return False
    except RegistryError as error:
        tally.counts["refused by the registry"] += 1
        is_one_line(str(error))
        return False
    tally.counts["accepted"] += 1
    if world.table.named and name.strip('"'):  # type: ignore[attr-defined]
        is_found_again(world, declared, stack["m"].id)
    stack.up({"m": {**declared, "description": "second"}})
    stack.refresh()
    assert stack.up({"m": {**declared, "description": "second"}}) == ["same m"]
    found = world.look(stack["m"].id)
    assert found is not None
    assert found["description"] == "second"
    there = found["workspace"] if field == "workspace" else found["name"]
    assert field == "service" or there == name
    stack.destroy()
    return True


def test_a_name_reaches_its_own_object_alone(
    inside: World, tally: Tally, examples: settings
) -> None:
    decoy = inside.name()
    id_ = inside.make(decoy)
    core = inside.run().core
    fields = [f for f in NAMES if f in {c.name for c in _keys(core.table)}]

    @examples
    @given(st.sampled_from(["name", *fields]), around(decoy))
    def lives(field: str, name: str) -> None:
        tally.example()
        if isinstance(inside, VersionWorld) and not _register(inside, name):
            return
        before, beside = everything(inside), inside.look(id_)
        inside.server.clear()
        live(inside, field, name, tally)
        names_only(inside, decoy, id_)
        assert inside.look(id_) == beside
        assert everything(inside) == before, "more or less is there than before"

    lives()


def test_an_id_reaches_its_own_object_alone(
    inside: World, tally: Tally, examples: settings
) -> None:
    id_ = inside.make(inside.name())
    registry = inside.server.url

    @examples
    @given(around(id_))
    def lives(asked: str) -> None:
        tally.example()
        if asked.lower() == id_.lower():
            return  # a UUID may be given so
        beside = inside.look(id_)
        core = inside.run().core
        for call in (
            lambda: core.read(asked, {}).id,
            lambda: core.delete(asked, {"registry": core.registry(), "deletePolicy": "hard"}),
        ):
            try:
                found = call()
            except RegistryError as error:
                is_one_line(str(error))
            else:
                assert found in (None, ""), f"{asked!r} reached {found}"
        assert inside.look(id_) == beside, registry

    lives()


def _keys(table: Any) -> Any:
    return [c for c in tables.inputs(table) if c.behaviour.key]


def _register(world: VersionWorld, name: str) -> bool:
    """A parent of the name, where the registry takes it."""
    path = "/api/2.0/mlflow/registered-models/create"
    code = world.http.post(path, json={"name": name}).json().get("error_code", "")
    return code in ("", "RESOURCE_ALREADY_EXISTS")
