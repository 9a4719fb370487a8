#!/usr/bin/env bash
# Django 5.2.19: a storage counts everything behind a file name's FIRST dot as its ending when it shortens the name to the
# field's max_length. A long ordinary name with an early dot ("v1.minutes of the meeting ... .pdf") therefore cannot be
# shortened: SuspiciousFileOperation, which a request answers with a bare 400. The same name without the dot is taken.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "Django==5.2.19"
"$folder/venv/bin/python" - "$folder" <<'PY'
import sys

import django
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile

settings.configure(MEDIA_ROOT=sys.argv[1] + "/media")
django.setup()
from django.core.files.storage import default_storage

text = "minutes of the meeting " * 6
kept = default_storage.save(f"files/{text}.pdf", ContentFile(b"x"), max_length=100)
try:
    default_storage.save(f"files/v1.{text}.pdf", ContentFile(b"x"), max_length=100)
    refused = "taken"
except SuspiciousFileOperation as error:
    refused = str(error)[:60]
print(f"Django {django.__version__}: without an early dot {len(kept)} characters are kept; with one: {refused}")
sys.exit(0 if len(kept) <= 100 and refused != "taken" else 1)
PY
