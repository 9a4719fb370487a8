"""A scratch database on the server of DATABASE_URL, or on an embedded one of our own, gone afterwards."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dj_database_url
import psycopg2
from psycopg2 import sql

import demo
from runner.embedded import TEST_SETTINGS, VAR_DIR, EmbeddedServers

FOLDER = VAR_DIR / "bench"
PREFIX = "advisorhub_bench_"


class Scratch:
    """A scratch database, and with `firm` the name of a filled one that is kept and copied instead of filled anew."""

    def __init__(self, server: dict, firm: str = "") -> None:
        self.name = f"{PREFIX}{os.getpid()}"
        self._server, self._firm = server, firm
        self.is_filled = bool(firm) and bool(self._run("SELECT 1 FROM pg_database WHERE datname = %s", values=[firm]))
        self._run("CREATE DATABASE {} TEMPLATE {}", self.name, firm if self.is_filled else "template1")

    def keep(self) -> None:
        """Keep what the scratch database holds now, to be copied the next time. Nobody may be connected to it."""
        if self._firm and not self.is_filled:
            self._run("CREATE DATABASE {} TEMPLATE {}", self._firm, self.name)

    def drop(self) -> None:
        """Remove the scratch database."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)

    def _run(self, statement: str, *names: str, values: list | None = None) -> list | None:
        """Run one statement about databases, outside of a transaction; the rows it finds, if it looks for some."""
        server = self._server
        address = {key: server[key.upper()] or None for key in ("user", "password", "host", "port")}
        connection = psycopg2.connect(dbname=server["NAME"], **(address | server.get("OPTIONS", {})))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)), values)
                return cursor.fetchall() if cursor.description else None
        finally:
            connection.close()


def firm_name(contacts: int) -> str:
    """The name under which a filled firm is kept: another one as soon as the demo firm changes."""
    files = sorted(Path(demo.__file__).parent.glob("**/*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    return f"{PREFIX}firm_{contacts}_{digest[:12]}"


@contextmanager
def scratch_database(firm: str = "") -> Iterator[Scratch]:
    """Make a database and lead the settings to it; drop it at the end, also after a failure. `firm`: see Scratch.

    Redis is always our own, so that no worker of a running firm ever sees a task of a benchmark. An embedded
    PostgreSQL keeps its promises to the disk (fsync), as in production.
    """
    given = os.environ.get("DATABASE_URL")
    servers = EmbeddedServers(FOLDER, postgres=not given)
    servers.start()
    try:
        os.environ.update(TEST_SETTINGS | servers.environment())
        os.environ |= {"ALLOWED_HOSTS": "testserver", "STATIC_ROOT": str(FOLDER / "static")}
        server = dj_database_url.parse(given or os.environ["DATABASE_URL"])
        scratch = Scratch(server, firm)
        try:
            os.environ["DATABASE_URL"] = _with_database(
                given or os.environ["DATABASE_URL"], server["NAME"], scratch.name
            )
            yield scratch
        finally:
            scratch.drop()
    finally:
        servers.stop()


def _with_database(url: str, old: str, new: str) -> str:
    """The same address with another database behind its last slash."""
    before, mark, options = url.partition("?")
    return before.removesuffix(old) + new + mark + options
