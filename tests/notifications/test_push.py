"""Sending pushes: content, recipients, at most once, and outcomes, against a service that decrypts."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.domain.own_password import set_own_password
from accounts.models import Firm, User
from core.models import Activity
from messaging.domain.reading import mark_read_by_staff
from messaging.domain.writing import write_as_client, write_as_staff
from messaging.models import Message
from notifications.domain import alerting, push_service, sending, sweeping, vapid
from notifications.domain.planning import PushTo, plan_pushes
from notifications.models import Push, PushSubscription
from tests.factories import UserFactory

STAFF = "message_for_staff"


@pytest.fixture
def told(client_contact, advisor, device):
    """The advisor's browser; a push waits for it that says that a client has written."""
    browser = device(advisor)
    write_as_client(client_contact, "My secret plan", user=advisor)
    return browser


def the_push():
    return Push.objects.get()


def test_a_push_is_encrypted_for_its_device_and_says_nothing_personal(told, service, send, client_contact, advisor):
    send()
    call = service.calls[0]
    shown = told.read(call.body)
    thread = client_contact.threads.get()
    assert shown == {
        "title": Firm.get().name,
        "body": "A client has written to you.",
        "path": f"/messages/{thread.pk}/",
    }
    assert client_contact.last_name not in json.dumps(shown)
    assert b"secret" not in call.body
    assert (call.headers["Content-Encoding"], call.headers["TTL"]) == ("aes128gcm", "86400")
    assert the_push().state == "sent"


def test_we_say_who_we_are(told, service, send):
    send()
    claims = service.claims(service.calls[0])
    assert claims["sub"] == "mailto:it@example.com"
    assert timedelta(0) < timedelta(seconds=claims["exp"] - timezone.now().timestamp()) < timedelta(days=1)


def test_a_later_push_about_the_same_replaces_the_earlier_on_its_way(told, service, send, client_contact, advisor):
    send()
    mark_read_by_staff(client_contact.threads.get(), Message.objects.last().pk, advisor)
    write_as_client(client_contact, "More", user=advisor)
    send()
    topics = [call.headers["Topic"] for call in service.calls]
    assert (len(topics), len(set(topics)), len(topics[0])) == (2, 1, 32)
    assert [push.number for push in Push.objects.order_by("pk")] == [1, 2]


