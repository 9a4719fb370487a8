"""A scratch database on the server of DATABASE_URL, or on an embedded one of our own, gone afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import dj_database_url
import psycopg2
from psycopg2 import sql

from advisorhub.embedded import TEST_SETTINGS, VAR_DIR, EmbeddedServers

FOLDER = VAR_DIR / "bench"


@contextmanager
def scratch_database() -> Iterator[None]:
    """Make a database and lead the settings to it; drop it at the end, also after a failure.

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
        name = f"advisorhub_bench_{os.getpid()}"
        _run(server, "CREATE DATABASE {}", name)
        try:
            os.environ["DATABASE_URL"] = _with_database(given or os.environ["DATABASE_URL"], server["NAME"], name)
            yield
        finally:
            _run(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    finally:
        servers.stop()


def _run(server: dict, statement: str, name: str) -> None:
    """Run one statement about the database `name`, outside of a transaction."""
    address = {key: server[key.upper()] or None for key in ("user", "password", "host", "port")}
    connection = psycopg2.connect(dbname=server["NAME"], **(address | server.get("OPTIONS", {})))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(sql.Identifier(name)))
    finally:
        connection.close()


def _with_database(url: str, old: str, new: str) -> str:
    """The same address with another database behind its last slash."""
    before, mark, options = url.partition("?")
    return before.removesuffix(old) + new + mark + options
