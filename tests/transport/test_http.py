"""Transport: what is sent again, when, and for how long; what is not followed."""

from __future__ import annotations

import datetime
import email.utils
import socket
import threading

import httpx
import pytest

from pulumi_mlregistry import patience
from pulumi_mlregistry.transport.answer import Answer
from pulumi_mlregistry.transport.auth import Bearer
from pulumi_mlregistry.transport.failures import (
    NoConnection,
    NoReply,
    OutOfTime,
    Redirected,
    Unsendable,
)
from pulumi_mlregistry.transport.http import Http, Options
from pulumi_mlregistry.transport.pacing import Turn
from pulumi_mlregistry.transport.quoting import segment

from .conftest import Asked, Clock, Reply

OK = httpx.Response(200, json={})
ALWAYS = frozenset({429})
READ_ONLY = frozenset({500, 502, 503, 504})


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 408, 409, 412, 422, 429, 500, 501,
                                    502, 503, 504])  # fmt: skip
def test_only_what_the_server_did_not_act_on_is_sent_again(
    server: Asked, method: str, status: int
) -> None:
    client, seen = server(httpx.Response(status), OK)
    answer = client.call(method, "/x")
    again = status in ALWAYS or (method == "GET" and status in READ_ONLY)
    assert (len(seen), answer.status) == ((2, 200) if again else (1, status))


def test_a_repeatable_write_is_sent_again_like_a_read(server: Asked) -> None:
    client, seen = server(httpx.Response(503), httpx.ReadError("cut"), OK)
    assert client.call("POST", "/x", repeatable=True).status == 200
    assert len(seen) == 3


def test_a_lost_reply_to_a_write_is_told_and_not_sent_again(server: Asked) -> None:
    client, seen = server(httpx.ReadError("cut"), OK)
    with pytest.raises(NoReply):
        client.call("POST", "/x")
    assert len(seen) == 1


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
def test_a_connection_that_was_not_made_is_tried_three_times(
    server: Asked, error: type[Exception]
) -> None:
    client, seen = server(error("refused"))
    with pytest.raises(NoConnection):
        client.call("POST", "/x")
    assert len(seen) == 3


def test_retry_after_in_seconds_is_obeyed(server: Asked, clock: Clock) -> None:
    client, _ = server(httpx.Response(429, headers={"retry-after": "7"}), OK)
    client.call("POST", "/x")
    assert clock.slept == [7.0]


def test_retry_after_as_a_date_is_obeyed(server: Asked, clock: Clock) -> None:
    when = datetime.datetime.fromtimestamp(clock.time() + 9, tz=datetime.UTC)
    stamp = email.utils.format_datetime(when, usegmt=True)
    client, _ = server(httpx.Response(503, headers={"retry-after": stamp}), OK)
    client.call("GET", "/x")
    assert clock.slept[0] == pytest.approx(9, abs=1)


@pytest.mark.parametrize("value", ["soon", "-5", "1.5", "", "²", "Wed, 99 Foo",
                                   "1 Jan 99999999999999999999 00:00:00"])  # fmt: skip
def test_a_retry_after_that_is_none_is_no_error(server: Asked, clock: Clock, value: str) -> None:
    headers = [(b"retry-after", value.encode("latin-1"))]
    client, _ = server(httpx.Response(429, headers=headers), OK)
    assert client.call("GET", "/x").status == 200
    assert clock.slept[0] < 1


def test_a_wait_beyond_the_budget_is_not_begun(server: Asked, clock: Clock) -> None:
    client, seen = server(httpx.Response(429, headers={"retry-after": "120"}))
    assert client.call("GET", "/x").status == 429
    assert (len(seen), clock.slept) == (1, [])


def test_retries_end_with_the_budget(server: Asked, clock: Clock) -> None:
    client, seen = server(httpx.Response(503), timeout=30)
    assert client.call("GET", "/x").status == 503
    assert 4 <= len(seen) <= 12
    assert sum(clock.slept) <= 30
    assert clock.slept == sorted(clock.slept, key=lambda s: s >= 4), "pauses grow"


def test_each_try_gets_only_what_is_left_of_the_budget(server: Asked) -> None:
    client, seen = server(httpx.Response(503), httpx.Response(503), OK, timeout=30, takes=8)
    client.call("GET", "/x")
    given = [request.extensions["timeout"]["read"] for request in seen]
    assert given[0] == 30
    assert given[1] < 22.1
    assert given[2] < 14.1


def test_the_user_is_told_once_of_a_long_wait(server: Asked) -> None:
    client, _ = server(httpx.Response(503), timeout=40)
    lines: list[str] = []
    client._log = lines.append
    client.call("GET", "/x")
    assert len(lines) == 1
    assert "503" in lines[0]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_redirects_are_not_followed(server: Asked, method: str, status: int) -> None:
    client, seen = server(httpx.Response(status, headers={"location": "https://other/x"}), OK)
    with pytest.raises(Redirected, match=r"https://other/x"):
        client.call(method, "/x")
    assert len(seen) == 1


def test_a_real_client_follows_no_redirect_and_verifies_tls() -> None:
    client = Http("https://host")
    assert client._client.follow_redirects is False
    client.close()


def test_the_path_is_put_below_the_base(server: Asked) -> None:
    client, seen = server(OK)
    client.call("GET", f"/a/{segment('b/c?d#é %2e')}", query={"q": "x y&z"})
    assert str(seen[0].url) == "https://host/base/a/b%2Fc%3Fd%23%C3%A9%20%252e?q=x+y%26z"


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_segment_that_would_climb_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"cannot stand"):
        segment(name)