def test_nothing_leaves_once_it_has_been_read(told, service, send, client_contact, advisor):
    mark_read_by_staff(client_contact.threads.get(), Message.objects.last().pk, advisor)
    send()
    assert (service.calls, the_push().state, the_push().reason) == ([], "dropped", sending.NO_LONGER_DUE)


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_gone_is_dropped(told, service, send, status):
    service.answer(status)
    send()
    assert (the_push().state, PushSubscription.objects.count()) == ("dropped", 0)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_told_to_admins_once(told, service, send, admin, advisor, device, status, monkeypatch):
    monkeypatch.setitem(alerting.SERVICES, "127.0.0.1", "Example")
    service.answer(status)
    device(advisor, "two")
    service.answer(status, name="two")
    plan_pushes(STAFF, [PushTo(advisor.pk, Push.objects.first().subject_id, timezone.now())])
    send()
    assert {push.state for push in Push.objects.all()} == {"failed"}
    assert not PushSubscription.objects.exists()
    admin.refresh_from_db()
    assert admin.alert.startswith("Example's push service refuses")
    assert "127.0.0.1" not in admin.alert
    assert Activity.objects.filter(verb="push_refused").count() == 1


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "300"}, 299, 301),
        ({"Retry-After": "1"}, 29, 31),
        ({"Retry-After": "999999999999999999999"}, 7199, 7201),
        ({"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}, 7199, 7201),
        ({"Retry-After": "Fri, 01 Jan 2100 00:00:00"}, 59, 61),
        ({"Retry-After": "soon"}, 59, 61),
        ({}, 59, 61),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_is_asked_again_when_it_says(told, service, status, headers, least, most):
    Push.objects.update(not_before=timezone.now())
    service.answer(status, headers=headers)
    sending.send_due()
    push = the_push()
    assert push.state == "planned"
    assert least <= (push.not_before - timezone.now()).total_seconds() <= most
    assert str(status) in push.reason


def test_a_service_that_stays_busy_is_given_up(told, service, send):
    service.answer(500)
    for _ in range(sending.TRIES + 1):
        send()
    assert (len(service.calls), the_push().state) == (sending.TRIES, "failed")
    assert PushSubscription.objects.exists(), "the device may be fine"


def test_a_redirect_is_not_followed(told, service, send):
    service.answer(307, headers={"Location": f"{service.origin}/elsewhere"})
    send()
    assert ([call.path for call in service.calls], the_push().state) == (["/push/one"], "failed")


def test_a_service_that_hangs_leaves_it_unknown(told, service, send, monkeypatch):
    monkeypatch.setattr(push_service, "SECONDS", 0.3)
    service.answer(201, after=1)
    send()
    assert (len(service.calls), the_push().state) == (1, "unknown")
    send()
    assert len(service.calls) == 1, "it may have left: never again"


def test_a_service_that_is_away_is_tried_later(told, service, send):
    service.server.shutdown()
    service.server.server_close()
    send()
    assert (the_push().state, the_push().reason) == ("planned", "The push service cannot be reached.")


@pytest.mark.parametrize("endpoint", ["http://push.example.com/x", "https://127.0.0.1/x", "https://localhost:443/x"])
def test_no_address_inside_is_ever_called(told, service, send, settings, endpoint):
    settings.PUSH_PRIVATE_HOSTS = []
    PushSubscription.objects.update(endpoint=endpoint)
    send()
    assert (service.calls, the_push().state, PushSubscription.objects.count()) == ([], "dropped", 0)


def test_a_worker_that_died_while_sending_leaves_it_unknown(told, service, send):
    Push.objects.update(state="sending", attempts=1, lease_until=timezone.now() - timedelta(seconds=1))
    sweeping.sweep_pushes()
    send()
    assert (service.calls, the_push().state, the_push().reason) == ([], "unknown", sweeping.CUT_OFF)


def test_a_worker_that_died_before_leaves_it_to_the_next(told, service, send):
    Push.objects.update(state="claimed", attempts=1, lease_until=timezone.now() - timedelta(seconds=1))
    sweeping.sweep_pushes()
    send()
    assert (len(service.calls), the_push().state, the_push().attempts) == (1, "sent", 2)


def test_a_worker_that_has_lost_its_claim_sends_nothing(told, service):
    Push.objects.update(state="claimed", attempts=2)
    assert sending._prepare([(the_push().pk, 1)]).leaving == []


def test_a_late_answer_is_the_truth(told, service):
    Push.objects.update(state="unknown", attempts=1)
    sending._record(the_push(), push_service.Verdict(push_service.SENT))
    assert the_push().state == "sent"


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_push_once(client_contact, advisor, device, service):
    for number in range(10):
        device(advisor, f"d{number}")
    write_as_client(client_contact, "Hello", user=advisor)
    Push.objects.update(not_before=timezone.now() - timedelta(minutes=1))

    def work(_) -> None:
        sending.send_due()
        connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    assert sorted(call.path for call in service.calls) == sorted(f"/push/d{number}" for number in range(10))
    assert {push.state for push in Push.objects.all()} == {"sent"}


def test_a_deactivated_person_gets_none_and_loses_their_devices(told, service, send, advisor):
    User.objects.filter(pk=advisor.pk).update(is_active=False)
    send()
    assert (service.calls, the_push().reason, PushSubscription.objects.count()) == ([], sending.ENDED, 0)


def test_a_new_password_ends_notifications_on_all_devices(told, service, send, advisor):
    set_own_password(User.objects.get(pk=advisor.pk), "another long password!", by_link=False)
    send()
    assert (service.calls, PushSubscription.objects.count()) == ([], 0)


def test_another_person_on_the_same_browser_takes_it_over(told, service, send, device):
    other = UserFactory()
    device(other)
    send()
    assert (service.calls, the_push().state) == ([], "dropped")
    assert PushSubscription.objects.get().user == other


def test_what_waited_too_long_does_not_leave(told, service):
    long_ago = timezone.now() - timedelta(days=2)
    Push.objects.update(created_at=long_ago, not_before=long_ago)
    sending.send_due()
    assert (service.calls, the_push().reason) == ([], sending.TOO_LATE)


def test_without_keys_there_is_no_push(client_contact, advisor, device, service, settings):
    device(advisor)
    settings.VAPID_PRIVATE_KEY = ""
    assert not vapid.is_set_up()
    write_as_client(client_contact, "Hello", user=advisor)
    assert not Push.objects.exists()


def test_a_restored_backup_doubts_what_waits(told):
    assert sweeping.waiting()
    sweeping.doubt(timezone.now())
    assert (the_push().state, sweeping.waiting()) == ("unknown", False)


def test_what_was_settled_long_ago_is_forgotten(told, send):
    send()
    sweeping.clear_pushes()
    assert Push.objects.count() == 1
    Push.objects.update(settled_at=timezone.now() - timedelta(days=31))
    sweeping.clear_pushes()
    assert Push.objects.count() == 0


@pytest.mark.parametrize("many", [1, 3])
def test_asking_takes_the_same_queries_for_any_number(many, advisor, device, client_contact, django_assert_num_queries):
    for number in range(many):
        device(advisor, f"d{number}")
    write_as_client(client_contact, "Hello", user=advisor)
    Push.objects.update(not_before=timezone.now() - timedelta(minutes=1))
    claims = sending._claim()
    assert len(claims) == many
    with django_assert_num_queries(14):
        assert len(sending._prepare(claims).leaving) == many


def test_a_push_of_a_client_leads_to_their_messages(asked, advisor, client_contact, device, service, send):
    browser = device(client_contact.user)
    write_as_staff(asked, "Your portfolio", by=advisor)
    send()
    assert browser.read(service.calls[0].body) | {"title": ""} == {
        "title": "",
        "body": "You have a message.",
        "path": "/portal/messages/",
    }
