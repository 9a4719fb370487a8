#!/usr/bin/env bash
# Django 5.2.19 (and Python's own "idna" codec, on which it rests) sends mail for ann@straße.example to ann@strasse.example.
# "ß" is a letter of its own since IDNA 2008: straße.example and strasse.example are registered by different people. So are
# domains with a final sigma or with joiners. The `idna` package gives xn--strae-oqa.example, as browsers do.
# Exits 1 when this is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install Django==5.2.19 idna==3.20
"$folder/venv/bin/python" - <<'PY'
import sys
import django, idna
from django.conf import settings
settings.configure(DEFAULT_CHARSET="utf-8")
from django.core.mail.message import sanitize_address
sent = sanitize_address("ann@straße.example", "utf-8")
right = idna.encode("straße.example", uts46=True).decode()
print(f"Django {django.__version__}, Python {sys.version.split()[0]}, idna {idna.__version__}")
print("Django sends to:   ", sent)
print("The domain is:     ", right)
sys.exit(0 if sent == "ann@strasse.example" and right == "xn--strae-oqa.example" else 1)
PY
