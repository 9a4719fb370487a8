"""Several processes share the embedded servers of a folder; the last one stops them."""

import json
import signal
import subprocess
import sys
import textwrap

import pytest

from runner.embedded import BASE_DIR, EmbeddedServers

USER = """
    import sys
    from pathlib import Path
    from runner.embedded import EmbeddedServers

    servers = EmbeddedServers(Path(sys.argv[1]), postgres=False)
    servers.start()
    print(servers.environment()["REDIS_URL"], flush=True)
    sys.stdin.readline()
    servers.stop()
"""


@pytest.fixture
def start_user(tmp_path):
    """Start another process that uses the servers of the test's folder; returns it when they run."""
    started = []

    def start():
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(USER), str(tmp_path / "var")],
            cwd=BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout.readline().startswith("redis://")
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_the_last_one_to_leave_stops_the_servers(tmp_path, start_user):
    servers = EmbeddedServers(tmp_path / "var", postgres=False)
    servers.start()
    other = start_user()
    servers.stop()
    assert servers.valkey.answers()
    other.communicate("leave\n")
    assert not servers.valkey.answers()


def test_a_killed_user_does_not_keep_the_servers_alive(tmp_path, start_user):
    servers = EmbeddedServers(tmp_path / "var", postgres=False)
    servers.start()
    other = start_user()
    other.send_signal(signal.SIGKILL)
    other.wait()
    servers.stop()
    assert not servers.valkey.answers()


def test_servers_that_were_orphaned_are_taken_over_and_stopped(tmp_path, start_user):
    other = start_user()
    pid = json.loads((tmp_path / "var" / "valkey" / "server.json").read_text())["pid"]
    other.send_signal(signal.SIGKILL)
    other.wait()
    servers = EmbeddedServers(tmp_path / "var", postgres=False)
    servers.start()
    assert servers.valkey.state["pid"] == pid
    servers.stop()
    assert not servers.valkey.answers()
