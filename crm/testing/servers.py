"""A real HTTP server on a loopback port that a fake CRM is built on, with switches for everything that goes wrong."""

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from crm.testing.people import World


@dataclass(frozen=True)
class Request:
    """What came in; header names in lower case, `query` with the last value of each name, `pairs` with all."""

    method: str
    path: str
    query: dict[str, str]
    pairs: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes
    at: float

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body or b"null")

    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True)
class Reply:
    """What goes out; `body` is sent as JSON unless it is bytes."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """Raised in a fake's `answer` to refuse a request with a reply of its own."""

    def __init__(self, status: int, body: Any = None, **headers: str) -> None:
        super().__init__(status)
        self.reply = Reply(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


@dataclass(frozen=True)
class Trouble:
    """Something that goes wrong with one request instead of being answered.

    `what`: "reply" sends `reply` (an error, an HTML page, a redirect); "hang" keeps silent for `seconds`; "cut" sends
    half of the right answer; "drop" closes the connection. `path`: only requests whose path holds it.
    """

    what: str = "reply"
    reply: Reply = Reply({"message": "out of order"}, 503)
    seconds: float = 5
    path: str = ""


class FakeServer:
    """Base of fakes. A subclass answers by `answer(request) -> Reply`, from `self.world`, as strictly as its vendor.

    As a context manager it runs on a free loopback port; `url` is its address. `troubles` are used up one per request,
    in order. Its clock, which every answer tells, is that of the world.
    `limit` (calls, seconds) makes it count calls in every window and refuse beyond (`over_limit`); `refused` counts
    those. `seen` keeps all requests. `before` is called ahead of each answer, to change
    the world in the middle of a listing.
    """

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()
        self.troubles: deque[Trouble] = deque()
        self.seen: list[Request] = []
        self.before: Callable[[Request], None] = lambda request: None
        self.limit: tuple[int, float] | None = None
        self.refused = 0
        self.lock = threading.RLock()
        self._calls: deque[float] = deque()

    def answer(self, request: Request) -> Reply:
        """What the vendor would say. Raise Refusal to refuse."""
        raise NotImplementedError

    def over_limit(self) -> Reply:
        """What the vendor says to too many calls."""
        return Reply({"message": "Too many requests"}, 429)

    def config(self) -> dict[str, str]:
        """A configuration that an adapter is let in with; `base_url` leads here."""
        return {"base_url": self.url}

    def bad_config(self) -> dict[str, str]:
        """The same with credentials that are refused."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def trouble(self, *troubles: Trouble) -> None:
        """Have the next requests go wrong."""
        self.troubles.extend(troubles)

    def __enter__(self):
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc) -> None:
        self._server.shutdown()
        self._server.server_close()

    def respond(self, request: Request) -> Reply:
        """The reply to a request, counted against the limit."""
        with self.lock:
            self.seen.append(request)
            if self._is_over(request.at):
                self.refused += 1
                return self.over_limit()
            self.before(request)
            try:
                return self.answer(request)
            except Refusal as refusal:
                return refusal.reply

    def next_trouble(self, request: Request) -> Trouble | None:
        """The trouble that this request runs into, if any."""
        with self.lock:
            if self.troubles and self.troubles[0].path in request.path:
                return self.troubles.popleft()
            return None

    def _is_over(self, now: float) -> bool:
        if self.limit is None:
            return False
        most, window = self.limit
        while self._calls and self._calls[0] <= now - window:
            self._calls.popleft()
        if len(self._calls) >= most:
            return True
        self._calls.append(now)
        return False


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address) -> None:
        """Clients that go away in the middle are what tests do."""


class _Handler(BaseHTTPRequestHandler):
    """Hands requests to `fake`, and lets happen what is to go wrong."""

    fake: FakeServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, parts.path, dict(pairs), pairs, headers, body, time.monotonic())
        trouble = self.fake.next_trouble(request)
        if trouble is None:
            self._send(self.fake.respond(request))
        elif trouble.what == "reply":
            self.fake.seen.append(request)
            self._send(trouble.reply)
        else:
            self._break(trouble, request)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _handle
    do_PROPFIND = do_PROPPATCH = do_REPORT = do_SEARCH = do_MKCOL = do_COPY = do_MOVE = do_LOCK = do_UNLOCK = _handle

    def _break(self, trouble: Trouble, request: Request) -> None:
        """No whole answer."""
        if trouble.what == "hang":
            time.sleep(trouble.seconds)
        elif trouble.what == "cut":
            self._send(self.fake.respond(request), cut=True)
        self.close_connection = True

    def _send(self, reply: Reply, *, cut: bool = False) -> None:
        raw = isinstance(reply.body, bytes)
        body = reply.body if raw else json.dumps(reply.body).encode()
        self.send_response_only(reply.status)
        self.send_header("Date", format_datetime(self.fake.world.now, usegmt=True))
        headers = {"Content-Type": "text/html" if raw else "application/json"} | reply.headers
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if cut else body)

    def log_message(self, *args) -> None:
        """Quiet."""


def _handler(fake: FakeServer) -> type[BaseHTTPRequestHandler]:
    """A handler class of one fake's own."""
    return type("Handler", (_Handler,), {"fake": fake})
