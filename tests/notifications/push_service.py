"""A push service on this machine, as strict as a real one: it checks who calls, and decrypts as the browser would."""

import base64
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Browser:
    """What a browser keeps of one subscription."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint, self.private, self.secret = (
            endpoint,
            ec.generate_private_key(ec.SECP256R1()),
            b"0123456789abcdef",
        )

    @property
    def keys(self) -> dict[str, str]:
        """What it tells the server."""
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": b64(point), "auth": b64(self.secret)}

    def read(self, body: bytes) -> dict:
        """What it shows of a push."""
        return json.loads(http_ece.decrypt(body, private_key=self.private, auth_secret=self.secret))


@dataclass
class Call:
    """One POST that came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class PushService:
    """`answers[path]` is what it says there: a status, headers, seconds to wait. 201 unless told otherwise."""

    server: ThreadingHTTPServer
    calls: list[Call] = field(default_factory=list)
    answers: dict[str, tuple[int, dict[str, str], float]] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def browser(self, name: str = "one") -> Browser:
        return Browser(f"{self.origin}/push/{name}")

    def answer(self, status: int, *, name: str = "one", headers: dict | None = None, after: float = 0) -> None:
        self.answers[f"/push/{name}"] = (status, headers or {}, after)

    def claims(self, call: Call) -> dict:
        """What the caller says about itself, once the signature is checked."""
        scheme, _, rest = call.headers["Authorization"].partition(" ")
        parts = dict(part.split("=", 1) for part in rest.split(","))
        assert scheme == "vapid"
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(parts["k"]))
        return jwt.decode(parts["t"], key, algorithms=["ES256"], audience=self.origin)


def start() -> PushService:
    """A service that listens; to be shut down by the caller."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.calls.append(Call(self.path, dict(self.headers), body))
            status, headers, after = service.answers.get(self.path, (201, {}, 0))
            time.sleep(after)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *args):
            """Says nothing."""

    service = PushService(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
    threading.Thread(target=service.server.serve_forever, daemon=True).start()
    return service
