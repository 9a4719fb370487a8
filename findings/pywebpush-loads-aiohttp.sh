#!/usr/bin/env bash
# pywebpush 2.5.0: "import pywebpush" loads aiohttp, also where only WebPusher.encode is used and nothing is sent: 40 modules, over
# ten megabytes of each process for good, and a second or two of a slow machine. aiohttp is no optional dependency. A web
# process should import it inside the function that encrypts. Exits with 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install -q "pywebpush==2.5.0"
unset PYTHONDONTWRITEBYTECODE
cat > "$folder/run.py" <<'PYTHON'
import sys, time
from pathlib import Path
import http_ece, requests, py_vapid  # what encrypting, sending and signing need


def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


before, began = megabytes(), time.perf_counter()
import pywebpush

loaded = sum(name.split(".")[0] == "aiohttp" for name in sys.modules)
print(f"pywebpush: +{megabytes() - before:.0f} MB in {time.perf_counter() - began:.2f} s, {loaded} modules of aiohttp")
sys.exit(0 if loaded > 10 and megabytes() - before > 8 else 1)
PYTHON
"$folder/env/bin/python" "$folder/run.py" > /dev/null || true # compiles it
"$folder/env/bin/python" "$folder/run.py"
