"""`script/server` as a whole, in a copy of this checkout: no start, stop or crash blocks the next."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request

import psutil
import pytest
import requests

from runner import programs
from runner.embedded import BASE_DIR
from runner.ports import free_port, own_addresses
from runner.processes import wait_until_gone

LEFT_OUT = (".git", ".venv", "var", "__pycache__", ".*_cache", ".hypothesis", "docs", "node_modules")
INHERITED = ("PATH", "HOME", "LANG", "PYTHON")
START_SECONDS = 120

pytestmark = pytest.mark.fault


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the source with the same packages and a var/ of its own."""
    copy = tmp_path_factory.mktemp("serve") / "advisorhub"
    shutil.copytree(BASE_DIR, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (copy / ".venv").symlink_to((BASE_DIR / ".venv").resolve())
    return copy


@pytest.fixture(scope="module")
def port():
    """A port that was free a moment ago."""
    return free_port()


def _as_from_a_terminal():
    """Mind Ctrl-C, which whatever runs in the background of a shell is born not to mind."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def serve(checkout, port):
    """Start `script/server`, wait for it when asked to; whatever still runs at the end is killed."""
    started = []

    def start(*, wait=True, **settings):
        environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
        environment |= {"PORT": str(port), "DEMO": "0"} | settings
        process = subprocess.Popen(
            [checkout / "script" / "server"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=_as_from_a_terminal,
        )
        started.append(process)
        if wait:
            process.words = read_until(process, f"AdvisorHub is ready at http://localhost:{port}")
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)
    assert everything_of(checkout) == []


def read_until(process, words):
    """Return what the process has printed, up to and with the line that contains `words`."""
    lines = []
    for line in process.stdout:
        lines.append(line)
        if words in line:
            return "".join(lines)
    raise AssertionError("".join(lines))


def everything_of(checkout):
    """Return all processes of the checkout: the runner, the programs, and the embedded servers."""
    found = programs.leftovers(checkout / "var")
    for process in psutil.process_iter(["cmdline"]):
        words = " ".join(process.info["cmdline"] or [])
        if str(checkout) in words or process in found:
            found.append(process)
    return wait_until_gone(found, 5)


def front_page(port, host="localhost"):
    """Return the status of the first page."""
    with urllib.request.urlopen(f"http://{host}:{port}/", timeout=20) as response:
        return response.status


def try_to_sign_in(port, host):
    """Send the sign-in form from a browser that shows it at `host`, and return the status of the answer."""
    address = f"http://{host}:{port}"
    with requests.Session() as browser:
        page = browser.get(f"{address}/", timeout=20)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]
        fields = {"csrfmiddlewaretoken": token, "username": "nobody@example.com", "password": "wrong"}
        return browser.post(page.url, fields, headers={"Origin": address}, timeout=20).status_code


def manage(checkout, *arguments):
    """Run a management command as somebody does in another window."""
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return subprocess.run(
        [".venv/bin/python", "manage.py", *arguments],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def note(checkout):
    """Return the note that the first test leaves in the database and that must survive."""
    code = "from django.db import connection as c; k = c.cursor(); "
    code += (
        "k.execute(\"SELECT obj_description(oid) FROM pg_namespace WHERE nspname = 'public'\"); print(k.fetchone()[0])"
    )
    return manage(checkout, "shell", "-v", "0", "-c", code).strip()


def test_it_starts_serves_and_ctrl_c_leaves_nothing(serve, checkout, port):
    process = serve()
    hosts = ["localhost", *(f"[{one}]" if ":" in one else one for one in own_addresses())]
    assert [front_page(port, host) for host in hosts] == [200] * len(hosts)
    assert {try_to_sign_in(port, host) for host in hosts} <= {200, 422}
    assert f"BASE_URL='http://localhost:{port}'" in (checkout / "var" / "env").read_text()
    assert (checkout / "var" / "env").stat().st_mode & 0o777 == 0o600
    write = "from django.db import connection as c; c.cursor().execute(\"COMMENT ON SCHEMA public IS 'kept'\")"
    manage(checkout, "shell", "-v", "0", "-c", write)
    process.send_signal(signal.SIGINT)
    started = time.monotonic()
    assert process.wait(30) == 0
    assert time.monotonic() - started < 15
    assert everything_of(checkout) == []
    assert "DATABASE_URL" not in (checkout / "var" / "env").read_text()
    assert "SECRET_KEY" in (checkout / "var" / "env").read_text()


def test_a_second_start_keeps_data_and_secret(serve, checkout):
    secret = next(line for line in (checkout / "var" / "env").read_text().splitlines() if "SECRET_KEY" in line)
    serve()
    assert note(checkout) == "kept"
    assert secret in (checkout / "var" / "env").read_text()


def test_sigterm_is_an_orderly_stop_too(serve):
    process = serve()
    process.terminate()
    assert process.wait(30) == 0


def test_a_second_run_of_the_same_checkout_is_told_so(serve, port):
    first = serve()
    second = serve(wait=False, PORT=str(port + 1))
    words, _nothing = second.communicate(timeout=30)
    assert second.returncode == 1
    assert f"already running from this folder (process {first.pid}, http://localhost:{port})" in words
    assert front_page(port) == 200


def test_a_port_in_use_gives_a_clear_message(serve, port):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        process = serve(wait=False)
        words, _nothing = process.communicate(timeout=30)
    assert process.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in words
    assert "Traceback" not in words


@pytest.mark.parametrize("bad", ["0", "eighty", "70000"])
def test_a_port_that_is_none_gives_a_clear_message(serve, bad):
    process = serve(wait=False, PORT=bad)
    words, _nothing = process.communicate(timeout=30)
    assert process.returncode == 1
    assert f"PORT must be a number from 1 to 65535, not '{bad}'." in words


def test_a_killed_run_does_not_block_the_next(serve, checkout, port):
    first = serve()
    first.kill()
    first.wait(10)
    assert len(everything_of(checkout)) > 0  # web, worker, scheduler and servers are orphans now
    serve()
    assert front_page(port) == 200
    assert note(checkout) == "kept"


def test_a_crash_of_everything_does_not_block_the_next(serve, checkout, port):
    first = serve()
    first.kill()
    first.wait(10)
    for process in everything_of(checkout):
        process.kill()
    serve()
    assert front_page(port) == 200
    assert note(checkout) == "kept"


def test_a_worker_that_dies_is_started_again(serve, checkout):
    process = serve()
    workers = [one for one in programs.leftovers(checkout / "var") if "worker" in one.cmdline()]
    for one in workers:
        one.kill()
    told = [read_until(process, "starting again").splitlines()[-1] for _ in ("worker", "operations")]
    assert {line.split("|")[0].strip() for line in told} == {"worker", "operations"}  # whichever is noticed first


def test_embedded_servers_that_die_are_started_again(serve, checkout, port):
    process = serve()
    for one in everything_of(checkout):
        if one.name() in {"postgres", "valkey-server"}:
            one.kill()
    words = read_until(process, "Valkey")
    assert re.search(r"^servers +\| PostgreSQL had ended; started again$", words, re.MULTILINE)
    assert front_page(port) == 200


def test_ctrl_c_in_the_middle_of_starting_leaves_nothing(serve, checkout):
    for seconds in (0.3, 1.0, 2.0):
        process = serve(wait=False)
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:  # Python's first milliseconds may swallow it; people press again
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
        # 1: it came while Python itself was starting, which ends with words of Python's own.
        assert process.returncode in {0, 1, -signal.SIGINT, 130}
        assert everything_of(checkout) == []


def test_servers_of_ones_own_are_used_and_left_alone(serve, checkout, port):
    first = serve()
    text = (checkout / "var" / "env").read_text()
    settings = dict(line.replace("'", "").split("=", 1) for line in text.splitlines() if "_URL=" in line)
    first.kill()
    first.wait(10)
    programs.end_leftovers(checkout / "var")
    second = serve(DATABASE_URL=settings["DATABASE_URL"], REDIS_URL=settings["REDIS_URL"])
    second.send_signal(signal.SIGINT)
    assert second.wait(30) == 0
    assert len(everything_of(checkout)) == 2  # the "foreign" PostgreSQL and Valkey
    serve().terminate()
