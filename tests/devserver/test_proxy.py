"""The fault-injecting proxy, before a small server that counts what reaches it."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from support.proxy import Proxy


class Echo(BaseHTTPRequestHandler):
    """Answers each request with what came in, and keeps it."""

    protocol_version = "HTTP/1.1"
    seen: list[str]

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.seen.append(f"{self.command} {self.path}")
        echo = {"body": body.decode(), "host": self.headers["host"], "path": self.path}
        raw = json.dumps(echo).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr."""


@pytest.fixture
def seen() -> list[str]:
    return []


@pytest.fixture
def proxy(seen: list[str]) -> Iterator[Proxy]:
    handler = type("Handler", (Echo,), {"seen": seen})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    with Proxy(f"http://127.0.0.1:{server.server_address[1]}") as running:
        yield running
    server.shutdown()
    server.server_close()


@pytest.fixture
def client(proxy: Proxy) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=proxy.url, timeout=5, trust_env=False) as client:
        yield client


def test_requests_pass_through_and_are_recorded(proxy: Proxy, client: httpx.Client) -> None:
    answer = client.post("/models?a=1%2F2", json={"name": "m"}, headers={"X-One": "1"})
    assert answer.json()["path"] == "/models?a=1%2F2"
    assert json.loads(answer.json()["body"]) == {"name": "m"}
    client.get("/models")
    post, get = proxy.requests
    assert (post.method, post.path, post.json) == ("POST", "/models?a=1%2F2", {"name": "m"})
    assert post.headers["x-one"] == "1"
    assert (get.status, get.json, get.connection) == (200, None, post.connection)
    assert proxy.writes() == [post]
    proxy.clear()
    assert proxy.requests == []


def test_the_host_header_stays_as_the_client_sent_it(proxy: Proxy, client: httpx.Client) -> None:
    assert client.get("/").json()["host"] == proxy.url.removeprefix("http://")


def test_a_chunked_body_arrives_whole(proxy: Proxy, client: httpx.Client) -> None:
    answer = client.post("/", content=iter([b"one", b"two"]))
    assert answer.json()["body"] == "onetwo"
    assert proxy.requests[0].body == b"onetwo"


def test_a_given_answer_is_sent_without_passing_on(
    proxy: Proxy, client: httpx.Client, seen: list[str]
) -> None:
    proxy.fault(kind="answer", path="/x", status=429, headers={"Retry-After": "1"}, body={"a": 1})
    proxy.fault(kind="answer", path="/html", status=502, body="<html>Bad Gateway</html>")
    proxy.fault(kind="answer", path="/away", status=307, headers={"Location": "http://other/"})
    limited = client.get("/x")
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "1")
    assert limited.json() == {"a": 1}
    assert client.get("/html").text == "<html>Bad Gateway</html>"
    assert client.get("/away").headers["location"] == "http://other/"
    assert seen == []


def test_the_nth_matching_request_fails_and_only_that(proxy: Proxy, client: httpx.Client) -> None:
    proxy.fault(kind="answer", method="POST", path=re.compile(r"^/models$"), nth=2, times=2)
    statuses = [client.post("/models").status_code for _ in range(4)]
    assert statuses == [200, 503, 503, 200]
    assert client.get("/models").status_code == 200
    assert client.post("/models/x").status_code == 200


def test_a_reset_or_cut_connection_never_reached_the_server(
    proxy: Proxy, client: httpx.Client, seen: list[str]
) -> None:
    proxy.fault(kind="reset", nth=1)
    proxy.fault(kind="cut", nth=2)
    with pytest.raises(httpx.ReadError):
        client.post("/models")
    with pytest.raises(httpx.RemoteProtocolError):
        client.post("/models")
    assert seen == []
    assert [request.fault for request in proxy.requests] == ["reset", "cut"]
    assert client.post("/models").status_code == 200


def test_a_lost_reply_was_committed(proxy: Proxy, client: httpx.Client, seen: list[str]) -> None:
    proxy.fault(kind="lost")
    with pytest.raises(httpx.RemoteProtocolError):
        client.post("/models")
    assert seen == ["POST /models"]


def test_a_silent_server_committed_and_the_client_times_out(
    proxy: Proxy, client: httpx.Client, seen: list[str]
) -> None:
    proxy.fault(kind="silent")
    with pytest.raises(httpx.ReadTimeout):
        client.post("/models", timeout=1)
    assert seen == ["POST /models"]
    assert client.get("/").status_code == 200