def test_a_credential_that_is_no_header_is_not_repeated_in_the_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(Unsendable) as raised:
            Http(url, auth=Bearer("canary-one\ncanary-two")).call("GET", "/")
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize("first", [httpx.ReadTimeout("slow"), httpx.Response(502)])
def test_a_server_that_goes_away_after_a_try_may_have_acted_on_it(
    server: Asked, first: Reply
) -> None:
    client, seen = server(first, httpx.ConnectError("refused"))
    with pytest.raises(NoReply):
        client.call("POST", "/x", repeatable=True)
    assert len(seen) > 1


def test_a_cancelled_operation_sends_nothing_more(server: Asked) -> None:
    http, asked = server(httpx.Response(503), httpx.Response(200))
    cancelled = threading.Event()
    with patience.lasting(0, cancelled):
        cancelled.set()
        with pytest.raises(OutOfTime, match="the run was cancelled"):
            http.call("GET", "/x")
    assert asked == []


def test_a_cancelled_retry_tells_what_the_try_before_it_met(server: Asked) -> None:
    cancelled = threading.Event()
    http, asked = server(httpx.Response(503), httpx.Response(200))
    with patience.lasting(0, cancelled):
        threading.Timer(0.05, cancelled.set).start()
        with pytest.raises(NoReply, match="status 503"):
            http.call("PUT", "/x", repeatable=True)
    assert len(asked) == 1


def test_an_operation_goes_on_no_longer_than_it_was_given(server: Asked, clock: Clock) -> None:
    http, _ = server(OK)
    with patience.lasting(3, threading.Event()):
        assert http.call("GET", "/x").status == 200
        assert patience.seconds(300) == 3
        clock.now += 10
        with pytest.raises(OutOfTime, match="the time that this operation was given is over"):
            http.call("GET", "/x")
    assert patience.seconds(300) == 300


def test_a_call_that_others_keep_from_its_turn_was_not_sent(server: Asked, clock: Clock) -> None:
    http, asked = server(OK, connections=1)
    assert http._gate.enter(http._gate.turn())
    with pytest.raises(NoConnection, match="the calls before this one are not answered"):
        http.call("POST", "/x")
    assert asked == []
    assert sum(clock.slept) == 60


def test_a_call_whose_turn_comes_too_late_tells_what_the_others_were_told(server: Asked) -> None:
    http, asked = server(OK)
    other = http._gate.turn()
    assert http._gate.enter(other)
    http._gate.leave(other, Answer(429, {"retry-after": "50"}, "slowly"))
    with patience.lasting(3, threading.Event()):
        assert http.call("POST", "/x").text == "slowly"
    assert asked == []


def test_a_call_that_could_not_be_sent_leaves_its_place_to_the_next() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        http = Http(url, auth=Bearer("a\nb"), options=Options(timeout=5, max_connections=1))
        for _ in range(2):
            with pytest.raises(Unsendable):
                http.call("GET", "/")


def test_a_call_cancelled_while_it_waits_for_a_busy_server_is_not_sent_again(
    server: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    http, asked = server(httpx.Response(429, headers={"retry-after": "30"}), OK)
    cancelled = threading.Event()
    monkeypatch.setattr(patience, "wait", lambda _event, _seconds: cancelled.set())
    with patience.lasting(0, cancelled), pytest.raises(OutOfTime, match="the run was cancelled"):
        http.call("GET", "/x")
    assert len(asked) == 1


def test_what_a_busy_server_takes_to_say_so_is_not_the_calls_own_time(
    server: Asked, clock: Clock
) -> None:
    busy = httpx.Response(429, headers={"retry-after": "1"})
    others: list[Turn] = []
    http, asked = server(
        *[busy] * 4,
        OK,
        timeout=30,
        takes=8,
        meanwhile=lambda: http._gate.leave(others.pop(), Answer(200, {}, "")),
    )
    for _ in range(5):
        others.append(http._gate.turn())
        assert http._gate.enter(others[-1])
    assert http.call("GET", "/x").status == 200
    assert {request.extensions["timeout"]["read"] for request in asked} == {30}
    assert clock.now - 1000 > 30


def test_a_request_that_alone_is_refused_ends_though_others_are_served(
    server: Asked, clock: Clock
) -> None:
    client, seen = server(httpx.Response(429, headers={"retry-after": "1"}), timeout=10)

    def others_are_served() -> None:
        client._gate._served = clock.now

    client._client.event_hooks = {"response": [lambda _reply: others_are_served()]}
    assert client.call("GET", "/list").status == 429
    assert len(seen) == 10
    assert clock.now - 1000 > 10


def test_others_are_answered_while_one_kind_of_request_is_refused() -> None:
    def replied(request: httpx.Request) -> httpx.Response:
        if "list" in request.url.path:
            return httpx.Response(429, headers={"retry-after": "0"})
        return httpx.Response(200, json={})

    client = Http("https://host", options=Options(timeout=2, max_connections=4))
    client._client = httpx.Client(transport=httpx.MockTransport(replied))
    statuses: list[int] = []
    paths = ["/list", *[f"/one/{n}" for n in range(20)]]
    calls = [
        threading.Thread(target=lambda p=path: statuses.append(client.call("GET", p).status))
        for path in paths
    ]
    for call in calls:
        call.start()
    for call in calls:
        call.join(60)
    assert sorted(statuses) == [200] * 20 + [429]
    client.close()
