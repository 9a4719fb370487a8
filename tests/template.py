"""A migrated database that the tests' databases are copied from: made once for each state of the migrations.

Migrating takes seconds, and each process of a run needs a database of its own. Only the embedded server keeps such
a template; on a server that DATABASE_URL names nothing is left behind.
"""

import hashlib
import os
import subprocess
import sys
from importlib.metadata import distributions

import pytest
from psycopg2 import sql

from advisorhub.embedded import BASE_DIR, DATABASE, VAR_DIR
from advisorhub.runner.locks import FileLock
from advisorhub.runner.postgres import EmbeddedPostgres

FOLDER = VAR_DIR / "test"
PREFIX = "template_"
HALF_MADE = f"{PREFIX}half_made"


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """Make the template before the processes of a run, which find it by its name."""
    node.workerinput["template"] = template()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, request):
    """Have the tests' database copied from the template; what it lacks is migrated as ever."""
    from django.db import connection

    given = getattr(request.config, "workerinput", {})
    connection.settings_dict["TEST"]["TEMPLATE"] = given["template"] if "template" in given else template()


def template() -> str | None:
    """The name of the template, made now if need be; None when the server is not ours."""
    server = EmbeddedPostgres(FOLDER / "postgres", disposable=True)
    if not server.is_running() or os.environ["DATABASE_URL"] != server.url(DATABASE):
        return None
    name = f"{PREFIX}{_state()}"
    with FileLock(FOLDER / "template.lock"):
        connection = server.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
                found = {row[0] for row in cursor.fetchall()}
                if name not in found:
                    for left in found:  # of other migrations, or half made
                        server.drop_database(left)
                    _make(server)
                    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                    cursor.execute(rename.format(sql.Identifier(HALF_MADE), sql.Identifier(name)))
        finally:
            connection.close()
    return name


def _state() -> str:
    """What a migrated database depends on: our migrations, and the versions of all packages."""
    state = hashlib.sha256()
    for path in sorted(BASE_DIR.glob("*/migrations/*.py")):
        state.update(f"{path.relative_to(BASE_DIR)}\n".encode() + path.read_bytes())
    state.update("\n".join(sorted(f"{one.name} {one.version}" for one in distributions())).encode())
    return state.hexdigest()[:16]


def _make(server: EmbeddedPostgres) -> None:
    """Migrate a new database."""
    server.ensure_database(HALF_MADE)
    result = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        env=os.environ | {"DATABASE_URL": server.url(HALF_MADE), "DJANGO_SETTINGS_MODULE": "advisorhub.settings"},
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"The tests' database could not be migrated:\n{result.stdout}\n{result.stderr}"
