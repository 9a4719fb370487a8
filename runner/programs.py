"""The programs AdvisorHub consists of, and how to find those that a killed runner left behind."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

from advisorhub import queues
from runner.processes import end

# Every process of a run carries the run's folder in its environment: what a crash orphans is found by it.
MARKER = "ADVISORHUB_RUN"
STOP_SECONDS = 8


@dataclass(frozen=True)
class Program:
    """A long-running process: its name in the log, and its command line."""

    name: str
    command: tuple[str, ...]


def web(hosts: list[str], port: int, *, workers: int = 2, threads: int = 4) -> Program:
    """Return the web server bound to `port` at each of the `hosts`."""
    addresses = [f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host in hosts]
    return Program(
        "web",
        (
            *(sys.executable, "-m", "gunicorn", "advisorhub.wsgi"),
            *(word for address in addresses for word in ("--bind", address)),
            *("--worker-class", "gthread"),
            *("--workers", str(workers), "--threads", str(threads), "--preload"),
            *("--graceful-timeout", "5", "--timeout", "60", "--log-level", "warning", "--no-control-socket"),
        ),
    )


def worker() -> Program:
    """Return the worker that does what is due in a moment: mail, and looking for what waits. It is the scheduler too.

    Its tasks wait for mail servers and the database, so threads do, in the memory of one process instead of four.
    """
    return _celery("worker", queues.QUICK, "--pool", "threads", "--with-scheduler")


def operations() -> Program:
    """Return the worker that runs operations, two at once. However long they take, mail does not wait for them."""
    return _celery("operations", queues.OPERATIONS)


def _celery(name: str, queue: str, *options: str) -> Program:
    """Return a worker for one queue."""
    return Program(
        name,
        (
            *(sys.executable, "-W", "ignore:You're running the worker", "-m"),  # as root, in a container, is fine
            *("celery", "--quiet", "-A", "advisorhub", "worker", "--queues", queue),
            *("--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "WARNING"),
            *options,
        ),
    )


def marked(environment: dict[str, str], run: Path) -> dict[str, str]:
    """Return `environment` for a program of the run whose folder is `run`."""
    return environment | {MARKER: str(run.resolve()), "PYTHONUNBUFFERED": "1"}


def leftovers(run: Path) -> list[psutil.Process]:
    """Return the processes of the run in `run`, but for ourselves and who started us."""
    spared = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid not in spared and process.environ().get(MARKER) == str(run.resolve()):
                found.append(process)
        except (psutil.Error, OSError):
            continue  # gone, or not ours to look at
    return found


def end_leftovers(run: Path) -> int:
    """End the processes of the run in `run` at once, and return how many there were."""
    count = 0
    for _round in range(5):  # what is being killed may just have started another one
        found = leftovers(run)
        if not found:
            break
        count += len(found)
        end(found)
    return count
