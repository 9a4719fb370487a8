"""What happens to action items and reminders, for one and for many, and what the database refuses."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from contacts.domain.timeline import timeline
from core.models import Activity
from tests.factories import ContactFactory, ResourceFactory
from todos.domain import items, reminders
from todos.domain.from_campaigns import CampaignItem, CampaignReminder, create_action_items, create_reminders
from todos.models import ActionItem, Reminder

pytestmark = pytest.mark.django_db


def sentences(contact):
    """What the contact's timeline says, the newest first."""
    return [entry.sentence for entry in timeline(contact, kind="event")[0]]


@pytest.mark.parametrize("count", [1, 3])
def test_a_verb_takes_the_same_queries_for_any_amount(advisor, count, django_assert_num_queries):
    for contact in ContactFactory.create_batch(count, primary_advisor=advisor):
        ActionItem.objects.create(contact=contact, title="x")
        Reminder.objects.create(contact=contact, title="x", due_at=timezone.now())
    for verb, rows, arguments in (
        (items.complete, ActionItem.objects.all(), ()),
        (items.reopen, ActionItem.objects.all(), ()),
        (items.withdraw, ActionItem.objects.all(), ()),
        (reminders.snooze, Reminder.objects.all(), (reminders.tomorrow(),)),
        (reminders.complete, Reminder.objects.all(), ()),
        (reminders.reopen, Reminder.objects.all(), ()),
    ):
        with django_assert_num_queries(5):  # two of them are the savepoint's
            assert len(verb(rows, *arguments, by=advisor)) == count
    assert Activity.objects.filter(actor=advisor).count() == 6 * count


def test_done_twice_is_done_once(item, reminder, advisor):
    assert items.complete(ActionItem.objects.all(), by=advisor) == [item.pk]
    assert items.complete(ActionItem.objects.all(), by=advisor) == []
    assert items.withdraw(ActionItem.objects.all(), by=advisor) == []
    until = reminders.tomorrow()
    assert reminders.snooze(Reminder.objects.all(), until, by=advisor) == [reminder.pk]
    assert reminders.snooze(Reminder.objects.all(), until, by=advisor) == []
    assert Activity.objects.count() == 2


def test_the_timeline_tells_what_was_done_to_which(contact, advisor):
    items.create([ActionItem(contact=contact, title="Sign"), ActionItem(contact=contact, title="Send")], by=advisor)
    assert sentences(contact) == ["Action item added: “Sign”, “Send”"]


def test_an_event_holds_no_words_of_its_item_and_names_none_of_another_contact(item, advisor):
    items.complete(ActionItem.objects.all(), by=advisor)
    assert "passport" not in str(list(Activity.objects.values()))
    ActionItem.objects.update(contact=ContactFactory())
    assert sentences(item.contact) == ["Action item done"]


def test_one_statement_of_a_campaign_writes_thousands(contact):
    resource = ResourceFactory()
    rows = [CampaignItem(contact.pk, f"Item {n}", "x", resource.pk, date(2031, 1, 1)) for n in range(1000)]
    assert create_action_items(rows) == 1000
    assert ActionItem.objects.filter(created_by=None, resource=resource, due_on=date(2031, 1, 1)).count() == 1000
    now = timezone.now()
    assert create_reminders([CampaignReminder(contact.pk, "Call", "", now, "team")]) == 1
    assert list(Reminder.objects.values_list("audience", "due_at", "shows_at")) == [("team", now, now)]
    assert create_reminders([]) == create_action_items([]) == 0


def test_a_campaign_brings_nothing_to_contacts_who_are_gone(contact):
    gone = ContactFactory(deleted_at=timezone.now())
    rows = [CampaignItem(pk, "x", "", None, None) for pk in (contact.pk, gone.pk, 999_999_999)]
    assert create_action_items(rows) == 1


def test_every_change_is_in_the_history(item, reminder, advisor):
    items.complete(ActionItem.objects.all(), by=advisor)
    reminders.complete(Reminder.objects.all(), by=advisor)
    assert ActionItem.pgh_event_model.objects.filter(pgh_obj_id=item.pk).count() == 2
    assert Reminder.pgh_event_model.objects.filter(pgh_obj_id=reminder.pk, done_by=advisor).count() == 1


@pytest.mark.parametrize(
    "values",
    [
        {"done_at": timezone.now()},
        {"done_by_client": True},
        {"title": ""},
        {"done_at": timezone.now(), "done_by_client": True, "withdrawn_at": timezone.now()},
    ],
)
def test_the_database_refuses_items_that_make_no_sense(item, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        ActionItem.objects.update(**values)


@pytest.mark.parametrize("values", [{"done_at": timezone.now()}, {"title": ""}, {"audience": "x"}])
def test_the_database_refuses_reminders_that_make_no_sense(reminder, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.update(**values)


def test_snoozed_until_a_day_it_shows_then(reminder, advisor):
    until = timezone.now() + timedelta(days=3)
    reminders.snooze(Reminder.objects.all(), until, by=advisor)
    assert Reminder.objects.get().shows_at == until
