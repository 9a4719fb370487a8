"""A migrated database that the tests' databases are copied from: made once for each state of the migrations.

Migrating takes most of a minute, and each process of a run needs a database of its own. A new migration is applied to
a copy of the last template, where nothing of that has changed. Only the embedded server keeps templates; on a server
that DATABASE_URL names nothing is left behind.
"""

import hashlib
import json
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
    parts = _parts()
    name = PREFIX + hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
    with FileLock(FOLDER / "template.lock"):
        connection = server.connect()
        try:
            with connection.cursor() as cursor:
                _provide(server, cursor, name, parts)
        finally:
            connection.close()
    return name


def _provide(server: EmbeddedPostgres, cursor, name: str, parts: dict[str, str]) -> None:
    """Make the template unless it is there; those that nothing more can be built on are dropped."""
    cursor.execute(
        "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database WHERE starts_with(datname, %s)",
        [PREFIX],
    )
    found = {datname: json.loads(made_of or "{}") for datname, made_of in cursor.fetchall()}
    if name in found:
        return
    useful = {one: made_of for one, made_of in found.items() if made_of and made_of.items() <= parts.items()}
    for left in found.keys() - useful.keys():  # of other migrations, or half made
        server.drop_database(left)
    if useful:
        base = max(useful, key=lambda one: len(useful[one]))
        copied = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        cursor.execute(copied.format(sql.Identifier(HALF_MADE), sql.Identifier(base)))
    else:
        server.ensure_database(HALF_MADE)
    _migrate(server)
    comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
    cursor.execute(comment.format(sql.Identifier(HALF_MADE), sql.Literal(json.dumps(parts))))
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    cursor.execute(rename.format(sql.Identifier(HALF_MADE), sql.Identifier(name)))


def _parts() -> dict[str, str]:
    """What a migrated database is made of: our migrations by path with their hash, and the packages that bring some."""
    files = sorted([*BASE_DIR.glob("*/migrations/*.py"), *BASE_DIR.glob("*/sql/*.sql")])
    found = {str(path.relative_to(BASE_DIR)): hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in files}
    packages = {one.name: one.version for one in distributions() if one.name.lower().startswith("django")}
    return found | dict(sorted(packages.items()))


def _migrate(server: EmbeddedPostgres) -> None:
    """Bring the half made database up to date."""
    result = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        env=os.environ | {"DATABASE_URL": server.url(HALF_MADE), "DJANGO_SETTINGS_MODULE": "advisorhub.settings"},
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"The tests' database could not be migrated:\n{result.stdout}\n{result.stderr}"