def test_a_truncated_answer_is_no_json(proxy: Proxy, client: httpx.Client) -> None:
    proxy.fault(kind="truncate", keep=5)
    answer = client.get("/")
    assert answer.content == b'{"bod'
    proxy.clear()
    proxy.fault(kind="truncate", keep=5, announce=True)
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/")


def test_a_delay_only_delays(proxy: Proxy, client: httpx.Client) -> None:
    proxy.fault(kind="delay", seconds=0.2)
    started = time.monotonic()
    assert client.get("/").status_code == 200
    assert time.monotonic() - started >= 0.2


def test_callbacks_run_right_before_and_after_passing_on(
    proxy: Proxy, client: httpx.Client, seen: list[str]
) -> None:
    order: list[tuple[str, int]] = []
    proxy.fault(
        kind="pass",
        before=lambda request: order.append((request.path, len(seen))),
        after=lambda request: order.append((request.path, len(seen))),
    )
    client.get("/a")
    client.get("/b")
    assert order == [("/a", 0), ("/a", 1)]


def test_a_failing_callback_fails_the_test_that_set_it(seen: list[str]) -> None:
    proxy = Proxy("http://127.0.0.1:1")
    proxy.fault(kind="pass", before=lambda request: 1 / 0)
    assert httpx.get(proxy.url, trust_env=False).status_code == 502
    with pytest.raises(ZeroDivisionError):
        proxy.close()


def test_while_down_connections_are_refused(proxy: Proxy, client: httpx.Client) -> None:
    assert client.get("/").status_code == 200
    with proxy.down():
        for _ in range(2):
            with pytest.raises(httpx.ConnectError):
                httpx.get(proxy.url, trust_env=False)
    assert httpx.get(proxy.url, trust_env=False).status_code == 200


def test_many_clients_at_once_are_all_answered(proxy: Proxy) -> None:
    def ask() -> None:
        with httpx.Client(base_url=proxy.url, trust_env=False) as client:
            for _ in range(10):
                assert client.get("/").status_code == 200

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [request.status for request in proxy.requests] == [200] * 80


def test_an_unknown_kind_is_refused(proxy: Proxy) -> None:
    with pytest.raises(ValueError, match="choose one of answer"):
        proxy.fault(kind="explode")  # type: ignore[arg-type]


def test_an_answer_in_place_of_the_servers_was_committed(
    proxy: Proxy, client: httpx.Client, seen: list[str]
) -> None:
    proxy.fault(kind="instead", status=504, body=lambda request: request.body)
    answer = client.post("/models", content=b"sent")
    assert (answer.status_code, answer.text) == (504, "sent")
    assert seen == ["POST /models"]


def test_a_stalled_request_never_reached_the_server(
    proxy: Proxy, client: httpx.Client, seen: list[str]
) -> None:
    proxy.fault(kind="stall")
    with pytest.raises(httpx.ReadTimeout):
        client.post("/models", timeout=0.2)
    assert seen == []
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("after", [0, 1, 2])
@pytest.mark.parametrize(
    ("unanswered", "error"), [(False, httpx.ConnectError), (True, httpx.ConnectTimeout)]
)
def test_an_outage_begins_after_a_request_and_lasts_until_it_is_cleared(
    proxy: Proxy, client: httpx.Client, after: int, unanswered: bool, error: type[Exception]
) -> None:
    assert client.get("/").status_code == 200
    proxy.outage(after=after, unanswered=unanswered)
    for _ in range(after):
        assert client.get("/").status_code == 200
    for _ in range(2):
        with pytest.raises((error, httpx.RemoteProtocolError) if not after else error):
            client.get("/", timeout=0.2)
    assert len(proxy.requests) == 1 + after
    proxy.clear()
    assert client.get("/").status_code == 200


def test_an_outage_for_some_time_ends_by_itself(proxy: Proxy, client: httpx.Client) -> None:
    proxy.outage(after=1, seconds=0.1)
    assert client.get("/").status_code == 200
    with pytest.raises(httpx.ConnectError):
        client.get("/")
    for _ in range(100):
        try:
            assert client.get("/").status_code == 200
        except httpx.ConnectError:
            time.sleep(0.02)
        else:
            return
    pytest.fail("it did not end")
