"""Workers are killed for real in the middle of pushing: none doubled, none lost, by the push service's own count."""

import time
from collections import Counter

import pytest

DEVICES = 150

PREPARE = """
from accounts.models import Firm, Role, User
from contacts.models import Contact
from messaging.models import Thread
from notifications.domain import vapid
from notifications.models import Push, PushSubscription
from django.utils import timezone
Firm.objects.update(quiet_from="00:00", quiet_until="00:00")
user = User.objects.create_user("pushed@staff.example.com", role=Role.ADVISOR, first_name="Fay", last_name="Pushed")
contact = Contact.objects.create(first_name="Fay", last_name="Pushing", email="pushing@example.com",
    phone="+12125550100", contact_type="client", primary_advisor=user)
now = timezone.now()
thread = Thread.objects.create(contact=contact, kind="direct", user=user, last_message_at=now,
    last_client_message_at=now, unanswered_since=now, staff_notified_at=now)
devices = PushSubscription.objects.bulk_create(PushSubscription(user=user, endpoint=f"{origin}/push/d{{n}}",
    p256dh="{p256dh}", auth="{auth}", mark=user.get_session_auth_hash(), vapid_key=vapid.public_key(), device="x")
    for n in range({devices}))
Push.objects.bulk_create(Push(user=user, subscription=device, type="message_for_staff", subject_id=thread.pk,
    not_before=now) for device in devices)
"""
LAPSE = "UPDATE notifications_push SET lease_until = now() WHERE state IN ('claimed', 'sending') RETURNING id"
SETTLED = "SELECT bool_and(state IN ('sent', 'unknown')) AND count(*) = %s FROM notifications_push"


def wait_for_calls(service, number, seconds):
    deadline = time.monotonic() + seconds
    while len(service.calls) < number:
        assert time.monotonic() < deadline, f"only {len(service.calls)} pushes came"
        time.sleep(0.01)


@pytest.mark.fault
def test_workers_killed_among_150_pushes_double_and_lose_none(live_app, service):
    browser = service.browser("all")
    for number in range(DEVICES):
        service.answer(201, name=f"d{number}", after=0.2)
    live_app.shell(PREPARE.format(origin=service.origin, devices=DEVICES, **browser.keys))
    for reached in (20, 80):
        wait_for_calls(service, reached, seconds=90)
        live_app.kill_worker()
        time.sleep(0.5)
        live_app.sql(LAPSE)  # the minute that its lease would have run on
        live_app.start_worker()
    live_app.wait_for_sql(SETTLED, (DEVICES,), seconds=120)
    found = dict(live_app.sql("SELECT state, count(*) FROM notifications_push GROUP BY state"))
    arrived = Counter(call.path for call in service.calls)
    assert max(arrived.values()) == 1
    assert found.get("unknown", 0) <= 2 * 8 * 2  # two kills, two processes of the worker, eight at once
    assert 0 <= len(arrived) - found["sent"] <= found.get("unknown", 0)
    assert browser.read(service.calls[0].body)["body"] == "A client has written to you."
