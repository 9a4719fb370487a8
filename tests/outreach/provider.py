"""A mail provider's HTTP API on a loopback port, to which django-anymail's real backends speak."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BACKEND = "anymail.backends.{}.EmailBackend"
# Those that are called with requests; Amazon SES is called with boto.
NAMES = (
    "brevo mailersend mailgun mailjet mailtrap mandrill postal postmark resend scaleway sendgrid sparkpost unisender_go"
).split()
CREDENTIALS = {
    "MAILJET_API_KEY": "key",
    "MAILJET_SECRET_KEY": "secret",
    "UNISENDER_GO_API_KEY": "key",
    "SCALEWAY_SECRET_KEY": "secret",
    "SCALEWAY_PROJECT_ID": "project",
    "POSTMARK_SERVER_TOKEN": "token",
    "MAILERSEND_API_TOKEN": "token",
    "SPARKPOST_API_KEY": "key",
    "MANDRILL_API_KEY": "key",
    "RESEND_API_KEY": "key",
    "BREVO_API_KEY": "key",
    "MAILGUN_API_KEY": "key",
    "MAILTRAP_API_TOKEN": "token",
    "POSTAL_API_KEY": "key",
    "SENDGRID_API_KEY": "key",
}


class FakeProvider:
    """Answers each request with `status`, `body` and `headers`; `delay` seconds late, or hangs up when `drop`."""

    def __init__(self):
        self.status, self.body, self.headers, self.delay, self.drop = 200, {}, {}, 0.0, False
        self.requests: list[bytes] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                provider.requests.append(text)
                time.sleep(provider.delay)
                if provider.drop:
                    self.connection.close()
                    return
                answer = json.dumps(provider.body).encode()
                self.send_response(provider.status)
                for name, value in ({"Content-Type": "application/json"} | provider.headers).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def use(self, settings, name: str) -> None:
        """Make it the mail server of the application, spoken to by the backend of that name."""
        settings.EMAIL_BACKEND = BACKEND.format(name)
        address = {f"{name.upper()}_API_URL": f"http://127.0.0.1:{self.port}/"}
        settings.ANYMAIL = settings.ANYMAIL | CREDENTIALS | address | {"REQUESTS_TIMEOUT": 1}

    def stop(self) -> None:
        """Close the port: whoever calls now is refused."""
        self._server.shutdown()
        self._server.server_close()
