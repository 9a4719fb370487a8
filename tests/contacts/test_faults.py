"""The worker is killed for real in the middle of bulk changes and of their undoing: both end complete and exact."""

import random
import time

import pytest

PEOPLE = 8_000

PREPARE = """
from accounts.models import Role, User
from contacts.models import Contact, Tag
from core.operations import running, selecting
from core.models import Operation
from experiences.models import CardTemplate, Experience, FeaturedTemplate, ResourceTemplate
user = User.objects.create_user("{name}@staff.example.com", role=Role.ADMIN, first_name="Bo", last_name="{name}")
experience = Experience.objects.create(
    name="{name}", card_template=CardTemplate.objects.create(name="{name}"),
    resource_template=ResourceTemplate.objects.create(name="{name}"),
    featured_template=FeaturedTemplate.objects.create(name="{name}"))
Contact.objects.bulk_create([Contact(
    first_name="Bo", last_name=f"Bulk{{n}}", email=f"{name}{{n}}@example.com", phone="+12125550100",
    contact_type="client", primary_advisor=user) for n in range({people})], batch_size=2000)
params = {{"experience": experience.pk, "campaign": None}} if "{kind}" == "contacts.assign" else {params}
operation = Operation.objects.create(kind="{kind}", title="{name}", owner=user, params=params)
mine = Contact.objects.filter(email__startswith="{name}", deleted_at=None)
selecting.freeze(operation, mine.values_list("pk", flat=True))
running.start(operation)
"""
UNDO = """
from contacts.operations import undoing
from core.operations import running
from core.models import Operation
operation = Operation.objects.get(title="{name}", kind="{kind}")
running.start(undoing.draft(operation, operation.owner))
"""
# Everything the kinds below touch, of every contact, in one value that changes with any of it.
FINGERPRINT = """
SELECT md5(string_agg(concat_ws('|', c.id, c.contact_type, c.deactivated_at, c.experience_id, c.campaign_id, c.team_id,
        (SELECT string_agg(t.tag_id::text, ',' ORDER BY t.tag_id) FROM contacts_contact_tags t
         WHERE t.contact_id = c.id),
        (SELECT string_agg(concat_ws(':', a.experience_id, a.ended_at), ',' ORDER BY a.id) FROM contacts_assignment a
         WHERE a.contact_id = c.id)), ' ' ORDER BY c.id))
FROM contacts_contact c WHERE c.email LIKE %s
"""


def killed_twice(live_app, operation, seed):
    """Kill the worker while the operation is under way, at moments of chance, and let it end. Its row."""
    chance = random.Random(seed)
    for reached in (1, PEOPLE // 2):
        live_app.wait_for_sql(
            "SELECT done >= %s OR state = 'finished' FROM core_operation WHERE id = %s",
            (reached, operation),
            seconds=60,
        )
        time.sleep(chance.uniform(0, 0.4))
        live_app.kill_worker()
        # The minute after which others take over, over at once.
        live_app.sql("UPDATE core_operation SET lease_until = now() WHERE id = %s AND state = 'running'", (operation,))
        live_app.start_worker()
    live_app.wait_for_sql("SELECT state = 'finished' FROM core_operation WHERE id = %s", (operation,), seconds=120)
    return live_app.sql("SELECT total, done, skipped, failed FROM core_operation WHERE id = %s", (operation,))[0]


@pytest.mark.fault
@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("contacts.edit", {"contact_type": {"how": "set", "value": "lead"}, "tags": {"how": "set", "value": ["bulk"]}}),
        ("contacts.assign", {}),
    ],
)
def test_a_bulk_change_and_its_undoing_survive_killed_workers(live_app, kind, params):
    name = f"bulk{kind.partition('.')[2]}"
    live_app.stop_workers()
    live_app.shell(PREPARE.format(name=name, people=PEOPLE, kind=kind, params=params))
    before = live_app.sql(FINGERPRINT, (f"{name}%",))
    ((operation,),) = live_app.sql("SELECT id FROM core_operation WHERE title = %s", (name,))
    live_app.start_worker()
    assert killed_twice(live_app, operation, kind) == (PEOPLE, PEOPLE, 0, 0)
    assert live_app.sql(FINGERPRINT, (f"{name}%",)) != before
    told = "SELECT count(*), count(DISTINCT subject_id) FROM core_activity WHERE operation_id = %s"
    assert live_app.sql(told, (operation,)) == [(PEOPLE, PEOPLE)]
    live_app.stop_workers()
    live_app.shell(UNDO.format(name=name, kind=kind))
    ((undoing,),) = live_app.sql("SELECT id FROM core_operation WHERE undoes_id = %s", (operation,))
    live_app.start_worker()
    assert killed_twice(live_app, undoing, name) == (PEOPLE, PEOPLE, 0, 0)
    assert live_app.sql(FINGERPRINT, (f"{name}%",)) == before
