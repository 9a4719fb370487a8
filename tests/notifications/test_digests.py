"""The daily summary: once a day by each one's clock, if there is anything, with numbers and no names."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail as postman
from django.db import connection

from accounts.models import Firm, User
from mail.models import Send
from messaging.domain.reading import mark_read_by_staff
from messaging.domain.writing import settle, write_as_client
from messaging.models import Message, Thread
from notifications.domain.digests import make_due_digests, set_daily
from notifications.domain.purposes import AT_ONCE, NOTHING
from notifications.models import Digest, Push, StaffPreference
from todos.domain.items import complete_by_client
from todos.domain.notifying import _done_since
from todos.models import ActionItem, ItemFile, Reminder

NEW_YORK = "America/New_York"
EVE = datetime(2026, 7, 1, 22, 0, tzinfo=UTC)  # 18:00 in New York


def at(day, hour, minute=0, month=7):
    """A moment by the clocks of New York."""
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(NEW_YORK))


@pytest.fixture
def daily(advisor):
    """The advisor gets a summary at eight in the morning, as chosen the day before."""
    Firm.objects.update(time_zone=NEW_YORK)
    return StaffPreference.objects.create(user=advisor, daily_at=time(8))


def look(moment):
    with time_machine.travel(moment, tick=False):
        make_due_digests()


def summaries():
    return Send.objects.filter(purpose="staff_digest")


@pytest.fixture
def waiting(client_contact, advisor, daily):
    """A client has written to an advisor who gets a summary."""
    write_as_client(client_contact, "My secret plan", user=advisor)


def test_it_comes_at_its_time_once_a_day(waiting):
    look(at(1, 7, 59))
    assert not summaries().exists()
    for _ in range(3):
        look(at(1, 8))
    look(at(1, 23, 59))
    assert summaries().count() == 1
    look(at(2, 7))
    look(at(2, 8, 30))
    assert summaries().count() == 2


def test_it_says_numbers_and_no_names(waiting, advisor, client_contact, send):
    Reminder.objects.create(contact=client_contact, title="Call about the house", due_at=EVE - timedelta(days=1))
    item = ActionItem.objects.create(contact=client_contact, title="Send the passport")
    complete_by_client(ActionItem.objects.filter(pk=item.pk), client_contact)
    look(datetime.now(UTC) + timedelta(hours=23))
    Digest.objects.update(made_at=datetime.now(UTC))
    send()
    letter = postman.outbox[0]
    assert letter.to == [advisor.email]
    for line in ("1 conversation to answer", "1 reminder due", "1 contact finished action items or sent files"):
        assert line in letter.body
    for secret in ("secret", "house", "passport", client_contact.last_name, client_contact.first_name):
        assert secret not in letter.body
    assert "/messages/" in letter.body


def test_without_anything_to_say_no_mail_comes_and_the_day_is_over(daily, client_contact, advisor):
    look(at(1, 8))
    write_as_client(client_contact, "Hello", user=advisor)
    look(at(1, 10))
    assert (summaries().count(), Digest.objects.count()) == (0, 1)


def test_single_mails_do_not_come_beside_it_and_pushes_do(waiting, advisor, client_contact, device, send):
    assert not Send.objects.filter(purpose="message_for_staff").exists()
    device(advisor)
    mark_read_by_staff(Thread.objects.get(), Message.objects.last().pk, advisor)
    write_as_client(client_contact, "Hello?", user=advisor)
    assert (Send.objects.count(), Push.objects.count()) == (0, 1)


def test_a_mail_planned_before_they_chose_the_summary_does_not_leave(client_contact, advisor, send):
    write_as_client(client_contact, "Hello", user=advisor)
    set_daily(advisor, time(8), (None, None))
    send()
    assert (postman.outbox, Send.objects.get().state) == ([], "suppressed")


def test_what_was_answered_meanwhile_needs_no_summary(waiting, advisor, send):
    look(at(1, 8))
    settle(Thread.objects.get(), by=advisor, seen=Message.objects.last().pk)
    send()
    assert (summaries().get().state, summaries().get().reason) == ("suppressed", NOTHING)


def test_who_chose_to_be_told_at_once_meanwhile_gets_no_summary(waiting, advisor, send):
    look(at(1, 8))
    set_daily(advisor, None, (None, None))
    send()
    assert summaries().get().reason == AT_ONCE


def test_whoever_has_left_gets_none(waiting, advisor):
    User.objects.filter(pk=advisor.pk).update(is_active=False)
    look(at(1, 8))
    assert not Digest.objects.exists()


def test_a_time_that_has_passed_today_begins_tomorrow(client_contact, advisor):
    Firm.objects.update(time_zone=NEW_YORK)
    write_as_client(client_contact, "Hello", user=advisor)
    with time_machine.travel(at(1, 15), tick=False):
        set_daily(advisor, time(8), (None, None))
        make_due_digests()
    assert not summaries().exists()
    look(at(2, 8))
    assert summaries().count() == 1


@pytest.mark.parametrize(
    ("daily_at", "moments"),
    [
        # Clocks go forward on March 8: half past two is left out, and what is due then comes at three.
        (time(2, 30), ["2026-03-08T06:59Z", "2026-03-08T07:00Z", "2026-03-08T12:00Z"]),
        # They go back on November 1: half past one comes twice, and the summary once.
        (time(1, 30), ["2026-11-01T05:29Z", "2026-11-01T05:30Z", "2026-11-01T06:30Z", "2026-11-01T07:30Z"]),
    ],
)
def test_changes_of_clocks_neither_lose_nor_repeat_it(waiting, daily, daily_at, moments):
    StaffPreference.objects.update(daily_at=daily_at)
    found = []
    for moment in moments:
        look(datetime.fromisoformat(moment))
        found.append(summaries().count())
    assert found == [0] + [1] * (len(moments) - 1)


def test_whoever_flies_west_does_not_get_a_day_twice(waiting, advisor):
    User.objects.filter(pk=advisor.pk).update(time_zone="Asia/Tokyo")
    look(datetime(2026, 7, 2, 0, 0, tzinfo=UTC))  # 09:00 on July 2 in Tokyo
    User.objects.filter(pk=advisor.pk).update(time_zone="America/Los_Angeles")
    look(datetime(2026, 7, 2, 1, 0, tzinfo=UTC))  # still July 1 there
    look(datetime(2026, 7, 2, 20, 0, tzinfo=UTC))  # July 2 again
    assert summaries().count() == 1
    look(datetime(2026, 7, 3, 20, 0, tzinfo=UTC))
    assert summaries().count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_one(client_contact, advisor):
    Firm.objects.update(time_zone="UTC")
    StaffPreference.objects.create(user=advisor, daily_at=time(0))
    write_as_client(client_contact, "Hello", user=advisor)

    def work(_) -> None:
        make_due_digests()
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert (summaries().count(), Digest.objects.count()) == (1, 1)


def test_a_mail_that_could_not_be_planned_leaves_the_day_open(waiting, monkeypatch):
    def fails(*args, **kwargs):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("notifications.domain.digests.plan", fails)
        with pytest.raises(RuntimeError):
            look(at(1, 8))
    assert not Digest.objects.exists()
    look(at(1, 8))
    assert summaries().count() == 1


def test_while_sending_is_held_none_is_made(waiting, monkeypatch):
    monkeypatch.setattr("core.mailing.restore_guard.check", lambda: False)
    look(at(1, 8))
    assert not Digest.objects.exists()


def test_the_numbers_lead_to_the_contacts_they_count(client, advisor, client_contact):
    item = ActionItem.objects.create(contact=client_contact, title="x")
    complete_by_client(ActionItem.objects.filter(pk=item.pk), client_contact)
    client.force_login(advisor, backend="accounts.backends.StaffBackend")
    for hours, there in ((-1, True), (1, False)):
        since = datetime.now(UTC) + timedelta(hours=hours)
        page = client.get(f"/contacts/?group=done_items.{int(since.timestamp())}").content.decode()
        assert (client_contact.last_name in page) is there
    assert client.get("/contacts/?group=done_items.99999999999999999").status_code == 200


def test_a_changed_time_loses_nothing_of_the_time_before(daily, client_contact, advisor):
    item = ActionItem.objects.create(contact=client_contact, title="x")
    look(at(1, 8))
    with time_machine.travel(at(1, 10), tick=False):
        complete_by_client(ActionItem.objects.filter(pk=item.pk), client_contact)
    with time_machine.travel(at(2, 7), tick=False):
        set_daily(advisor, time(6), (None, None))  # today's at six has passed
    look(at(2, 9))
    assert not summaries().exists()
    look(at(3, 6))
    assert summaries().count() == 1


def test_a_summary_that_never_left_loses_nothing_either(daily, client_contact, advisor):
    item = ActionItem.objects.create(contact=client_contact, title="x")
    with time_machine.travel(at(1, 7), tick=False):
        complete_by_client(ActionItem.objects.filter(pk=item.pk), client_contact)
    look(at(1, 8))
    summaries().update(state="failed")
    look(at(2, 8))
    assert summaries().count() == 2


def test_what_clients_did_is_found_by_index(contact):
    items = ActionItem.objects.bulk_create(ActionItem(contact=contact, title="x") for _ in range(1000))
    ago = datetime.now(UTC) - timedelta(days=30)
    ItemFile.objects.bulk_create(ItemFile(item=one, file="x.pdf", name="x.pdf", size=1, sent_at=ago) for one in items)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE todos_actionitem, todos_itemfile")
    plan = _done_since(datetime.now(UTC)).explain()
    assert "action_item_done_by_client" in plan and "item_file_sent" in plan


def test_an_address_with_a_moment_to_come_is_no_error(as_user, advisor):
    for far in (253402300799, 99999999999999999):
        assert as_user(advisor).get(f"/contacts/?group=done_items.{far}").status_code == 200
