"""Gone already is done; every answer that leaves a doubt is an error and keeps the state."""

from __future__ import annotations

from typing import Any

import pytest

from laws.stacks import Stack
from laws.titles import ANY, ANY_NAMED, ENTITY, ORACLE, PLAIN, law
from laws.worlds import ADDRESS, World, _MlflowWorld
from pulumi_mlregistry.reconcile.errors import (
    InvalidAnswer,
    NotAllowed,
    NotAuthenticated,
    RegistryError,
    Unreachable,
)

HTML = {"headers": {"content-type": "text/html"}, "body": "<html><title>Login</title></html>"}
UNSURE: dict[str, dict[str, Any]] = {
    "a 404 page": {"status": 404, **HTML},
    "a 200 page": {"status": 200, **HTML},
    "no route": {"status": 404, "body": {"detail": "Not Found"}},
    "another service": {"status": 200, "body": {"hello": "world"}},
    "an empty 404": {"status": 404},
    "an empty 200": {"status": 200},
    "a list": {"status": 200, "body": "[]", "headers": {"content-type": "application/json"}},
    "not found of another API": {
        "status": 404,
        "body": {"error_code": "ENDPOINT_NOT_FOUND", "message": "No API found"},
    },
    "forbidden": {"status": 403, "body": {"detail": "Forbidden", "code": "x", "message": "no"}},
    "unauthorized": {"status": 401, "body": {"detail": "Unauthorized"}},
    "forbidden by a page": {"status": 403, **HTML},
    "redirect": {"status": 302, "headers": {"location": "http://127.0.0.1:9/elsewhere"}},
    "gone for good": {"status": 410, "body": {"detail": "gone"}},
}


@law(19, 29, on=ANY)
def test_an_unsure_answer_is_an_error_and_keeps_the_state(world: World) -> None:
    stack = Stack(world)
    stack.up({"m": world.declare(world.name())})
    id_ = stack["m"].id
    for answer in UNSURE.values():
        for step in (stack.refresh, stack.destroy):
            world.proxy.fault(kind="answer", times=99, **answer)
            with pytest.raises(RegistryError) as caught:
                step()
            told(caught.value, world, id_)
            assert list(stack.resources) == ["m"], answer
            world.proxy.clear()
    assert world.look(id_) is not None


def told(error: RegistryError, world: World, id_: str) -> None:
    """One line: what was done to which object, where, why, and what to do."""
    message = str(error)
    assert "\n" not in message
    assert world.called(id_) in message, message
    assert world.proxy.url in message, message
    assert len(message.split(". ", 1)) == 2 or "?" in message, message


@law(29, on=ANY)
def test_each_kind_of_failure_is_told_apart(world: World) -> None:
    name = world.name()
    run = world.run()
    id_ = f"default/{name}" if world.kind == "nemo:ModelEntity" else name
    id_ = f"{name}/1" if world.kind == "mlflow:ModelVersion" else id_
    kinds = [
        (401, NotAuthenticated, "not authenticated"),
        (403, NotAllowed, "not allowed"),
        (405, InvalidAnswer, "base URL"),
        (302, InvalidAnswer, "redirects to http://127.0.0.1:9/x"),
    ]
    for status, kind, words in kinds:
        body = {"detail": "said", "error_code": "SAID", "message": "said"}
        headers = {"location": "http://127.0.0.1:9/x"} if status == 302 else {}
        world.proxy.fault(kind="answer", status=status, body=body, headers=headers)
        with pytest.raises(kind) as caught:
            run.core.read(id_, {})
        assert words in str(caught.value)


@law(39, 29, on=ANY)
def test_a_server_that_is_down_is_told_as_such_within_the_budget(world: World) -> None:
    name = world.name()
    with world.proxy.down(), pytest.raises(Unreachable) as caught:
        Stack(world).up({"m": world.declare(name)})
    message = str(caught.value)
    assert "Nothing was sent" in message
    assert f"mlregistry:{ADDRESS[world.target]}" in message


@law(39, 29, on=ANY)
def test_a_busy_server_is_asked_again_when_it_says(world: World) -> None:
    name = world.name()
    stack = Stack(world)
    stack.up({"m": world.declare(name)})
    world.sent()
    world.proxy.fault(kind="answer", status=429, headers={"retry-after": "1"})
    stack.refresh()
    first, second, *_ = [r.time for r in world.proxy.requests]
    assert second - first >= 1


@law(39, 13, 29, on=ANY)
def test_a_busy_server_is_asked_again_for_a_create_too(world: World) -> None:
    name = world.name()
    world.proxy.fault(kind="answer", method="POST", path=world.create, status=429)
    Stack(world).up({"m": world.declare(name)})
    assert world.count(name) == 1


@law(19, on=ENTITY)
def test_a_base_url_with_a_wrong_path_is_never_gone(world: World) -> None:
    name = world.name()
    stack = Stack(world)
    stack.up({"m": world.declare(name)})
    stack.keys = {"nemoUrl": f"{world.proxy.url}/nemo"}
    state = stack["m"]
    state.outputs["registry"] = f"{world.proxy.url}/nemo"
    with pytest.raises(InvalidAnswer, match=r"404.*nemoUrl"):
        stack.refresh()
    with pytest.raises(InvalidAnswer):
        stack.destroy()
    assert world.look(state.id) is not None


@law(19, on=PLAIN)
def test_a_base_url_with_a_wrong_path_at_mlflow_is_never_gone(world: World) -> None:
    name = world.name()
    stack = Stack(world)
    stack.up({"m": world.declare(name)})
    stack.keys = {"mlflowUrl": f"{world.proxy.url}/ml"}
    stack["m"].outputs["registry"] = f"{world.proxy.url}/ml"
    with pytest.raises(InvalidAnswer, match=r"404.*mlflowUrl"):
        stack.refresh()
    with pytest.raises(InvalidAnswer):
        stack.destroy()


@law(19, on=ORACLE)
def test_not_authorised_or_not_found_is_gone_only_if_a_search_answers(
    world: _MlflowWorld,
) -> None:
    stack = Stack(world)
    stack.up({"m": world.declare(world.name())})
    body = {"code": "NotAuthorizedOrNotFound", "message": "Authorization failed or not found."}
    world.proxy.fault(kind="answer", status=404, body=body, times=99)
    with pytest.raises(NotAllowed, match=r"does not mean that the object is gone"):
        stack.refresh()
    with pytest.raises(NotAllowed):
        stack.destroy()
    assert list(stack.resources) == ["m"]
    world.proxy.clear()
    world.remove(stack["m"].id)
    world.sent()
    stack.refresh()
    assert world.sent()[-1] == "GET registered-models/search"
    assert stack.resources == {}


@law(19, on=ORACLE)
def test_another_platform_is_not_a_registry_without_objects(world: _MlflowWorld) -> None:
    stack = Stack(world, keys={"oraclePlatformId": "ocid1.aidataplatform.oc1.iad.other"})
    with pytest.raises(NotAllowed, match=r"oraclePlatformId"):
        stack.take("m", "some" if world.kind == "mlflow:RegisteredModel" else "some/1")


@law(19, 29, on=ANY_NAMED)
def test_an_import_of_what_is_not_there_finds_nothing(world: World) -> None:
    name = world.name()
    id_ = f"default/{name}" if world.kind == "nemo:ModelEntity" else name
    assert world.run().core.read(id_, {}).id == ""
