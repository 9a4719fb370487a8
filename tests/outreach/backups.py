"""A real backup of the tests' database: dumped with pg_dump, restored with pg_restore into a database made anew."""

import os
import subprocess
from pathlib import Path

from django.db import connection
from psycopg2 import connect, sql

from runner.postgres import PROGRAMS


class Backup:
    """`dump()` keeps what the database holds now, `restore()` brings it back as an operator would."""

    def __init__(self, folder: Path):
        self.file = folder / "backup.dump"
        self.settings = connection.settings_dict
        self.name = self.settings["NAME"]

    def dump(self) -> None:
        """Write the whole database into a file."""
        self._run("pg_dump", "--format=custom", f"--file={self.file}", self.name)

    def restore(self) -> None:
        """Drop the database, make an empty one of the same name, and load the file into it."""
        connection.close()
        owner = connect(dbname="postgres", **self._server())
        owner.autocommit = True
        try:
            with owner.cursor() as cursor:
                cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(self.name)))
                cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.name)))
        finally:
            owner.close()
        self._run("pg_restore", f"--dbname={self.name}", "--exit-on-error", str(self.file))

    def _server(self) -> dict[str, str]:
        names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
        return {name: str(self.settings[key]) for name, key in names.items() if self.settings.get(key)}

    def _run(self, program: str, *arguments: str) -> None:
        server = {f"PG{name.upper()}": value for name, value in self._server().items()}
        command = [str(PROGRAMS / "bin" / program), *arguments]
        result = subprocess.run(command, env=os.environ | server, capture_output=True, text=True, check=False)
        assert result.returncode == 0, f"{program} failed:\n{result.stderr}"
