"""A real Tryton server for tests marked `realcrm`: its own environment under var/, its own process, SQLite.

It is never imported. Where it cannot be installed those tests are skipped, loudly; with CI or REQUIRE_BROWSER
set they fail instead.
"""

import base64
import fcntl
import hashlib
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from crm.testing import Person, World
from runner.ports import free_port
from tests.live.browser import is_required

ROOT = Path(__file__).parents[2]
WANTED = ROOT / "requirements-tryton.txt"
NO_TRYTON = "NO TRYTON: the packages of requirements-tryton.txt could not be installed."
PASSWORD = "local-only-password"


def installed() -> Path | None:
    """The folder of the environment's programs, made on the first call; None when packages cannot be had."""
    place = ROOT / "var" / "tryton" / hashlib.sha256(WANTED.read_bytes()).hexdigest()[:12]
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "done").exists():
            make = [sys.executable, "-m", "venv", "--clear", place / "env"]
            fill = [place / "env/bin/python", "-m", "pip", "install", "-q", "-r", WANTED]
            if any(subprocess.run(one, capture_output=True, check=False).returncode for one in (make, fill)):
                return None
            (place / "done").touch()
    return place / "env/bin"


class TrytonServer:
    """One database, served; a context manager. `rpc` calls it as its own client does."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder = programs, folder
        self.port = free_port()
        self.url, self._auth = f"http://127.0.0.1:{self.port}", ""

    def __enter__(self):
        conf, word = self.folder / "trytond.conf", self.folder / "password"
        (self.folder / "crm.sqlite").touch()
        web = f"[web]\nlisten = 127.0.0.1:{self.port}\n"
        conf.write_text(f"[database]\nuri = sqlite://\npath = {self.folder}\n{web}")
        word.write_text(PASSWORD + "\n")
        command = [self.programs / "trytond-admin", "-c", conf, "-d", "crm", "-l", "en", "--email", "admin@example.com"]
        subprocess.run(
            [*command, "-u", "ir", "res", "country", "party", "party_relationship"],
            env=os.environ | {"TRYTONPASSFILE": str(word)},
            check=True,
            capture_output=True,
        )
        with (self.folder / "log").open("w") as log:
            command = [self.programs / "trytond", "-c", conf, "-d", "crm"]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        self._let_in()
        return self

    def __exit__(self, *exc) -> None:
        self._process.terminate()
        self._process.wait(20)

    def _let_in(self) -> None:
        """Wait until it answers, sign in, and make a key for its REST API."""
        for _ in range(300):
            try:
                user, session = self.rpc("common.db.login", "admin", {"password": PASSWORD}, "en")[:2]
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        self._auth = "Session " + base64.b64encode(f"admin:{user}:{session}".encode()).decode()
        (made,) = self.rpc("model.res.user.application.create", [{"user": user, "application": "rest"}], {})
        self.key = self.rpc("model.res.user.application.read", [made], ["key"], {})[0]["key"]

    def rpc(self, method: str, *params):
        """One call of its JSON-RPC."""
        headers = {"Authorization": self._auth} if self._auth else {}
        question = {"id": 1, "method": method, "params": params}
        answer = requests.post(f"{self.url}/crm/rpc/", json=question, headers=headers, timeout=30).json()
        if isinstance(answer, dict) and "error" in answer:
            raise AssertionError(f"Tryton refuses {method}: {answer['error']}")
        return answer["result"] if isinstance(answer, dict) else answer

    def replace(self, lost: int, stays: int) -> None:
        """Merge one party into another, as the wizard does; it warns where their names differ."""
        name = self.rpc("model.party.party.read", [stays], ["name"], {})[0]["name"]
        self.rpc("model.party.party.write", [lost], {"name": name}, {})
        session, _, _ = self.rpc("wizard.party.replace.create", {})
        context = {"active_model": "party.party", "active_id": lost, "active_ids": [lost]}
        values = {"ask": {"source": lost, "destination": stays}}
        self.rpc("wizard.party.replace.execute", session, values, "replace", context)
        self.rpc("wizard.party.replace.delete", session, {})

    def age(self, hours: int) -> None:
        """Make all that is there older, in the database: the server sets times itself."""
        with sqlite3.connect(self.folder / "crm.sqlite", timeout=20) as database:
            for table in ("party_party", "party_contact_mechanism", "party_address"):
                for column in ("create_date", "write_date"):
                    older = f"strftime('%Y-%m-%d %H:%M:%f', {column}, '-{hours} hours')"
                    database.execute(f"UPDATE {table} SET {column} = {older} WHERE {column} IS NOT NULL")  # noqa: S608
        database.close()


class RealWorld(World):
    """The people of the contract, kept in a real server."""

    def __init__(self, server: TrytonServer, count: int) -> None:
        self.server, self.ids = server, {}
        if old := server.rpc("model.party.party.search", [], {"active_test": False}):
            server.rpc("model.party.party.delete", old, {})
        super().__init__(count)

    def add(self, **values) -> Person:
        person = super().add(**values)
        means = [{"type": "email", "value": person.email}, {"type": "phone", "value": person.phone}]
        address = {"street": person.street, "city": person.city, "postal_code": person.postal_code}
        party = {"name": f"{person.last_name}, {person.first_name}", "addresses": [["create", [address]]]}
        party["contact_mechanisms"] = [["create", means]]
        (self.ids[person.number],) = self.server.rpc("model.party.party.create", [party], {})
        return person

    def change(self, number: int, **values) -> Person:
        party = self.ids[number]
        for name, kind in (("email", "email"), ("phone", "phone")):
            if name in values:
                self._write("party.contact_mechanism", [["type", "=", kind]], party, {"value": values[name]})
        place = {name: values[name] for name in ("street", "city", "postal_code") if name in values}
        if place:
            self._write("party.address", [], party, place)
        return super().change(number, **values)

    def delete(self, number: int) -> None:
        super().delete(number)
        self.server.rpc("model.party.party.delete", [self.ids[number]], {})

    def vanish(self, number: int) -> None:
        """A record that was deleted leaves no trace anyway."""
        super().vanish(number)
        self.server.rpc("model.party.party.delete", [self.ids[number]], {})

    def _write(self, model: str, domain: list, party: int, values: dict) -> None:
        found = self.server.rpc(f"model.{model}.search", [["party", "=", party], *domain], 0, None, None, {})
        self.server.rpc(f"model.{model}.write", found, values, {})


class RealTryton:
    """What the contract asks of a fake, with a real server behind it."""

    def __init__(self, server: TrytonServer, count: int) -> None:
        self.server, self.world = server, RealWorld(server, count)

    def config(self) -> dict[str, str]:
        """Lets in."""
        return {"base_url": self.server.url, "database": "crm", "key": self.server.key}

    def bad_config(self) -> dict[str, str]:
        """Does not."""
        return self.config() | {"key": "wrong"}


@pytest.fixture(scope="session")
def tryton_server(tmp_path_factory):
    """The running server of the session."""
    programs = installed()
    if programs is None:
        (pytest.fail if is_required() else pytest.skip)(NO_TRYTON)
    with TrytonServer(programs, tmp_path_factory.mktemp("tryton")) as server:
        yield server


def pytest_terminal_summary(terminalreporter):
    """Say loudly that the tests over a real CRM did not run."""
    skipped = [one for one in terminalreporter.stats.get("skipped", []) if NO_TRYTON in str(one.longrepr)]
    if skipped:
        terminalreporter.write_sep("!", red=True, bold=True)
        terminalreporter.write_line(f"{NO_TRYTON}\n{len(skipped)} tests were SKIPPED.", red=True, bold=True)
        terminalreporter.write_sep("!", red=True, bold=True)
