"""Embedded PostgreSQL and Valkey, for `script/server` and for the tests. Importable before Django is set up.

Several processes may use the servers of one folder at a time; the last one to leave stops them. Who uses
them is counted by a lock that vanishes with its process: a crash neither keeps servers
alive nor takes them away.
"""

import atexit
import os
from pathlib import Path

from runner.locks import FileLock
from runner.postgres import EmbeddedPostgres
from runner.valkey import EmbeddedValkey

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
DATABASE = "advisorhub"
TEST_SECRET_KEY = "only-for-tests-" + "0123456789-abcdefghijklmnopqrstuvwxyz-" * 2
TEST_SETTINGS = {
    "SECRET_KEY": TEST_SECRET_KEY,
    "INSECURE_HTTP": "1",
    "DEBUG": "0",
    "DEMO": "0",
    "BASE_URL": "http://testserver",
    "EMAIL_URL": "",
    "BOUNCE_ADDRESS": "",
    "BOUNCE_MAILBOX_URL": "",
}

_test_servers: "EmbeddedServers | None" = None


class EmbeddedServers:
    """The servers of one folder: start what is wanted, use it, stop it when nobody else uses it."""

    def __init__(self, folder: Path, *, postgres: bool = True, valkey: bool = True, disposable: bool = False):
        folder.mkdir(parents=True, exist_ok=True)
        self.postgres = EmbeddedPostgres(folder / "postgres", disposable=disposable) if postgres else None
        self.valkey = EmbeddedValkey(folder / "valkey") if valkey else None
        self._change = FileLock(folder / "embedded-change.lock")
        self._users = FileLock(folder / "embedded-users.lock")
        self._owner = os.getpid()

    def start(self) -> None:
        """Return when the wanted servers answer and the database exists."""
        with self._change:
            self._users.acquire(shared=True)
            try:
                self._start_wanted()
            except BaseException:
                self._leave()
                raise

    def stop(self) -> None:
        """Leave the servers, and stop them when nobody else is using them; a forked child does nothing."""
        if os.getpid() != self._owner:
            return
        with self._change:
            self._leave()

    def revive(self) -> list[str]:
        """Start again what has died meanwhile, at its old address, and return the names of it."""
        ended = {
            "PostgreSQL": self.postgres and not self.postgres.is_running(),
            "Valkey": self.valkey and not self.valkey.answers(),
        }
        if any(ended.values()):
            with self._change:
                self._start_wanted()
        return [name for name, has_ended in ended.items() if has_ended]

    def environment(self) -> dict[str, str]:
        """Return the settings that lead to the servers."""
        found = {}
        if self.postgres:
            found["DATABASE_URL"] = self.postgres.url(DATABASE)
        if self.valkey:
            found["REDIS_URL"] = self.valkey.url()
        return found

    def _start_wanted(self) -> None:
        if self.postgres:
            self.postgres.start()
            self.postgres.ensure_database(DATABASE)
        if self.valkey:
            self.valkey.start()

    def _leave(self) -> None:
        self._users.release()
        if not self._users.acquire(wait=False):
            return
        try:
            if self.valkey:
                self.valkey.stop()
            if self.postgres:
                self.postgres.stop()
        finally:
            self._users.release()


def provide_test_environment() -> None:
    """Give the tests their settings, and servers of their own unless DATABASE_URL or REDIS_URL name others.

    The servers are below var/test, keep their files for a quick next start, and stop at exit.
    """
    global _test_servers
    os.environ.update(TEST_SETTINGS)
    if _test_servers is not None:
        return
    wanted = {"postgres": not os.environ.get("DATABASE_URL"), "valkey": not os.environ.get("REDIS_URL")}
    if not any(wanted.values()):
        return
    servers = EmbeddedServers(VAR_DIR / "test", disposable=True, **wanted)
    servers.start()
    _test_servers = servers
    atexit.register(servers.stop)
    os.environ.update(servers.environment())
