"""Every kind of operation, its worker killed at moments of chance, ends complete and exact."""

import random
import time

import pytest
import redis

from core.registry import operation_types
from tests.live.scenes import SCENES

KILLS = 20
PEOPLE = 220  # more than are done within a request
OF_NO_CONTACT = {"contacts.import_check", "crm.judge", "messaging.write_many"}  # change none, and tell of none
EXPORT = "contacts.export"  # told of once, without a line for each contact
PATIENCE = 30  # seconds for an operation to go on after a kill
TO_THE_END = 240  # seconds for the last worker to do what is left, two rows at a time
LINES_OF_FILES = {"contacts.import_check": PEOPLE // 2 + 2, "contacts.import_apply": PEOPLE // 2 + 1}

pytestmark = pytest.mark.fault


def state_of(live_app, operation):
    return live_app.sql("SELECT state, attempts FROM core_operation WHERE id = %s", (operation,))[0]


def wait_for_claim(live_app, crew, operation, attempts, patience=PATIENCE):
    """Until a worker has the operation, or it has ended. Its state and number of claims."""
    deadline = time.monotonic() + patience
    asked = 0.0
    while time.monotonic() < deadline:
        state, now = state_of(live_app, operation)
        if now > attempts or state not in ("queued", "running"):
            return state, now
        if time.monotonic() - asked > 0.3:
            crew.call("tests.live.scenes:sweep")
            asked = time.monotonic()
        time.sleep(0.01)
    return pytest.fail(f"Nobody went on with operation {operation} within {patience} s.")


def disturb(live_app, number):
    """In two of the rounds, the servers go as well."""
    if number == KILLS // 3:
        live_app.postgres.stop()
        live_app.postgres.start()
    elif number == 2 * KILLS // 3:
        redis.Redis.from_url(live_app.valkey.url()).flushall()


def kill_again_and_again(live_app, crew, operation, kills, chance):
    """Kill workers while they run the operation, until it has ended or was killed often enough. How often in all."""
    attempts = 0
    while kills < KILLS:
        crew.start_worker()
        state, attempts = wait_for_claim(live_app, crew, operation, attempts)
        time.sleep(chance.uniform(0, 0.15))
        disturb(live_app, kills)
        still_running = state == "running" and state_of(live_app, operation)[0] == "running"
        crew.kill_worker()
        if not still_running:
            return kills
        kills += 1
    crew.start_worker()
    while wait_for_claim(live_app, crew, operation, attempts, TO_THE_END)[0] == "running":
        attempts = state_of(live_app, operation)[1]
        time.sleep(0.05)
    crew.kill_worker()
    return kills


def test_every_kind_has_its_scene():
    elsewhere = {"crm.sync", "crm.import"}  # killed in tests/crm/test_faults.py, with a CRM
    # Exports differ only in what they read: that of contacts stands for all.
    alike = {"reports.export", "accounts.audit_export", "outreach.archive_export", "messaging.archive_export"}
    assert {scene.partition(" ")[0] for scene in SCENES} == operation_types.keys() - elsewhere - alike


@pytest.mark.parametrize("scene", SCENES)
def test_an_operation_killed_twenty_times_ends_complete_and_exact(alone, crew, scene):
    chance, kills, number = random.Random(scene), 0, 0
    while kills < KILLS:
        name = f"{scene.replace('.', '').replace(' ', '').replace('_', '')}x{number}x"
        operation = crew.call("tests.live.scenes:begin", scene=scene, name=name, size=PEOPLE)
        kills = kill_again_and_again(alone, crew, operation, kills, chance)
        found = crew.call("tests.live.scenes:found", scene=scene, operation=operation)
        assert state_of(alone, operation)[0] == "finished"
        rows = LINES_OF_FILES.get(scene, PEOPLE)
        assert found["right"] == PEOPLE
        lines = {} if scene == EXPORT else {"done": rows}
        assert (found["figures"], found["lines"]) == ([rows, rows, 0, 0], lines)
        assert found["told"][0] == found["told"][1]  # nobody is told of twice
        if not scene.startswith("outreach."):  # of those, the mails tell that have left
            people = 0 if scene in OF_NO_CONTACT else PEOPLE
            assert found["told"] == ([1, 1] if scene == EXPORT else [people, people])
            assert found["history"] == [0 if scene == EXPORT else people, 0]  # of each of them, and nothing twice
        number += 1
