"""State is bound to its registry, and credentials to theirs."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from laws.stacks import Stack
from laws.titles import ANY, ENTITY, ORACLE, PLAIN, law
from laws.worlds import ADDRESS, World
from pulumi_mlregistry.reconcile.errors import InvalidAnswer, Misconfigured, OtherRegistry
from support.proxy import Proxy


@pytest.fixture
def elsewhere(world: World) -> Iterator[Proxy]:
    """The same registry under another address."""
    with Proxy(world.server.url) as proxy:
        yield proxy


@law(31, 29, on=ANY)
def test_a_state_of_another_registry_is_an_error_that_names_both(
    world: World, elsewhere: Proxy
) -> None:
    stack = Stack(world)
    declared = world.declare(world.name())
    stack.up({"m": declared})
    stack.keys = {ADDRESS[world.target]: elsewhere.url}
    world.sent()
    for step in (
        stack.refresh,
        stack.destroy,
        lambda: stack.up({"m": {**declared, "description": "second"}}),
    ):
        with pytest.raises(OtherRegistry) as caught:
            step()
        message = str(caught.value)
        assert world.proxy.url in message
        assert elsewhere.url in message
        assert "movedFrom" in message
    assert list(stack.resources) == ["m"]
    assert world.sent() == []
    assert elsewhere.requests == [], "nothing was sent anywhere"


@law(31, 5, on=ANY)
def test_moved_from_takes_the_state_along(world: World, elsewhere: Proxy) -> None:
    stack = Stack(world)
    declared = world.declare(world.name())
    stack.up({"m": declared})
    former = stack["m"].outputs["registry"]
    world.sent()
    stack.keys = {ADDRESS[world.target]: elsewhere.url, "movedFrom": f"http://x , {former}/"}
    stack.refresh()
    assert stack["m"].outputs["registry"].startswith(elsewhere.url)
    stack.keys = {ADDRESS[world.target]: elsewhere.url}
    stack.up({"m": {**declared, "description": "second"}})
    assert world.description(stack["m"].id) == "second"
    stack.destroy()
    assert world.sent() == []


@law(31, on=ORACLE)
def test_a_state_of_another_platform_is_an_error(world: World) -> None:
    stack = Stack(world)
    stack.up({"m": world.declare(world.name())})
    stack.keys = {"oraclePlatformId": "ocid1.aidataplatform.oc1.iad.other"}
    with pytest.raises(OtherRegistry, match=r"devserver.*iad\.other"):
        stack.refresh()


@law(31, 21, on=ANY)
def test_the_registry_is_bound_for_retained_resources_too(world: World, elsewhere: Proxy) -> None:
    stack = Stack(world)
    stack.up({"m": world.declare(world.name(), deletePolicy="retain")})
    stack.keys = {ADDRESS[world.target]: elsewhere.url}
    with pytest.raises(OtherRegistry):
        stack.destroy()


class _Collector(BaseHTTPRequestHandler):
    """Keeps what it is sent."""

    seen: list[dict[str, str]]

    def do_GET(self) -> None:
        self.seen.append(dict(self.headers))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr."""


@pytest.fixture
def stranger() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server of another origin, and the headers that it was sent."""
    handler = type("Handler", (_Collector,), {"seen": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", handler.seen  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


@law(27, on=ANY)
@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_is_not_followed(
    world: World, stranger: tuple[str, list[dict[str, str]]], status: int
) -> None:
    url, seen = stranger
    name = world.name()
    world.proxy.fault(kind="answer", status=status, headers={"location": f"{url}/x"}, times=99)
    with pytest.raises(InvalidAnswer, match=rf"redirects to {url}/x, which is not followed"):
        Stack(world).up({"m": world.declare(name)})
    assert seen == []


@law(27, on=ENTITY)
def test_a_token_is_sent_as_bearer_to_the_configured_address(world: World) -> None:
    stack = Stack(world, keys={"nemoToken": "t0k3n "})
    stack.up({"m": world.declare(world.name())})
    assert {r.headers["authorization"] for r in world.proxy.requests} == {"Bearer t0k3n"}


@law(27, on=PLAIN)
@pytest.mark.parametrize("how", ["token", "basic", "userinfo"])
def test_mlflows_credentials_are_sent_as_configured(world: World, how: str) -> None:
    name = world.name()
    password = "p@ss:w/rd%ü"
    host = world.proxy.url.removeprefix("http://")
    keys = {
        "token": {"mlflowToken": "t0k3n"},
        "basic": {"mlflowUsername": "me", "mlflowPassword": password},
        "userinfo": {"mlflowUrl": f"http://me:p%40ss%3Aw%2Frd%25%C3%BC@{host}"},
    }[how]
    stack = Stack(world, keys=keys)
    stack.up({"m": world.declare(name)})
    sent = {r.headers["authorization"] for r in world.proxy.requests}
    basic = base64.b64encode(f"me:{password}".encode()).decode()
    assert sent == {"Bearer t0k3n" if how == "token" else f"Basic {basic}"}
    assert stack["m"].outputs["registry"] == world.proxy.url, "no credentials in the state"


@law(27, on=("entity-nemo", "model-mlflow"))
def test_a_credential_of_the_environment_goes_to_no_other_address(world: World) -> None:
    from pulumi_mlregistry.catalog import Session
    from pulumi_mlregistry.settings.settings import Settings

    names = {
        "nemo": ("NMP_BASE_URL", "NEMO_TOKEN"),
        "mlflow": ("MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_TOKEN"),
    }[world.target]
    settings = Settings(
        {f"mlregistry:{ADDRESS[world.target]}": world.proxy.url},
        {names[0]: "https://production.example", names[1]: "production-token"},
    )
    core = Session(settings, print).reconciler(world.kind)
    with pytest.raises(Misconfigured, match=r"was not sent there") as caught:
        core.create(core.check(world.declare(world.name()), {}).inputs)
    assert "production-token" not in str(caught.value)
    assert world.sent() == []
