"""No secret in errors, log lines, logging records or diffs."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import pytest

from laws.stacks import CheckFailed, Stack
from laws.titles import ALL, ENTITY, PLAIN, law
from laws.worlds import NemoWorld, World
from pulumi_mlregistry.reconcile.errors import Conflict, RegistryError

KEY, NEXT, TOKEN = "canary-api-key-1", "canary-api-key-2", "canary-token"


def clean(text: str, *canaries: str) -> None:
    """None of the canaries is in a text."""
    for canary in (KEY, NEXT, TOKEN, *canaries):
        assert canary not in text


def everything(caught: pytest.ExceptionInfo[Any]) -> str:
    """The error with all that hangs on it."""
    return "".join(traceback.format_exception(caught.value)) + repr(caught.value)


@law(26, 9, on=ENTITY)
def test_an_api_key_is_nowhere_but_in_the_outputs(
    world: NemoWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stack = Stack(world, keys={"nemoToken": TOKEN})
    endpoint = {"url": "https://h/", "apiKey": KEY}
    declared = world.declare(world.name(), apiEndpoint=endpoint)
    stack.up({"m": declared})
    changed = {**declared, "apiEndpoint": {**endpoint, "apiKey": NEXT}}
    assert stack.plans("m", changed, "apiEndpoint.apiKey")
    assert "apiEndpoint.apiKey" in stack.shown("m", changed)
    clean(stack.shown("m", changed))
    world.patch(stack["m"].id, api_endpoint={"url": "https://h/", "api_key": "canary-theirs"})
    with pytest.raises(Conflict) as caught:
        stack.up({"m": changed})
    clean(everything(caught), "canary-theirs")
    stack.refresh()
    clean(" ".join(stack.log), "canary-theirs")
    stack.up({"m": changed})
    clean(" ".join(r.getMessage() for r in caplog.records), "canary-theirs")
    found = world.look(stack["m"].id)
    assert found is not None
    assert found["api_endpoint"]["api_key"] == NEXT
    hidden = {k: v for k, v in stack["m"].outputs.items() if k != "apiEndpoint"}
    clean(str(hidden))
    assert stack.up({"m": changed}) == ["same m"]


@law(26, 29, on=ENTITY)
def test_a_server_that_echoes_what_was_sent_is_redacted(world: World) -> None:
    name = world.name()
    declared = world.declare(name, apiEndpoint={"url": "https://h/", "apiKey": KEY})
    detail = [{"loc": ["body", "api_endpoint"], "msg": f"bad {KEY}", "input": {"api_key": KEY}}]
    bodies = ({"detail": detail}, {"detail": f"Bearer {TOKEN} may not send {KEY}"})
    for status, body in zip((422, 403), bodies, strict=True):
        world.proxy.fault(method="POST", kind="answer", status=status, body=body)
        stack = Stack(world, keys={"nemoToken": TOKEN})
        with pytest.raises(RegistryError) as caught:
            stack.up({"m": declared})
        clean(everything(caught))
        assert "[secret]" in str(caught.value)


@law(26, on=ENTITY)
def test_a_key_that_others_wrote_never_becomes_an_output(world: NemoWorld) -> None:
    name = world.name()
    stack = Stack(world)
    stack.up({"m": world.declare(name)})
    world.patch(f"default/{name}", api_endpoint={"url": "https://h", "api_key": KEY})
    stack.refresh()
    clean(str(stack["m"].outputs))
    with pytest.raises(Conflict) as caught:
        stack.up({"m": world.declare(name, apiEndpoint={"url": "https://mine", "apiKey": NEXT})})
    clean(everything(caught))


@law(26, on=ENTITY)
def test_adoption_shows_no_key_of_either_side(world: NemoWorld) -> None:
    name = world.name()
    world.make(name)
    world.patch(f"default/{name}", api_endpoint={"url": "https://h", "api_key": KEY})
    for policy in ("fail", "adopt_if_equal"):
        declared = world.declare(name, apiEndpoint={"url": "https://h", "apiKey": NEXT})
        with pytest.raises(RegistryError) as caught:
            Stack(world).up({"m": {**declared, "onConflict": policy}})
        clean(everything(caught))


@law(26, on=ALL)
def test_what_the_program_made_secret_is_secret_everywhere(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ours, theirs, other = "canary-ours", "canary-theirs", "canary-newer"
    chosen = {"__secrets": ["description", world.keyed]}
    name = world.name()
    stack = Stack(world)
    declared = world.declare(name, description=ours, **{world.keyed: {"pin": ours}}, **chosen)
    stack.up({"m": declared})
    newer = {**declared, "description": other, world.keyed: {"pin": other}}
    clean(stack.shown("m", newer), ours, other)
    open_now = {k: v for k, v in newer.items() if k != "__secrets"}
    clean(stack.shown("m", open_now), ours, other)
    world.edit(stack["m"].id, theirs, pin=theirs)
    with pytest.raises(Conflict) as caught:
        stack.up({"m": newer})
    clean(everything(caught), ours, theirs, other)
    body = {"detail": f"no {other}", "error_code": "X", "code": "X", "message": f"no {other}"}
    stack.refresh()
    for method in ("PATCH", "POST"):
        world.proxy.fault(method=method, kind="answer", status=400, body=body)
    with pytest.raises(RegistryError) as refused:
        stack.up({"m": newer})
    clean(everything(refused), ours, theirs, other)
    clean(" ".join(stack.log), ours, theirs, other)
    clean(" ".join(r.getMessage() for r in caplog.records), ours, theirs, other)


@law(26, 1, on=ALL)
def test_check_repeats_no_value(world: World) -> None:
    declared = world.declare("some", description=7, **{world.keyed: "canary-map"})
    declared |= {"canary": "canary-value"}
    if world.kind == "nemo:ModelEntity":
        declared |= {"apiEndpoint": {"url": "canary url", "apiKey": [KEY], "extra": "canary-x"}}
    with pytest.raises(CheckFailed) as caught:
        Stack(world).up({"m": declared})
    clean(str(caught.value), "canary-map", "canary-value", "canary url", "canary-x")


@law(26, 27, on=PLAIN)
def test_credentials_are_in_no_error_and_no_record(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    name = world.name()
    host = world.proxy.url.removeprefix("http://")
    url = f"http://me:canary%2Dpassword@{host}"
    for said, keys in ((TOKEN, {"mlflowToken": TOKEN}), ("canary-password", {"mlflowUrl": url})):
        for fault in (
            {"kind": "answer", "status": 401, "body": f"who is {said}?",
             "headers": {"content-type": "text/plain"}},
            {"kind": "answer", "status": 302, "headers": {"location": f"http://x/?t={said}"}},
            {"kind": "cut"},
        ):  # fmt: skip
            world.proxy.fault(times=9, **fault)  # type: ignore[arg-type]
            with pytest.raises(RegistryError) as caught:
                Stack(world, keys={**keys, "timeoutSeconds": "1"}).up({"m": world.declare(name)})
            clean(everything(caught), "canary-password", "canary%2Dpassword")
            world.proxy.clear()
            if fault.get("status") == 302:
                caplog.clear()  # httpcore's own DEBUG records show what a server answers
    records = " ".join(r.getMessage() for r in caplog.records)
    clean(records, "canary-password", "canary%2Dpassword", "Authorization")
