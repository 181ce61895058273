"""A recording, fault-injecting HTTP/1.1 proxy on loopback, between a client and its server.

    with Proxy(server.url) as proxy:
        proxy.fault(method="POST", path="/models", kind="lost")
        client = Client(proxy.url)

A fault is for the ``nth`` request (counted from when it is set) whose method is equal and whose
path with query contains ``path``, and for ``times - 1`` matching requests after it. ``when`` is
asked about each request that matches, and says whether it counts. Kinds:

``answer``    reply with ``status``, ``headers`` and ``body`` without passing the request on
``instead``   pass the request on (the server commits), then reply with these all the same
``reset``     reset the connection without passing the request on
``cut``       close the connection without passing the request on
``lost``      pass the request on (the server commits), then close the connection
``stall``     never answer, without passing the request on
``silent``    pass the request on, then never answer
``truncate``  pass the request on and answer the first ``keep`` bytes of the body; with
              ``announce=True`` under the length of the whole one
``delay``     wait for ``seconds``, then pass the request on
``pass``      pass the request on: for the callbacks only

``body`` may be a function of the request. ``before`` and ``after`` are called with the request
right before and right after it is passed on, in the proxy's thread, for example to edit the
registry behind the client's back.

`Proxy.down` refuses connections altogether, `Proxy.outage` after some requests.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import re
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Self
from urllib.parse import urlsplit

from support.closed_port import ClosedPort
from support.exchange import KINDS, Body, Fault, Kind, Request, Response, reply
from support.listener import Listener

_READS = ("GET", "HEAD", "OPTIONS")
_HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "transfer-encoding",
    "content-length",
    "proxy-connection",
}
_UPSTREAM_SECONDS = 60
_POLL_SECONDS = 0.05


@dataclass(eq=False)
class Outage:
    """After how many more requests, of which kind, and for how long."""

    after: int
    unanswered: bool
    seconds: float | None


class _Listener(Listener):
    owner: Proxy


@dataclass
class Proxy:
    """Passes on to ``target`` (a base URL) what comes in at `url`."""

    target: str
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _requests: list[Request] = field(default_factory=list, repr=False)
    _faults: list[Fault] = field(default_factory=list, repr=False)
    _open: set[socket.socket] = field(default_factory=set, repr=False)
    _numbers: Iterator[int] = field(default_factory=itertools.count, repr=False)

    def __post_init__(self) -> None:
        self.errors: list[Exception] = []
        self._outage: Outage | None = None
        self._closed: ClosedPort | None = None
        self._changing = threading.RLock()
        self._closing = threading.Event()
        self._port = 0
        self._listen()

    @property
    def url(self) -> str:
        """The base URL for the client."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def requests(self) -> list[Request]:
        """All requests since the last `clear`, in the order of their arrival."""
        with self._lock:
            return list(self._requests)

    def writes(self) -> list[Request]:
        """The requests that are not GET, HEAD or OPTIONS."""
        return [request for request in self.requests if request.method not in _READS]

    def clear(self) -> None:
        """Forget requests and faults; an outage ends."""
        self._end_outage()
        with self._lock:
            self._requests.clear()
            self._faults.clear()

    def fault(
        self,
        *,
        kind: Kind,
        method: str | None = None,
        path: str | re.Pattern[str] = "",
        nth: int = 1,
        times: int = 1,
        status: int = 503,
        headers: Mapping[str, str] | None = None,
        body: Body | Callable[[Request], Body] = b"",
        seconds: float = 0,
        keep: int = 10,
        announce: bool = False,
        before: Callable[[Request], object] | None = None,
        after: Callable[[Request], object] | None = None,
        when: Callable[[Request], bool] | None = None,
    ) -> None:
        """Set a fault, as described at the module; the oldest that matches is taken."""
        if kind not in KINDS:
            raise ValueError(f"no kind of fault {kind!r}: choose one of {', '.join(KINDS)}")

        def answer(request: Request) -> Response:
            return reply(status, headers or {}, body(request) if callable(body) else body)

        fault = Fault(
            method, path, nth, times, kind, answer, seconds, keep, announce, before, after, when
        )
        with self._lock:
            self._faults.append(fault)

    @contextlib.contextmanager
    def down(self) -> Iterator[None]:
        """Refuse connections and drop the open ones for the duration of the block."""
        self._shut()
        try:
            yield
        finally:
            self._listen()

    def outage(
        self, *, after: int = 0, unanswered: bool = False, seconds: float | None = None
    ) -> None:
        """From the answer to the ``after``-th request on, refuse connections, or do not answer
        attempts to connect: for ``seconds``, or until `clear`. Open connections are dropped."""
        self._outage = Outage(after, unanswered, seconds)
        if not after:
            self._begin_outage()

    def close(self) -> None:
        """End the proxy; raises what a callback raised."""
        self._end_outage()
        self._shut()
        if self.errors:
            raise self.errors[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _listen(self) -> None:
        self._closing.clear()
        self._listener = _Listener(("127.0.0.1", self._port), _Handler)
        self._listener.owner = self
        self._port = self._listener.server_address[1]
        self._listener.begin()

    def _shut(self, but: socket.socket | None = None) -> None:
        self._closing.set()
        self._listener.end()
        with self._lock:
            connections, self._open = self._open - {but}, set()
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _begin_outage(self, but: socket.socket | None = None) -> None:
        outage = self._outage
        with self._changing:
            if outage is None or self._closed is not None:
                return
            self._shut(but)
            self._closed = ClosedPort(self._port, unanswered=outage.unanswered)
        if outage.seconds is not None:
            timer = threading.Timer(outage.seconds, self._end_outage, (outage,))
            timer.daemon = True
            timer.start()

    def _end_outage(self, outage: Outage | None = None) -> None:
        with self._changing:
            if outage not in (None, self._outage):
                return  # the timer of an outage that is over
            self._outage = None
            if self._closed is not None:
                self._closed.close()
                self._closed = None
                self._listen()

    def _is_the_last(self) -> bool:
        """Count a request; whether an outage comes right after it."""
        with self._lock:
            if self._outage is None or self._closed is not None:
                return False
            self._outage.after -= 1
            return self._outage.after == 0

    def _enter(self, request: Request) -> Fault | None:
        """Record a request and find its fault; every fault counts it."""
        with self._lock:
            self._requests.append(request)
            taken = [fault for fault in self._faults if fault.takes(request)]
        if taken:
            request.fault = taken[0].kind
        return taken[0] if taken else None

    def _call(self, callback: Callable[[Request], object] | None, request: Request) -> None:
        if callback is None:
            return
        try:
            callback(request)
        except Exception as error:
            self.errors.append(error)

    def _pass_on(self, request: Request) -> Response:
        """One exchange with the server; Host stays as the client sent it, for it may be signed."""
        host, port = urlsplit(self.target).hostname, urlsplit(self.target).port
        upstream = http.client.HTTPConnection(host or "", port, timeout=_UPSTREAM_SECONDS)
        try:
            upstream.putrequest(
                request.method, request.path, skip_host=True, skip_accept_encoding=True
            )
            for name, value in request.headers.items():
                if name not in _HOP_BY_HOP:
                    upstream.putheader(name, value)
            if request.body or request.method not in _READS:
                upstream.putheader("content-length", str(len(request.body)))
            upstream.endheaders(request.body)
            answer = upstream.getresponse()
            return Response(answer.status, answer.getheaders(), answer.read())
        finally:
            upstream.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Listener

    def setup(self) -> None:
        super().setup()
        self._proxy = self.server.owner
        self._number = next(self._proxy._numbers)
        with self._proxy._lock:
            self._proxy._open.add(self.connection)

    def finish(self) -> None:
        with self._proxy._lock:
            self._proxy._open.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on stderr."""

    def _handle(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self._read_body(headers)
        request = Request(self.command, self.path, headers, body, time.monotonic(), self._number)
        self._last = self._proxy._is_the_last()
        fault = self._proxy._enter(request)
        if fault is None:
            self._answer(request, self._upstream(request))
        else:
            self._fail(request, fault)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _handle  # noqa: N815

    def _fail(self, request: Request, fault: Fault) -> None:
        if fault.kind == "answer":
            self._proxy._call(fault.before, request)
            self._answer(request, fault.reply(request))
        elif fault.kind in ("reset", "cut"):
            self._proxy._call(fault.before, request)
            self._disconnect(reset=fault.kind == "reset")
        elif fault.kind == "stall":
            self._proxy._call(fault.before, request)
            self._wait_for_the_client_to_leave()
        else:
            self._pass_and_fail(request, fault)

    def _pass_and_fail(self, request: Request, fault: Fault) -> None:
        if fault.kind == "delay":
            self._proxy._closing.wait(fault.seconds)
        self._proxy._call(fault.before, request)
        response = self._upstream(request)
        self._proxy._call(fault.after, request)
        if fault.kind == "instead":
            self._answer(request, fault.reply(request))
        elif fault.kind == "lost":
            self._disconnect(reset=False)
        elif fault.kind == "silent":
            self._wait_for_the_client_to_leave()
        elif fault.kind == "truncate":
            length = len(response.body) if fault.announce else None
            response.body = response.body[: fault.keep]
            self._answer(request, response, length)
        else:
            self._answer(request, response)

    def _upstream(self, request: Request) -> Response:
        try:
            return self._proxy._pass_on(request)
        except (OSError, http.client.HTTPException) as error:
            return reply(502, {"content-type": "text/plain"}, f"the proxy's server: {error!r}")

    def _answer(self, request: Request, response: Response, length: int | None = None) -> None:
        request.status, request.answer = response.status, response.body
        self._go_down_after_the_last()
        self.send_response_only(response.status)
        for name, value in response.headers:
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        if response.status not in (204, 304):
            self.send_header("Content-Length", str(length or len(response.body)))
        if self._last:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()
        if length:
            self._disconnect(reset=False)

    def _go_down_after_the_last(self) -> None:
        """Before the client knows, or it would be back too early."""
        if self._last:
            self._proxy._begin_outage(self.connection)
            self.close_connection = True

    def _disconnect(self, *, reset: bool) -> None:
        self._go_down_after_the_last()
        self.close_connection = True
        if reset:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
        else:
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

    def _wait_for_the_client_to_leave(self) -> None:
        self.close_connection = True
        while not self._proxy._closing.is_set():
            readable, _, _ = select.select([self.connection], [], [], _POLL_SECONDS)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                return

    def _read_body(self, headers: Mapping[str, str]) -> bytes:
        if "chunked" not in headers.get("transfer-encoding", ""):
            return self.rfile.read(int(headers.get("content-length", 0)))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body
