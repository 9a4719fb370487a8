"""The live application: real web and worker processes on servers and a database of their own."""

import http.client
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runner import programs
from runner.embedded import BASE_DIR, DATABASE, TEST_SETTINGS, VAR_DIR, EmbeddedServers
from runner.environment import new_push_key
from runner.ports import free_port, own_addresses
from runner.supervisor import end_group

# Each process of a parallel run has one of its own.
FOLDER = VAR_DIR / "test" / f"live{os.environ.get('PYTEST_XDIST_WORKER', '')}"
READY_SECONDS = 60
WORKERS = ("worker", "operations")


class LiveApp:
    """Everything of a running AdvisorHub, to be used from outside and killed at will.

    `base_url` is where it answers; `postgres` and `valkey` can be stopped and started.
    """

    def __init__(self, mail_url: str):
        self.servers = EmbeddedServers(FOLDER, disposable=True)
        self.postgres = self.servers.postgres
        self.valkey = self.servers.valkey
        self.port = free_port()
        self.base_url = f"http://localhost:{self.port}"
        self.mail_url = mail_url
        self.environment: dict[str, str] = {}
        self._running: dict[str, subprocess.Popen] = {}
        self._programs = {
            program.name: program
            for program in (
                programs.web(own_addresses(), self.port),
                programs.worker(),
                programs.operations(),
            )
        }

    def start(self) -> None:
        """Start servers and processes on a fresh, migrated database; return when the first page answers."""
        programs.end_leftovers(FOLDER)
        self.servers.start()
        self.postgres.drop_database(DATABASE)
        self.postgres.ensure_database(DATABASE)
        own = {
            "DJANGO_SETTINGS_MODULE": "advisorhub.settings",
            "BASE_URL": self.base_url,
            "EMAIL_URL": self.mail_url,
            "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
            "STATIC_ROOT": str(FOLDER / "staticfiles"),
            "MEDIA_ROOT": str(FOLDER / "media"),
            "BEAT_FILE": str(FOLDER / "beat-schedule"),
            "SWEEP_SECONDS": "1",
            "CRM_PRIVATE_HOSTS": "127.0.0.1",
            "VAPID_PRIVATE_KEY": new_push_key(),
            "PUSH_PRIVATE_HOSTS": "127.0.0.1",
        }
        environment = os.environ | TEST_SETTINGS | self.servers.environment() | own
        self.environment = programs.marked(environment, FOLDER)
        self._run([sys.executable, "-m", "runner.prepare"])
        for name in self._programs:
            self.start_program(name)
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop all of it."""
        for name in list(self._running):
            self.stop_program(name)
        programs.end_leftovers(FOLDER)
        self.servers.stop()

    def start_program(self, name: str) -> None:
        """Start "web", "worker" (the scheduler too) or "operations"; what it says is in var/test/live/NAME.log."""
        with self.log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(
                self._programs[name].command,
                env=self.environment,
                cwd=BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop_program(self, name: str) -> None:
        """Stop a program in an orderly way, within seconds."""
        process = self._running.pop(name)
        process.terminate()
        try:
            process.wait(programs.STOP_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        end_group(process)

    def kill_program(self, name: str) -> None:
        """SIGKILL a program with all its children, as the kernel or a power cut would."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_worker(self) -> None:
        """SIGKILL both workers with all their children."""
        for name in WORKERS:
            self.kill_program(name)

    def stop_workers(self) -> None:
        """Stop both workers in an orderly way."""
        for name in WORKERS:
            self.stop_program(name)

    def start_worker(self) -> None:
        """Start both workers (again)."""
        for name in WORKERS:
            self.start_program(name)

    def is_running(self, name: str) -> bool:
        """Tell whether the program is alive."""
        return name in self._running and self._running[name].poll() is None

    def manage(self, *arguments: str, stdin: str | None = None) -> str:
        """Run a management command in the live application's environment and return what it printed."""
        return self._run([sys.executable, "manage.py", *arguments], stdin=stdin)

    def shell(self, code: str) -> str:
        """Run Python code with all models imported, in the live application's environment."""
        return self.manage("shell", "--verbosity", "0", "--command", code)

    def sql(self, query: str, parameters: tuple = ()) -> list[tuple]:
        """Return the rows of a query on the live database."""
        connection = self.postgres.connect(DATABASE)
        try:
            with connection.cursor() as cursor:
                cursor.execute(query, parameters or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def wait_for_sql(self, query: str, parameters: tuple = (), *, seconds: float = 30) -> tuple:
        """Return the first row of `query` once its first column is true; fail the test otherwise."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            rows = self.sql(query, parameters)
            if rows and rows[0][0]:
                return rows[0]
            time.sleep(0.1)
        return pytest.fail(f"Not true within {seconds} s: {query}")

    def log(self, name: str) -> Path:
        """Return the file with what a program said."""
        return FOLDER / f"{name}.log"

    def _run(self, command: list[str], stdin: str | None = None) -> str:
        result = subprocess.run(
            command,
            env=self.environment,
            cwd=BASE_DIR,
            input=stdin if stdin is not None else "",
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, f"{' '.join(command)} failed:\n{result.stdout}\n{result.stderr}"
        return result.stdout

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if not self.is_running("web"):
                break
            if self._status("/readyz") == 200:
                return
            time.sleep(0.1)
        logs = "\n".join(self.log(name).read_text(errors="replace")[-3000:] for name in self._programs)
        pytest.fail(f"The live application is not ready ({self._status('/readyz')}):\n{logs}")

    def _status(self, path: str) -> int | str:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            return str(error)
        finally:
            connection.close()


@pytest.fixture(scope="session")
def session_live_app(session_mail_sink):
    """The live application of the whole session; tests take `live_app`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for log in FOLDER.glob("*.log"):
        log.unlink()
    app = LiveApp(session_mail_sink.url)
    try:
        app.start()
        yield app
    finally:
        app.stop()


@pytest.fixture
def live_app(session_live_app, mail_sink):
    """The live application with all its servers and programs up, and an empty mail sink.

    The database is shared by the tests of a session: use names of your own.
    """
    session_live_app.servers.start()
    for name in ("web", *WORKERS):
        if not session_live_app.is_running(name):
            session_live_app.start_program(name)
    return session_live_app
