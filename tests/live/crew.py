"""Workers of the live application that are there at once, to be killed by the hundred.

Run as a program: it loads everything once, then forks what it is told to on standard input, a line of JSON an order:
{"start": true} forks a Celery worker that leads a group of its own and answers with its key; {"reap": key} waits for
one that was killed; {"call": "module:function", "with": {...}} calls a function in a child of its own and answers
with what it returns.
"""

import json
import os
import signal
import subprocess
import sys
import traceback
from importlib import import_module

from runner.embedded import BASE_DIR

WORKER = [
    "worker",
    "--pool",
    "solo",
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
    "--loglevel",
    "ERROR",
]
SMALL = {"OPERATION_ROWS": "2", "OPERATION_LEASE_SECONDS": "0.2"}


class Crew:
    """The test's side: starts workers on the live application's servers, kills them, and calls functions there."""

    def __init__(self, live_app):
        self.log = live_app.log("crew").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.live.crew"],
            env=live_app.environment | SMALL,
            cwd=BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        self.worker: int | None = None

    def start_worker(self) -> None:
        """Fork a worker."""
        self.worker = self._ask(start=True)

    def kill_worker(self) -> None:
        """SIGKILL the worker with all its children."""
        if self.worker is not None:
            os.killpg(self.worker, signal.SIGKILL)
            self._ask(reap=self.worker)
            self.worker = None

    def call(self, function: str, **arguments):
        """Call "module:function" with all models at hand; what it returns passes as JSON."""
        return self._ask(call=function, **{"with": arguments})

    def close(self) -> None:
        """Send everybody home."""
        try:
            self.kill_worker()
        finally:
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout, self.log):
                stream.close()

    def _ask(self, **order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline() or '{"error": "The crew is gone; see crew.log."}')
        assert "error" not in answer, answer["error"]
        return answer["answer"]


def main() -> None:
    """Obey until standard input ends."""
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)  # what workers print belongs into the log
        import django

        django.setup()
        import_module("advisorhub.celery").app.loader.import_default_modules()
        for line in sys.stdin:
            answers.write(json.dumps(_obey(json.loads(line))) + "\n")
            answers.flush()


def _obey(order: dict) -> dict:
    if "start" in order:
        return {"answer": _fork_worker()}
    if "reap" in order:
        os.waitpid(order["reap"], 0)
        return {"answer": None}
    return _call_in_child(order["call"], order["with"])


def _fork_worker() -> int:
    """Fork a worker and return its key, which is that of its group too."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        code = 1
        try:
            os.setsid()
            os.close(writing)
            code = import_module("advisorhub.celery").app.worker_main(WORKER) or 0
        finally:
            os._exit(code)
    os.close(writing)
    os.read(reading, 1)  # until the child has its group: a kill always finds it
    os.close(reading)
    return child


def _call_in_child(function: str, arguments: dict) -> dict:
    """Connections made in there end with it, so that no two processes ever share one."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            module, _, name = function.partition(":")
            answer = {"answer": getattr(import_module(module), name)(**arguments)}
        except BaseException:
            answer = {"error": traceback.format_exc()}
        with os.fdopen(writing, "w") as out:
            out.write(json.dumps(answer))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as source:
        text = source.read()
    os.waitpid(child, 0)
    return json.loads(text)


if __name__ == "__main__":
    main()
