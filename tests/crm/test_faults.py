"""The worker is killed for real in the middle of a sync and of an import: both end as if nothing had happened."""

import random
import time

import pytest

SIZE = 12_000
KILLS = 20

PREPARE = """
from accounts.models import Role, User
admin = User.objects.create_user("crm-faults@staff.example.com", role=Role.ADMIN, first_name="Bo", last_name="Crm")
for email in ("advisor", "advisor2"):
    User.objects.get_or_create(email=f"{email}@demo.example.com", role=Role.ADVISOR)
"""
CONNECT = """
from accounts.models import User
from crm.domain import syncing
from crm.models import Connection
connection = Connection.objects.create(name="{name}", adapter="demo", default_type="client",
    config={{"size": "{size}", "began": "2099-01-01T00:00:00+00:00"}})
syncing.begin(connection, User.objects.get(email="crm-faults@staff.example.com"))
"""
IMPORT = """
from accounts.models import User
from core.operations import running, selecting
from core.models import Operation
from crm.models import Record
admin = User.objects.get(email="crm-faults@staff.example.com")
operation = Operation.objects.create(kind="crm.import", title="crm faults import", owner=admin)
ready = Record.objects.filter(connection__name="{name}", state="ready")
selecting.freeze(operation, ready.values_list("pk", flat=True))
running.start(operation)
"""
RECORDS = """
SELECT count(*), count(DISTINCT remote_id), md5(string_agg(remote_id || payload_digest, ' ' ORDER BY remote_id))
FROM crm_record JOIN crm_connection ON crm_connection.id = connection_id WHERE crm_connection.name = %s
"""


def killed_until_done(live_app, operation, seed):
    """Kill the worker at moments of chance, at most KILLS times, and let it end. How often it was killed at work."""
    chance, kills = random.Random(seed), 0
    while kills < KILLS:
        began = live_app.sql("SELECT done + skipped FROM core_operation WHERE id = %s", (operation,))[0][0]
        live_app.wait_for_sql(
            "SELECT done + skipped > %s OR state IN ('finished', 'failed') FROM core_operation WHERE id = %s",
            (began, operation),
            seconds=60,
        )
        time.sleep(chance.uniform(0, 0.2))
        if live_app.sql("SELECT state FROM core_operation WHERE id = %s", (operation,)) != [("running",)]:
            break
        live_app.kill_worker()
        kills += 1
        # The minute after which others take over, over at once.
        live_app.sql("UPDATE core_operation SET lease_until = now() WHERE id = %s AND state = 'running'", (operation,))
        live_app.start_worker()
    live_app.wait_for_sql("SELECT state = 'finished' FROM core_operation WHERE id = %s", (operation,), seconds=180)
    return kills


@pytest.mark.fault
def test_a_sync_and_an_import_survive_killed_workers(live_app):
    live_app.shell(PREPARE)
    live_app.shell(CONNECT.format(name="undisturbed", size=SIZE))
    whole = "SELECT state = 'finished' FROM core_operation WHERE title = 'Full sync of undisturbed'"
    live_app.wait_for_sql(whole, seconds=120)
    expected = live_app.sql(RECORDS, ("undisturbed",))
    assert expected[0][0] == SIZE
    live_app.sql("UPDATE crm_connection SET removed_at = now() WHERE name = 'undisturbed'")

    live_app.shell(CONNECT.format(name="disturbed", size=SIZE))
    ((sync,),) = live_app.sql("SELECT id FROM core_operation WHERE title = 'Full sync of disturbed'")
    assert killed_until_done(live_app, sync, "sync") >= 5
    assert live_app.sql(RECORDS, ("disturbed",)) == expected

    live_app.shell(IMPORT.format(name="disturbed"))
    ((operation, total),) = live_app.sql("SELECT id, total FROM core_operation WHERE title = 'crm faults import'")
    killed_until_done(live_app, operation, "import")
    ((done, skipped),) = live_app.sql("SELECT done, skipped FROM core_operation WHERE id = %s", (operation,))
    assert (done, skipped) == (total, 0)
    made = "SELECT count(*), count(DISTINCT id) FROM contacts_contact WHERE source = 'crm' AND email LIKE %s"
    assert live_app.sql(made, ("%@crm.example.com",)) == [(total, total)]
    told = "SELECT count(*), count(DISTINCT subject_id) FROM core_activity WHERE operation_id = %s"
    assert live_app.sql(told, (operation,)) == [(total, total)]
    # The Demo CRM's people are the same for all: nobody else in this session's database should meet them.
    live_app.sql("UPDATE contacts_contact SET deleted_at = now() WHERE email LIKE %s", ("%@crm.example.com",))
    live_app.sql("UPDATE crm_connection SET removed_at = now() WHERE name = 'disturbed'")
