#!/usr/bin/env bash
# py-vapid 1.9.6: a subject that RFC 8292 allows (any mailto: or https: URI) is refused where its host has no dot, as in a firm's
# own network, or where an https: one has a port; and the words are "Missing 'sub' from claims". A mailto: with a display name and
# one with words behind the address pass. It is found out with the first push, not when the key is read. Likewise an
# audience at an address of IPv6. Exits with 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install -q "py-vapid==1.9.6"
"$folder/env/bin/python" - <<'PYTHON'
import sys
from py_vapid import Vapid02, VapidException

key = Vapid02()
key.generate_keys()


def said(sub="mailto:it@example.com", aud="https://push.example.com"):
    try:
        key.sign({"sub": sub, "aud": aud})
    except VapidException as error:
        return str(error)[:28]
    return "signed"


found = [
    said("mailto:it@intranet"),
    said("https://example.com:8443"),
    said("mailto:it@example.com and more"),
    said(aud="https://[2001:db8::1]"),
]
print(found)
missing = "Missing 'sub' from claims. '"
sys.exit(0 if found == [missing, missing, "signed", missing.replace("sub", "aud")] else 1)
PYTHON
