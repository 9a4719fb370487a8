"""The first page after `script/server` in a fresh clone, with what pip has cached: a start of its own, from nothing."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, Missing
from runner.embedded import BASE_DIR
from runner.ports import free_port

ORDER = 950  # it takes all cores: after what is measured in this process
SECONDS = 30
SECONDS_AGAIN = 10
INHERITED = ("PATH", "HOME", "LANG", "PYTHON", "PIP_CONFIG_FILE", "PIP_INDEX_URL", "PIP_FIND_LINKS", "PIP_CERT")


def first_start() -> Iterator[Figure]:
    """Seconds from the command to the first page: the very first time, and the next."""
    with tempfile.TemporaryDirectory(prefix="advisorhub-first-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", BASE_DIR, clone], check=True)
        yield Figure("start.first.seconds", _start(clone), "s", SECONDS)
        yield Figure("start.again.seconds", _start(clone), "s", SECONDS_AGAIN)
        shutil.rmtree(clone, ignore_errors=True)


def _start(clone: Path) -> float:
    """Start the clone's server, and stop it once it says that it is ready."""
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    started = time.perf_counter()
    server = subprocess.Popen(
        [clone / "script" / "server"],
        env=environment | {"PORT": str(free_port())},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        words = []
        for line in server.stdout:
            words.append(line)
            if "AdvisorHub is ready at" in line:
                return time.perf_counter() - started
        raise Missing("The server did not start:\n" + "".join(words)[-2000:])
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)


BENCHMARKS = {"first_start": first_start}
