#!/usr/bin/env bash
# django-anymail 15.2: an HTTP error of a provider (here 422 and 429) raises AnymailRequestsAPIError, which is an OSError, because
# requests.HTTPError is one. Code that takes every OSError for a broken line, as one does for smtplib, calls each refusal
# a broken line. And an answer of Scaleway that names no recipient raises AnymailRecipientsRefused: an empty set of
# statuses is a subset of {invalid, rejected}. Seen: "422 OSError True", "429 OSError True", "empty refused True".
# Exits with 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install -q "django==5.2.19" "django-anymail==15.2"
cat > "$folder/run.py" <<'PYTHON'
import json, threading
from http.server import BaseHTTPRequestHandler, HTTPServer

answer = {"status": 422, "body": {"message": "Invalid `to`"}}


class Provider(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps(answer["body"]).encode()
        self.send_response(answer["status"])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


server = HTTPServer(("127.0.0.1", 0), Provider)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"

from django.conf import settings

settings.configure(ANYMAIL={
    "RESEND_API_KEY": "key", "RESEND_API_URL": url,
    "SCALEWAY_SECRET_KEY": "secret", "SCALEWAY_PROJECT_ID": "project", "SCALEWAY_API_URL": url,
})
import django

django.setup()
from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.core.mail import EmailMessage, get_connection


def send(name):
    message = EmailMessage("Subject", "Text", "firm@example.com", ["client@example.com"])
    try:
        get_connection(f"anymail.backends.{name}.EmailBackend").send_messages([message])
    except Exception as error:
        return error


found = []
for status in (422, 429):
    answer["status"] = status
    error = send("resend")
    found.append(isinstance(error, AnymailAPIError) and isinstance(error, OSError))
    print(status, "OSError", found[-1])
answer.update(status=200, body={"emails": []})
found.append(isinstance(send("scaleway"), AnymailRecipientsRefused))
print("empty refused", found[-1])
raise SystemExit(0 if all(found) else 1)
PYTHON
"$folder/env/bin/python" "$folder/run.py"
