#!/usr/bin/env bash
# simple-salesforce 1.12.10: the JWT bearer assertion carries `exp` as a JSON string, where RFC 7519 (4.1.4) wants a number.
# A server that compares it as a number without converting fails; PyJWT's own decode accepts both. Exits 1 if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install -q simple-salesforce==1.12.10 2>/dev/null
"$folder/env/bin/python" - <<'PY'
import base64
import json
import sys
from importlib.metadata import version
from urllib.parse import parse_qs

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from requests.adapters import BaseAdapter
from simple_salesforce import Salesforce

seen = {}


class Sink(BaseAdapter):
    """Takes the request for a token and answers as Salesforce does."""

    def send(self, request, **options):
        seen["assertion"] = parse_qs(request.body)["assertion"][0]
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = 200, request, request.url
        answer._content = json.dumps({"access_token": "t", "instance_url": "https://contoso.my.salesforce.com"}).encode()
        return answer

    def close(self):
        """Nothing is open."""


key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
session = requests.Session()
session.mount("https://", Sink())
Salesforce(username="u@example.com", consumer_key="k", privatekey=key.decode(), domain="contoso.my", session=session)
part = seen["assertion"].split(".")[1]
claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
print("simple-salesforce", version("simple-salesforce"), "exp:", repr(claims["exp"]))
sys.exit(0 if isinstance(claims["exp"], str) else 1)
PY
