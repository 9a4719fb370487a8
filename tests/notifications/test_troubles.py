"""What must not spread: a broken rule, an address that is none, a service of somebody's own, a long ledger."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import Activity
from messaging.domain.writing import write_as_client
from notifications.domain import alerting, push_service, sending
from notifications.models import Push, PushSubscription
from notifications.registry import notification_types
from runner.embedded import BASE_DIR
from todos.domain.items import create
from todos.models import ActionItem

FIRM = "/notifications/firm/"
# What urllib takes for an address; requests refuses the first two before it connects.
REFUSED = ["https://*.example.com/x", "https://a%zz.example.com/x"]
NO_ADDRESSES = [*REFUSED, "https://a..example.com/x", f"https://{'a' * 64}.example.com/x"]


@pytest.fixture
def told(client_contact, advisor, device):
    """The advisor's browser; a push waits for it that says that a client has written."""
    browser = device(advisor)
    write_as_client(client_contact, "Hello", user=advisor)
    return browser


def broken_by_sql(pushes):
    with connection.cursor() as cursor:
        cursor.execute("SELECT no_such_column")


def broken_by_an_error(pushes):
    raise KeyError("thread")


@pytest.mark.parametrize("broken", [broken_by_sql, broken_by_an_error])
def test_a_broken_type_is_given_up_and_holds_up_no_other(
    told, service, send, advisor, client_contact, device, monkeypatch, log, broken
):
    monkeypatch.setattr(notification_types["message_for_staff"], "leads_to", broken)
    device(client_contact.user, "two")
    create([ActionItem(contact=client_contact, title="x")], by=advisor)
    send()
    assert [call.path for call in service.calls] == ["/push/two"]
    push = Push.objects.get(type="message_for_staff")
    assert (push.state, push.attempts, push.reason) == ("planned", 1, sending.BROKEN_TYPE)
    assert push.not_before > timezone.now() + timedelta(seconds=30)
    assert "message_for_staff could not be prepared" in log.text
    for _ in range(sending.TRIES - 1):
        send()
    push.refresh_from_db()
    assert (push.state, push.attempts, len(service.calls)) == ("failed", sending.TRIES, 1)
    assert PushSubscription.objects.count() == 2


@pytest.mark.parametrize("endpoint", NO_ADDRESSES)
def test_an_address_that_cannot_be_called_ends_its_device(told, send, endpoint):
    PushSubscription.objects.update(endpoint=endpoint)
    send()
    push = Push.objects.get()
    assert (push.state, push.reason, PushSubscription.objects.count()) == ("dropped", push_service.NO_ADDRESS, 0)


@pytest.mark.parametrize("endpoint", REFUSED)
def test_an_address_that_only_the_http_client_refuses_ends_its_device(told, send, monkeypatch, endpoint):
    monkeypatch.setattr(push_service, "why_not_endpoint", lambda endpoint: "")
    PushSubscription.objects.update(endpoint=endpoint)
    send()
    assert (Push.objects.get().state, PushSubscription.objects.count()) == ("dropped", 0)


@pytest.mark.parametrize("location", ["http://[", "ftp://x/", "https://*.example.com/"])
def test_a_redirect_to_no_address_is_no_more_than_a_redirect(told, service, send, location):
    service.answer(307, headers={"Location": location})
    send()
    assert (Push.objects.get().state, PushSubscription.objects.count()) == ("failed", 1)
    assert "redirect" in Push.objects.get().reason


@pytest.mark.parametrize("status", [401, 403])
def test_a_service_that_nobody_knows_alerts_nobody(told, service, send, admin, status):
    service.answer(status)
    send()
    admin.refresh_from_db()
    assert (Push.objects.get().state, PushSubscription.objects.count(), admin.alert) == ("failed", 0, "")
    assert not Activity.objects.filter(verb=alerting.VERB).exists()


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        ("https://fcm.googleapis.com/fcm/send/x", "Google"),
        ("https://updates.push.services.mozilla.com/wpush/v2/x", "Mozilla"),
        ("https://web.push.apple.com/x", "Apple"),
        ("https://wns2-by3p.notify.windows.com/w/?token=x", "Microsoft"),
        ("https://fcm.googleapis.com.example.com/x", ""),
        ("https://example.com/fcm.googleapis.com", ""),
        ("https://notify.windows.com.example.com/x", ""),
    ],
)
def test_known_services_have_a_word_of_ours(endpoint, name):
    assert push_service.why_not_endpoint(endpoint) == ""
    assert alerting.service_of(endpoint) == name


def test_the_manual_names_the_known_services():
    manual = (BASE_DIR / "docs/notifications.md").read_text()
    assert [host for host in alerting.SERVICES if f"`{host}`" not in manual] == []


def test_the_firms_page_reads_the_troubles_and_not_the_ledger(admin, advisor, client):
    now = timezone.now()
    states = ["sent"] * 3000 + ["failed"] * 60 + ["unknown"] * 60
    Push.objects.bulk_create(
        Push(user=advisor, type="x", subject_id=number, state=state, not_before=now, settled_at=now)
        for number, state in enumerate(states)
    )
    client.force_login(admin, backend="accounts.backends.StaffBackend")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get(FIRM).content.decode()
    assert ("<dd>99+</dd>" in page, page.count(advisor.name)) == (True, 20)
    found = [one["sql"] for one in asked if 'FROM "notifications_push"' in one["sql"]]
    assert len(found) == 2
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notifications_push")
        for statement in found:
            cursor.execute(f"EXPLAIN {statement}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "push_trouble" in plan, plan
            assert "Seq Scan on notifications_push" not in plan, plan
