"""Each fault does what it says, on every registry, and the log shows what was sent."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from pulumi_mlregistry.sandbox import REGISTRIES, Registry, Sandbox
from sandbox.comparing import ALIVE
from support.http import local_client
from support.signing import OciAuth

MODELS = "/apis/models/v2/workspaces/default/models"


@pytest.fixture
def nemo(sandbox: Sandbox) -> Iterator[Registry]:
    registry = sandbox.servers["nemo"]
    registry.clear()
    yield registry
    registry.clear()


@pytest.fixture
def http(nemo: Registry) -> Iterator[httpx.Client]:
    with local_client(nemo.url) as http:
        yield http


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    return "m-" + re.sub(r"[^a-z0-9]+", "-", str(request.node.name))[:55].strip("-")


def test_a_delay_waits(nemo: Registry, http: httpx.Client) -> None:
    nemo.fault("delay", "GET /models", seconds=0.3)
    started = time.monotonic()
    assert http.get(MODELS).status_code == 200
    assert time.monotonic() - started >= 0.3


def test_delays_pass_at_the_same_time(nemo: Registry, http: httpx.Client) -> None:
    nemo.fault("delay", times=64, seconds=0.5)
    started = time.monotonic()
    with ThreadPoolExecutor(64) as pool:
        statuses = list(pool.map(lambda _: httpx.get(f"{nemo.url}{MODELS}").status_code, range(64)))
    assert statuses == [200] * 64
    assert time.monotonic() - started < 64 * 0.5 / 2
    assert http.get("/__load").json()["at_once"] > 1


def test_a_fault_before_keeps_the_registry_from_seeing_the_request(
    nemo: Registry, http: httpx.Client, name: str
) -> None:
    nemo.fault("before", "POST /models", status=429, retry_after=3)
    limited = http.post(MODELS, json={"name": name})
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "3")
    assert limited.json() == {"detail": "injected"}
    assert http.post(MODELS, json={"name": name}).status_code == 201


def test_a_limit_lets_so_many_through_and_more_as_time_goes(
    nemo: Registry, http: httpx.Client
) -> None:
    nemo.fault("limit", "GET /default/models", per_second=20, burst=3, retry_after=1)
    started = time.monotonic()
    answers = [http.get(MODELS) for _ in range(40)]
    passed = sum(answer.status_code == 200 for answer in answers)
    assert 3 <= passed <= 3 + 20 * (time.monotonic() - started)
    refused = next(answer for answer in answers if answer.status_code != 200)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert http.delete(f"{MODELS}/none").status_code == 404
    time.sleep(1 / 20)
    assert http.get(MODELS).status_code == 200
    nemo.clear()
    assert {http.get(MODELS).status_code for _ in range(10)} == {200}


def test_a_limit_allows_a_burst_of_a_second_and_is_put_beside_other_faults(
    nemo: Registry, http: httpx.Client
) -> None:
    nemo.fault("limit", per_second=5)
    nemo.fault("before", "GET /models", status=418, times=9)
    statuses = [http.get(MODELS).status_code for _ in range(6)]
    assert statuses == [418] * 5 + [429]


@pytest.mark.parametrize("more", [{}, {"per_second": 0}, {"per_second": "many"}])
def test_a_limit_has_to_say_how_many(
    nemo: Registry, http: httpx.Client, more: dict[str, object]
) -> None:
    assert http.post("/__fault", json={"mode": "limit", **more}).status_code == 400


def test_a_fault_after_comes_when_all_is_done(
    nemo: Registry, http: httpx.Client, name: str
) -> None:
    nemo.fault("after", "POST /models", status=502, body={"mine": 1})
    failed = http.post(MODELS, json={"name": name})
    assert (failed.status_code, failed.json()) == (502, {"mine": 1})
    assert http.get(f"{MODELS}/{name}").status_code == 200


@pytest.mark.parametrize(("mode", "status"), [("lost_before", 404), ("lost_after", 200)])
def test_a_lost_reply_is_no_reply(
    nemo: Registry, http: httpx.Client, name: str, mode: str, status: int
) -> None:
    nemo.fault(mode, "POST /models")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        http.post(MODELS, json={"name": name})
    assert http.get(f"{MODELS}/{name}").status_code == status


def test_a_truncated_reply_promises_more_than_comes(
    nemo: Registry, http: httpx.Client, name: str
) -> None:
    nemo.fault("truncated", "POST /models")
    with pytest.raises(httpx.RemoteProtocolError, match=r"without sending complete message"):
        http.post(MODELS, json={"name": name})
    assert http.get(f"{MODELS}/{name}").status_code == 200


@pytest.mark.parametrize("status", [200, 503])
def test_a_page_stands_in_for_the_registry(
    nemo: Registry, http: httpx.Client, name: str, status: int
) -> None:
    nemo.fault("html", status=status)
    page = http.post(MODELS, json={"name": name})
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html")
    assert http.get(f"{MODELS}/{name}").status_code == 404


def test_faults_are_for_what_they_match_and_as_often_as_they_say(
    nemo: Registry, http: httpx.Client
) -> None:
    nemo.fault("before", "GET page_size=7", times=2)
    nemo.fault("before", "DELETE")
    statuses = [http.get(MODELS, params={"page_size": size}).status_code for size in (1, 7, 7, 7)]
    assert statuses == [200, 503, 503, 200]
    assert http.delete(f"{MODELS}/none").status_code == 503
    assert http.delete(f"{MODELS}/none").status_code == 404


@pytest.mark.parametrize("kind", REGISTRIES)
def test_the_controls_are_the_same_everywhere(sandbox: Sandbox, kind: str) -> None:
    server = sandbox.servers[kind]
    path = ALIVE[kind]
    auth = None
    if kind == "oracle":
        auth = OciAuth.from_environment(server.environment)
        platform = server.environment["MLREGISTRY_ORACLE_PLATFORM_ID"]
        path = f"/20260430/aiDataPlatforms/{platform}/mlops{path}"
    with local_client(server.url) as http:
        http.delete("/__log").raise_for_status()
        http.delete("/__fault").raise_for_status()
        fault = {"mode": "after", "match": f"GET {path[-8:]}", "status": 418, "times": 1}
        http.post("/__fault", json=fault).raise_for_status()
        headers = {"x-mine": "1"}
        statuses = [http.get(path, headers=headers, auth=auth).status_code for _ in range(2)]
        assert statuses == [418, 200]
        first, second = http.get("/__log").json()
        http.post("/__fault", json={**fault, "times": 9}).raise_for_status()
        http.delete("/__fault").raise_for_status()
        assert http.get(path, auth=auth).status_code == 200
        assert http.post("/__fault", json={"mode": "nonsense"}).status_code == 400
        assert http.put("/__log").status_code == 405
    assert (first["method"], first["path"], first["body"]) == ("GET", path, "")
    assert (first["status"], first["fault"]) == (418, "after")
    assert (second["status"], second["fault"]) == (200, None)
    assert first["headers"]["x-mine"] == "1"
    assert "authorization" not in first["headers"]


def test_the_log_shows_what_was_sent(nemo: Registry, http: httpx.Client, name: str) -> None:
    http.post(f"{MODELS}?exist_ok=true", json={"name": name}, headers={"authorization": "Bearer x"})
    (entry,) = nemo.log()
    assert json.loads(entry["body"]) == {"name": name}
    assert (entry["query"], entry["status"]) == ("exist_ok=true", 201)
    assert "authorization" not in entry["headers"]
    nemo.clear()
    assert nemo.log() == []


def test_the_load_counts_requests_beyond_what_the_log_keeps(
    nemo: Registry, http: httpx.Client
) -> None:
    http.delete("/__load").raise_for_status()
    for _ in range(3):
        http.get(f"{MODELS}?page=1")
    nemo.fault("before", "POST")
    with local_client(nemo.url) as other:
        other.post(MODELS)
        nemo.clear()
        load = http.get("/__load").json()
    assert load["requests"] == {f"GET {MODELS}": 3, f"POST {MODELS}": 1}
    assert (load["connections"], load["at_once"]) == (2, 1)
    assert load["connections_at_once"] >= 2, "those of an earlier client may not be closed yet"
    assert 0 < load["seconds"] < 60
    http.delete("/__load").raise_for_status()
    assert http.get("/__load").json()["requests"] == {}
