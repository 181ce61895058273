"""Partial failure, cancellation, time limits, and errors as the engine shows them."""

from __future__ import annotations

import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from plugin.engine import Failed, Plugin, Stack, plugin, secret, struct
from pulumi_mlregistry.sandbox import Registry
from support.front import FrontControls

ENTITY, VERSION = "nemo:ModelEntity", "mlflow:ModelVersion"
MODEL = "mlflow:RegisteredModel"


def _check(stack: Stack, kind: str, declared: dict[str, Any]) -> list[tuple[str, str]]:
    request = provider_pb2.CheckRequest(urn=stack.urn("x", kind), news=struct(declared))
    answer = stack.plugin.call("Check", request)
    return [(f.property, f.reason) for f in answer.failures]


def test_bad_input_is_a_failure_at_its_property(
    stack: Stack, unique: str, nemobox_server: Registry
) -> None:
    (found,) = _check(stack, ENTITY, {"name": unique, "descripton": "x"})
    assert found[0] == "descripton"
    assert "description" in found[1], "it says what may be meant"
    assert nemobox_server.log() == []


def test_a_failing_secret_is_not_shown_as_the_property_whose_value_is_printed(
    stack: Stack, unique: str
) -> None:
    declared = {"name": unique, "apiEndpoint": {"apiKey": secret(5.0)}}
    ((name, reason),) = _check(stack, ENTITY, declared)
    assert (name, reason.partition(" ")[0]) == ("", "apiEndpoint.apiKey")
    ((name, reason),) = _check(stack, ENTITY, {"name": secret("NOT A NAME")})
    assert (name, reason.partition(" ")[0]) == ("", "name")
    assert "NOT A NAME" not in reason


def test_a_blank_stage_is_refused_before_a_version_is_made(stack: Stack, unique: str) -> None:
    declared = {"name": unique, "source": "s3://b/p", "stage": " "}
    assert _check(stack, VERSION, declared) == [("stage", "stage is blank")]


def test_a_preview_without_an_address_says_so_and_does_not_fail(unique: str) -> None:
    unset = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW_")}
    with plugin(unset) as started:
        stack = Stack(started)
        assert stack.up({"m": (MODEL, {"name": unique})}, preview=True) == {"m": "create"}
        assert any("mlregistry:mlflowUrl is not set" in line for _, line in started.log.lines)
        with pytest.raises(Failed, match="mlregistry:mlflowUrl is not set"):
            stack.up({"m": (MODEL, {"name": unique})})


def test_an_error_is_one_line_with_a_code_that_says_what_the_engine_may_believe(
    stack: Stack, unique: str, nemobox_server: Registry
) -> None:
    stack.up({"mine": (ENTITY, {"name": unique})})
    with pytest.raises(Failed) as raised:
        stack.up({"other": (ENTITY, {"name": unique})})
    assert raised.value.code is grpc.StatusCode.ALREADY_EXISTS
    assert len(str(raised.value).splitlines()) == 1
    nemobox_server.fault("before", "POST", status=403, message="not you")
    with pytest.raises(Failed) as raised:
        stack.up({"third": (ENTITY, {"name": f"{unique}x"})})
    assert raised.value.code is grpc.StatusCode.PERMISSION_DENIED
    assert "not you" in str(raised.value)


def test_a_create_that_fails_half_way_is_kept_and_completed(
    stack: Stack, unique: str, mlflowbox_server: Registry
) -> None:
    program = {
        "m": ("mlflow:RegisteredModel", {"name": unique}),
        "v": (VERSION, {"name": unique, "source": "s3://b/x", "stage": "Staging"}),
    }
    mlflowbox_server.fault("before", "transition-stage", status=403, message="not you")
    with pytest.raises(Failed, match=r"\S+/1 is kept in the state") as raised:
        stack.up(program)
    assert raised.value.left is not None
    assert stack.resources["v"].id == f"{unique}/1"
    assert "stage" not in stack.resources["v"].outputs
    assert stack.up(program)["v"] == "update"
    assert stack.resources["v"].outputs["stage"] == "Staging"
    assert stack.up(program)["v"] == "same"
    assert stack.read("second", VERSION, f"{unique}/2").id == ""


def test_a_time_limit_of_the_program_ends_a_call_and_says_so(
    stack: Stack, unique: str, nemobox_server: Registry
) -> None:
    inputs = stack.check("e", ENTITY, {"name": unique})
    nemobox_server.fault("before", "POST", status=429, retry_after=1, times=50)
    started = time.monotonic()
    request = provider_pb2.CreateRequest(urn=stack.urn("e", ENTITY), properties=inputs, timeout=2.5)
    with pytest.raises(Failed) as raised:
        stack.plugin.call("Create", request)
    assert time.monotonic() - started < 6, "the configured limit is 10 s"
    assert raised.value.left is None


