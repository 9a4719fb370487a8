"""The process manager: starts programs, shows what they say, starts them again when they die, stops them."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import IO

from runner.errors import RunnerError
from runner.programs import STOP_SECONDS, Program

LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60  # who ran this long is started again without a pause
FAILED_STARTS = 3


class _Child:
    """One program and its present process."""

    def __init__(self, program: Program):
        self.program = program
        self.process: subprocess.Popen | None = None
        self.started = 0.0
        self.deaths = 0
        self.start_again_at = 0.0


class Supervisor:
    """Keeps `programs` running in `environment`; each is the head of a process group of its own."""

    def __init__(self, programs: list[Program], environment: dict[str, str]):
        self.environment = environment
        self._children = [_Child(program) for program in programs]
        self._width = max(len(program.name) for program in programs)
        self._output = threading.Lock()

    def start(self) -> None:
        """Start every program."""
        for child in self._children:
            self._spawn(child)

    def watch(self, until: Callable[[], bool] = lambda: False, *, strict: bool = False) -> None:
        """Start again whatever dies, until `until` says so; `strict` gives up on one that will not stay."""
        while not until():
            for child in self._children:
                self._look_after(child, strict=strict)
            time.sleep(0.1)

    def stop(self) -> None:
        """Ask every program to finish, and end those that do not within seconds; their work may be cut."""
        running = [child.process for child in self._children if child.process and child.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass
        for child in self._children:
            if child.process:
                end_group(child.process)

    def say(self, name: str, line: str) -> None:
        """Print a line under the name of a program."""
        with self._output:
            try:
                sys.stdout.write(f"{name:<{self._width}} | {line.rstrip()}\n")
                sys.stdout.flush()
            except (OSError, ValueError):
                pass  # nobody reads any more; the programs must not block on it

    def _spawn(self, child: _Child) -> None:
        child.process = subprocess.Popen(  # noqa: S603  (our own programs)
            child.program.command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C reaches us alone, and we stop all in order
        )
        child.started = time.monotonic()
        threading.Thread(target=self._relay, args=(child.program.name, child.process.stdout), daemon=True).start()

    def _relay(self, name: str, output: IO[str]) -> None:
        with output:
            for line in output:
                self.say(name, line)

    def _look_after(self, child: _Child, *, strict: bool) -> None:
        process = child.process
        if process is None or process.poll() is None:
            return
        now = time.monotonic()
        if not child.start_again_at:
            steady = now - child.started >= STEADY_SECONDS
            child.deaths = 1 if steady else child.deaths + 1
            if strict and child.deaths >= FAILED_STARTS:
                raise RunnerError(f"The {child.program.name} does not start; its messages are above.")
            end_group(process)
            pause = 0.0 if child.deaths == 1 else min(LONGEST_PAUSE, 2.0 ** (child.deaths - 2))
            child.start_again_at = now + pause
            self.say(child.program.name, f"ended with {process.returncode}; starting again in {pause:g} s")
        if now >= child.start_again_at:
            child.start_again_at = 0.0
            self._spawn(child)


def end_group(process: subprocess.Popen) -> None:
    """Kill what is left of the group that `process` heads, and collect it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    process.wait()
