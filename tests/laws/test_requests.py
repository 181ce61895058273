"""The requests of every operation, pinned: a further one is a change that somebody decides on."""

from __future__ import annotations

import pytest

from laws.stacks import Stack
from laws.titles import ALL, ANY, ENTITY, VERSIONS, law
from laws.worlds import World

FIND, READ_V = "GET model-versions/search", "GET model-versions/get"
READ_M = "GET registered-models/get"
ENTITY_PATH = "workspaces/default/models"

ASK = "GET system/version"
READ_OM = [ASK, "GET mlmodels/ID"]

MLMODEL = {
    "create": [ASK, "POST mlmodels", "GET mlmodels/ID"],
    "read": READ_OM,
    "update": [*READ_OM, "PATCH mlmodels/ID", "GET mlmodels/ID"],
    "keys": [*READ_OM, "PATCH mlmodels/ID", "GET mlmodels/ID"],
    "delete": [*READ_OM, "DELETE mlmodels/ID"],
}

PINNED: dict[str, dict[str, list[str]]] = {
    "entity-nemo": {
        "create": ["POST models"],
        "read": ["GET models/NAME"],
        "update": ["GET models/NAME", "PATCH models/NAME"],
        "keys": ["GET models/NAME", "PATCH models/NAME"],
        "delete": ["GET models/NAME", "DELETE models/NAME"],
    },
    "mlmodel-om2": MLMODEL,
    "mlmodel-om12": MLMODEL,
    "model-mlflow": {
        "create": ["POST registered-models/create"],
        "read": [READ_M],
        "update": [READ_M, "PATCH registered-models/update", READ_M],
        "keys": [
            READ_M,
            "POST registered-models/set-tag",
            "DELETE registered-models/delete-tag",
            READ_M,
        ],
        "delete": [READ_M, "DELETE registered-models/delete"],
    },
    "model-oracle": {
        "create": ["POST registered-models/create"],
        "read": [READ_M],
        "update": [READ_M, "POST registered-models/update", READ_M],
        "keys": [READ_M, "POST internal/registered-models/update-tags", READ_M],
        "delete": [READ_M, FIND, "POST registered-models/delete"],
    },
    "version-mlflow": {
        "create": [READ_M, "POST model-versions/create"],
        "read": [READ_V],
        "update": [READ_V, "PATCH model-versions/update", READ_V],
        "keys": [
            READ_V,
            "POST model-versions/set-tag",
            "DELETE model-versions/delete-tag",
            READ_V,
        ],
        "delete": [READ_V, "DELETE model-versions/delete"],
    },
    "version-oracle": {
        "create": [FIND, "POST model-versions/create", READ_V],
        "read": [READ_V],
        "update": [READ_V, "POST model-versions/update", READ_V],
        "keys": [READ_V, "POST internal/model-versions/update-tags", READ_V],
        "delete": [READ_V, "POST model-versions/delete"],
    },
}


@law(15, 10, on=ALL)
def test_each_operation_sends_these_requests_and_no_other(
    world: World, request: pytest.FixtureRequest
) -> None:
    pinned = PINNED[
        "-".join(request.node.callspec.params["world"].split("-")[:2]).removesuffix("box")
    ]
    name = world.name()
    stack = Stack(world)
    declared = world.declare(name)
    stack.up({"m": declared})
    assert world.sent() == pinned["create"]
    stack.refresh()
    assert world.sent() == pinned["read"]
    stack.up({"m": declared})
    assert world.sent() == [], "no change, no request"
    changed = {**declared, "description": "second"}
    stack.preview("m", changed)
    assert world.sent() == [], "plan and diff do no I/O"
    stack.up({"m": changed})
    assert world.sent() == pinned["update"]
    stack.up({"m": {**changed, world.keyed: {"team": "fraud"}}})
    assert world.sent() == pinned["keys"]
    stack.destroy()
    assert world.sent() == pinned["delete"]


@law(15, on=VERSIONS)
def test_a_stage_costs_a_transition_and_a_read(world: World) -> None:
    name = world.name()
    stack = Stack(world)
    world.sent()
    stack.up({"m": world.declare(name, stage="Staging")})
    sent = world.sent()
    assert sent[-2:] == ["POST model-versions/transition-stage", READ_V]
    assert len(sent) == (5 if world.target == "oracle" else 4)


@law(15, on=ENTITY)
def test_only_the_changed_fields_are_sent(world: World) -> None:
    name = world.name()
    stack = Stack(world)
    stack.up({"m": world.declare(name)})
    world.sent()
    stack.up({"m": world.declare(name, description="second")})
    (write,) = world.proxy.writes()
    assert write.json == {"description": "second"}


@law(47, 15, on=ANY)
def test_one_run_keeps_to_one_connection(world: World) -> None:
    name = world.name()
    run = world.run()
    made = run.core.create(run.core.check(world.declare(name), {}).inputs)
    run.core.read(made.id, made.outputs)
    run.core.delete(made.id, made.outputs)
    assert len({r.connection for r in world.proxy.requests}) == 1
