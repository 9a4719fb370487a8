"""A client is reminded once of what is overdue: by mail, by the rules for mail, and never of what it is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail as postman
from django.db import connection
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact
from core.models import Activity, MailStatus
from core.tasks import sweep
from mail.models import Send
from outreach.domain import overdue_items
from outreach.domain.overdue_items import plan_due, remind_of_overdue_items
from outreach.models import Suppression
from tests.factories import AssignmentFactory, ContactFactory
from todos.models import ActionItem

pytestmark = pytest.mark.django_db
DUE = date(2031, 6, 4)
NOON_AFTER = datetime(2031, 6, 5, 16, 0, tzinfo=UTC)  # in New York


@pytest.fixture
def person():
    """Somebody in New York with a portal and an item due on 4 June 2031."""
    contact = AssignmentFactory(contact=ContactFactory(time_zone="America/New_York")).contact
    ActionItem.objects.create(contact=contact, title="Bring the will", text="Secret", due_on=DUE)
    return contact


def look(at: datetime = NOON_AFTER) -> int:
    """The sweep of that moment; returns how many mails it planned."""
    with time_machine.travel(at, tick=False):
        return plan_due(Firm.get())


def send(send_now, at: datetime = NOON_AFTER) -> list[str]:
    """What the worker does then; returns the states of all mails."""
    with time_machine.travel(at, tick=False):
        send_now()
    return list(Send.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize("count", [1, 3])
def test_a_look_takes_the_same_queries_for_any_number(count, django_assert_num_queries):
    for _ in range(count):
        contact = AssignmentFactory(contact=ContactFactory(time_zone="America/New_York")).contact
        ActionItem.objects.create(contact=contact, title="x", due_on=DUE)
    firm = Firm.get()
    with time_machine.travel(NOON_AFTER, tick=False), django_assert_num_queries(8):
        assert plan_due(firm) == count


def test_one_mail_leaves_and_says_nothing_of_the_item(person, send_now):
    assert [look(), look(NOON_AFTER + timedelta(days=1))] == [1, 0]
    Send.objects.update(created_at=NOON_AFTER)
    assert send(send_now) == ["accepted"]
    (message,) = postman.outbox
    assert message.to == [person.email]
    assert "/portal/items/" in message.body
    assert "will" not in message.body.replace("will be", "")
    assert "Secret" not in message.body
    assert Activity.objects.filter(verb="overdue_item_mailed", subject_id=person.pk).count() == 1


def test_the_list_of_mails_calls_it_by_its_name_and_can_be_narrowed_to_it(person, as_user):
    look()
    client = as_user(person.primary_advisor)
    for kind, count in (("action_item", 1), ("invitation", 0)):
        page = client.get("/outreach/", {"purpose": kind})
        assert page.context["page"].paginator.count == count
    assert "Kind: Overdue action item" in client.get("/outreach/?purpose=action_item").content.decode()
    assert '<td data-label="Kind" >Overdue action item</td>' in client.get("/outreach/").content.decode()


@pytest.mark.parametrize(
    ("at", "planned"),
    [
        (datetime(2031, 6, 5, 3, 0, tzinfo=UTC), 0),  # still the day itself in New York
        (datetime(2031, 6, 5, 5, 0, tzinfo=UTC), 0),  # over, and quiet hours
        (datetime(2031, 6, 5, 12, 1, tzinfo=UTC), 1),  # one minute past eight
        (datetime(2031, 6, 30, 16, 0, tzinfo=UTC), 0),  # long ago
    ],
)
def test_the_day_passes_where_the_contact_lives_and_quiet_hours_are_kept(person, at, planned):
    assert look(at) == planned


@pytest.mark.parametrize(
    "change",
    [
        {"deleted_at": timezone.now()},
        {"deactivated_at": timezone.now()},
        {"deceased": True},
        {"do_not_contact_since": DUE},
        {"experience": None},
    ],
)
def test_nothing_is_planned_and_nothing_leaves_that_must_not(person, send_now, change):
    Contact.objects.filter(pk=person.pk).update(**change)
    assert look() == 0
    Contact.objects.filter(pk=person.pk).update(
        deleted_at=None, deactivated_at=None, deceased=False, do_not_contact_since=None, experience=person.experience
    )
    assert look() == 1
    Send.objects.update(created_at=NOON_AFTER)
    Contact.objects.filter(pk=person.pk).update(**change)
    assert send(send_now) == ["suppressed"]
    assert postman.outbox == []


@pytest.mark.parametrize("values", [{"done_at": timezone.now(), "done_by_client": True}, {"due_on": date(2031, 9, 1)}])
def test_what_was_done_or_put_off_meanwhile_is_not_mailed(person, send_now, values):
    look()
    Send.objects.update(created_at=NOON_AFTER)
    ActionItem.objects.update(**values)
    assert send(send_now) == ["suppressed"]
    assert Send.objects.get().reason == overdue_items.DONE_MEANWHILE


def test_an_address_that_gets_no_mail_gets_none(person, send_now):
    look()
    Send.objects.update(created_at=NOON_AFTER)
    Suppression.objects.create(email=person.email, kind=Suppression.Kind.choices[0][0])
    assert send(send_now) == ["suppressed"]


def test_an_item_is_mailed_about_once_even_when_it_is_reopened_and_due_again(person):
    look()
    ActionItem.objects.update(due_on=date(2031, 7, 1))
    assert look(datetime(2031, 7, 2, 16, 0, tzinfo=UTC)) == 0


def test_items_that_became_overdue_together_are_one_mail_and_done_ones_none(person):
    ActionItem.objects.create(contact=person, title="Another", due_on=DUE)
    ActionItem.objects.create(contact=person, title="No date")
    other = AssignmentFactory().contact
    ActionItem.objects.create(contact=other, title="x", due_on=DUE, done_at=timezone.now(), done_by_client=True)
    assert look() == 1
    assert ActionItem.objects.exclude(overdue_mail_at=None).count() == 2


def test_many_are_planned_in_chunks(person, monkeypatch):
    monkeypatch.setattr(overdue_items, "CHUNK", 2)
    for _ in range(4):
        contact = AssignmentFactory(contact=ContactFactory(time_zone="America/New_York")).contact
        ActionItem.objects.create(contact=contact, title="x", due_on=DUE)
    assert look() == 5
    assert Send.objects.filter(purpose="action_item").count() == 5


def test_what_a_restored_backup_may_have_lost_is_not_mailed_again(person):
    MailStatus.objects.update(doubt_until=datetime(2031, 6, 5, 14, 0, tzinfo=UTC))
    assert look() == 0


def test_a_worker_that_stops_in_between_has_done_nothing(person, monkeypatch):
    def stop() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(overdue_items, "look_soon", stop)
    with pytest.raises(KeyboardInterrupt):
        look()
    monkeypatch.undo()
    assert not Send.objects.exists()
    assert look() == 1


def test_the_sweep_looks(person, monkeypatch):
    looked = []
    monkeypatch.setattr(overdue_items, "plan_due", looked.append)
    sweep()
    assert len(looked) == 1
    remind_of_overdue_items()
    assert len(looked) == 1, "a few minutes apart"


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_plan_one_mail_for_each(person):
    Firm.objects.update(sends_per_minute=100_000)
    for _ in range(4):
        contact = AssignmentFactory(contact=ContactFactory(time_zone="America/New_York")).contact
        ActionItem.objects.create(contact=contact, title="x", due_on=DUE)

    def work(number: int) -> int:
        try:
            return plan_due(Firm.get())
        finally:
            connection.close()

    with time_machine.travel(NOON_AFTER, tick=False), ThreadPoolExecutor(4) as pool:
        planned = list(pool.map(work, range(8)))
    assert (sum(planned), Send.objects.count()) == (5, 5)
    assert not ActionItem.objects.filter(overdue_mail_at=None).exists()
