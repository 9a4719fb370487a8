"""The worker is killed for real in the middle of 500 invitations: none doubled, none lost, by the sink's count."""

import time
from collections import Counter

import pytest

PEOPLE = 500

PREPARE = """
from accounts.models import Firm, Role, User
from contacts.models import Contact
from contacts.domain.assigning import AssignmentSpec, assign
from core.operations import running, selecting
from core.models import Operation
from django.db import transaction
from experiences.models import CardTemplate, Experience, FeaturedTemplate, ResourceTemplate
Firm.objects.update(sends_per_minute=100_000)
user = User.objects.create_user("{name}@staff.example.com", role=Role.ADMIN, first_name="Fay", last_name="{name}")
experience = Experience.objects.create(
    name="{name}", card_template=CardTemplate.objects.create(name="{name}"),
    resource_template=ResourceTemplate.objects.create(name="{name}"),
    featured_template=FeaturedTemplate.objects.create(name="{name}"))
Contact.objects.bulk_create(Contact(
    first_name="Fay", last_name=f"Fault{{n}}", email=f"{name}{{n}}@example.com", phone="+12125550100",
    contact_type="client", primary_advisor=user) for n in range({people}))
with transaction.atomic():
    mine = Contact.objects.filter(email__startswith="{name}", deleted_at=None)
    assign(mine, AssignmentSpec(experience), by=user)
    operation = Operation.objects.create(kind="outreach.invite", title="Invite", owner=user, params={{}})
    selecting.freeze(operation, mine.values_list("pk", flat=True))
running.start(operation)
"""
STATES = "SELECT state, count(*) FROM mail_send WHERE recipient LIKE %s GROUP BY state"


def begin(live_app, name, people=PEOPLE):
    """Contacts of this name, and the operation that invites them, handed to the worker."""
    live_app.shell(PREPARE.format(name=name, people=people))


def states(live_app, name):
    return {state: int(count) for state, count in live_app.sql(STATES, (f"{name}%",))}


def wait_until_settled(live_app, name, people, seconds):
    """Until no mail is planned, claimed or on its way, and there is one for each."""
    live_app.wait_for_sql(
        "SELECT count(*) = %s AND bool_and(state NOT IN ('planned', 'claimed', 'handed_over')) FROM mail_send"
        " WHERE recipient LIKE %s",
        (people, f"{name}%"),
        seconds=seconds,
    )


@pytest.mark.fault
def test_a_worker_killed_among_500_invitations_doubles_and_loses_none(live_app, mail_sink):
    begin(live_app, "killed")
    for reached in (100, 250):
        mail_sink.wait_for(reached, seconds=90)
        live_app.kill_worker()
        time.sleep(0.5)
        live_app.start_worker()
    wait_until_settled(live_app, "killed", PEOPLE, seconds=180)
    found = states(live_app, "killed")
    arrived = Counter(mail.to for mail in mail_sink.messages if mail.to.startswith("killed"))
    assert max(arrived.values()) == 1
    assert found.get("accepted", 0) + found.get("unknown", 0) == PEOPLE
    assert found.get("unknown", 0) <= 4  # two kills, two processes of the worker each
    # Every accepted one arrived; of the unknown ones the sink may or may not have had the mail.
    accepted = {
        row[0]
        for row in live_app.sql("SELECT recipient FROM mail_send WHERE state='accepted' AND recipient ~ '^killed'")
    }
    assert accepted <= arrived.keys()
    assert len(arrived) - len(accepted) <= found.get("unknown", 0)
    links = live_app.sql(
        "SELECT count(*) FROM outreach_invitation i JOIN contacts_contact c ON c.id = i.contact_id"
        " WHERE c.email LIKE 'killed%%'"
    )
    assert links[0][0] == PEOPLE


@pytest.mark.fault
def test_a_server_that_is_busy_and_then_refuses_is_told_apart(live_app, mail_sink):
    mail_sink.answer = "421 busy"
    begin(live_app, "busy", people=3)
    live_app.wait_for_sql(
        "SELECT count(*) = 3 AND bool_and(state = 'planned' AND not_before IS NOT NULL) FROM mail_send"
        " WHERE recipient LIKE 'busy%%'"
    )
    mail_sink.answer = "554 no"
    live_app.sql("UPDATE mail_send SET not_before = now() WHERE recipient LIKE 'busy%%'")
    live_app.wait_for_sql("SELECT count(*) = 3 FROM mail_send WHERE recipient LIKE 'busy%%' AND state = 'failed'")
    assert mail_sink.messages == []


@pytest.mark.fault
def test_a_flushed_queue_loses_no_invitation(live_app, mail_sink):
    live_app.stop_workers()
    begin(live_app, "flushed", people=20)
    live_app.valkey.kill()
    live_app.valkey.start()
    live_app.start_worker()
    wait_until_settled(live_app, "flushed", 20, seconds=120)
    assert len({mail.to for mail in mail_sink.messages}) == len(mail_sink.messages) == 20