def test_a_cancelled_run_waits_no_longer_and_loses_nothing(
    running: Plugin, stack: Stack, unique: str, nemobox_server: Registry
) -> None:
    config = dict(stack.config) | {"timeoutSeconds": "60"}
    with plugin({}) as own:
        other = Stack(own, config)
        inputs = other.check("e", ENTITY, {"name": unique})
        nemobox_server.fault("before", "POST", status=429, retry_after=30, times=50)
        begun = threading.Event()
        request = provider_pb2.CreateRequest(urn=other.urn("e", ENTITY), properties=inputs)

        def create() -> str:
            begun.set()
            try:
                own.call("Create", request)
            except Failed as failed:
                return str(failed)
            return ""

        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(create)
            begun.wait()
            _eventually(lambda: len(nemobox_server.log()) > 0)
            started = time.monotonic()
            own.call("Cancel", empty_pb2.Empty())
            text = future.result(timeout=10)
        assert time.monotonic() - started < 5
        assert "create model entity" in text
        assert len(text.splitlines()) == 1
    nemobox_server.clear()
    assert stack.up({"e": (ENTITY, {"name": unique})}) == {"e": "create"}


def test_what_takes_long_says_that_it_goes_on(
    stack: Stack, unique: str, nemobox_server: Registry
) -> None:
    nemobox_server.fault("delay", "POST", seconds=6)
    stack.up({"slow": (ENTITY, {"name": unique})})
    assert any(line.startswith("still creating slow (") for line in stack.plugin.log.passing)


class Meeting(BaseHTTPRequestHandler):
    """A platform that answers no create before all of them are under way."""

    together: ClassVar[threading.Barrier]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.together.wait()
        made = {"id": f"id-{body['name']}", "workspace": "default", "spec": None, **body}
        text = json.dumps(made).encode()
        self.send_response(201)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Platform(ThreadingHTTPServer):
    """Takes all connections at once."""

    request_queue_size = 128
    daemon_threads = True


def test_sixty_four_creates_are_in_flight_at_once(running: Plugin, unique: str) -> None:
    Meeting.together = threading.Barrier(64, timeout=30)
    with Platform(("127.0.0.1", 0), Meeting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        stack = Stack(running, {"nemoUrl": f"http://127.0.0.1:{server.server_port}"})
        names = [f"{unique}-{number}" for number in range(64)]
        requests = [
            provider_pb2.CreateRequest(
                urn=stack.urn(name, ENTITY), properties=stack.check(name, ENTITY, {"name": name})
            )
            for name in names
        ]
        with ThreadPoolExecutor(64) as pool:
            made = list(pool.map(lambda request: running.call("Create", request), requests))
        server.shutdown()
    assert [answer.id for answer in made] == [f"default/{name}" for name in names]


def _eventually(condition: Any, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_plugin_that_was_cancelled_serves_the_next_run(stack: Stack, unique: str) -> None:
    stack.plugin.call("Cancel", empty_pb2.Empty())
    assert stack.up({"e": (ENTITY, {"name": unique})}) == {"e": "create"}


def test_a_resource_that_there_is_not_is_told_in_one_line(stack: Stack) -> None:
    with pytest.raises(Failed, match="there is no resource nemo:Modl; there are") as raised:
        stack.read("e", "nemo:Modl", "default/x")
    assert raised.value.code is grpc.StatusCode.INVALID_ARGUMENT


def test_a_version_that_never_becomes_ready_stays_unfinished_and_gets_no_stage(
    unique: str, oraclebox_server: Registry
) -> None:
    # The registry's dialect is told by the environment that an OCI profile comes with.
    with plugin({**os.environ, **oraclebox_server.environment}) as own:
        stack = Stack(own, {"timeoutSeconds": "10"})
        stack.up({"m": ("mlflow:RegisteredModel", {"name": unique})})
        front = FrontControls(oraclebox_server.url)
        front.reset()
        front.registration(name=unique, pending_gets=1, outcome="FAILED_REGISTRATION")
        program = {
            "m": ("mlflow:RegisteredModel", {"name": unique}),
            "v": (VERSION, {"name": unique, "source": "oci://b@n/a", "stage": "Staging"}),
        }
        with pytest.raises(Failed, match="failed to register") as raised:
            stack.up(program)
        assert raised.value.left is not None
        with pytest.raises(Failed, match="it is FAILED_REGISTRATION") as raised:
            stack.read("v", VERSION)
        assert raised.value.left is not None
        with pytest.raises(Failed, match="failed to register"):
            stack.up(program)
        assert [e for e in front.writes() if "stage" in e["operation"]] == []
