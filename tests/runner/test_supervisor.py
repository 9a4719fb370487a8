"""The process manager restarts what dies and leaves nothing behind."""

import os
import sys
import time

import pytest

from runner import programs
from runner.errors import RunnerError
from runner.processes import wait_until_gone
from runner.programs import Program
from runner.supervisor import Supervisor

SLEEPER = "import time; time.sleep(60)"


def python(name, code):
    """Return a program that runs a line of Python."""
    return Program(name, (sys.executable, "-c", code))


@pytest.fixture
def supervise(tmp_path):
    """Start a supervisor over programs in a run of its own; stopped at the end."""
    made = []

    def start(*some):
        supervisor = Supervisor(list(some), programs.marked(dict(os.environ), tmp_path))
        made.append(supervisor)
        supervisor.start()
        return supervisor

    yield start
    for supervisor in made:
        supervisor.stop()
    assert programs.leftovers(tmp_path) == []


def wait_for_run(folder, count):
    """Return the processes of the run once there are `count`."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = programs.leftovers(folder)
        if len(found) == count:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{len(found)} processes, not {count}")


def test_a_program_that_dies_is_started_again(supervise, tmp_path, capsys):
    supervisor = supervise(python("sleeper", SLEEPER))
    (first,) = wait_for_run(tmp_path, 1)
    first.kill()
    supervisor.watch(lambda: any(process.pid != first.pid for process in programs.leftovers(tmp_path)))
    assert "sleeper | ended with -9; starting again in 0 s" in capsys.readouterr().out


def test_what_a_program_says_is_shown_under_its_name(supervise, capsys):
    supervisor = supervise(python("talker", f"print('good morning', flush=True); {SLEEPER}"))
    deadline = time.monotonic() + 5
    seen = []

    def heard():
        seen.append(capsys.readouterr().out)
        return "talker | good morning" in "".join(seen) or time.monotonic() > deadline

    supervisor.watch(heard)
    assert "".join(seen) == "talker | good morning\n"


def test_a_program_that_will_not_stay_is_given_up_when_starting(supervise):
    supervisor = supervise(python("broken", "raise SystemExit(3)"))
    with pytest.raises(RunnerError, match="The broken does not start"):
        supervisor.watch(strict=True)


def test_stopping_ends_children_of_children_too(supervise, tmp_path):
    family = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEPER!r}]); {SLEEPER}"
    supervisor = supervise(python("family", family))
    members = wait_for_run(tmp_path, 2)
    supervisor.stop()
    assert wait_until_gone(members, 5) == []


def test_orphans_of_a_run_are_found_by_its_folder_only(supervise, tmp_path):
    supervise(python("sleeper", SLEEPER))
    wait_for_run(tmp_path, 1)
    assert programs.leftovers(tmp_path / "another") == []
    assert programs.end_leftovers(tmp_path) == 1
