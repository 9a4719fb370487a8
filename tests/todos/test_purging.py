"""What is left of action items and reminders when their contact is deleted for good: nothing, in no table."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.domain.purging import purge_trash
from contacts.models import Contact
from tests import world
from tests.contacts.test_retention import tables_with
from tests.factories import ContactFactory
from tests.outreach.factories import archived
from todos.domain import items, reminders
from todos.models import ActionItem, Reminder

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("has_archived_mail", [True, False])
def test_a_purge_takes_rows_and_history(advisor, has_archived_mail, django_capture_on_commit_callbacks):
    other = world.build().contact
    contact = ContactFactory()
    if has_archived_mail:
        archived(contact)
    now = timezone.now()
    items.create([ActionItem(contact=contact, title="Zylberberg trust", text="confidential")], by=advisor)
    reminders.create([Reminder(contact=contact, title="Zylberberg trust", due_at=now)], by=advisor)
    items.complete(ActionItem.objects.filter(contact=contact), by=advisor)
    assert tables_with("zylberberg", "confidential") == {
        "todos_actionitem", "todos_actionitemevent", "todos_reminder", "todos_reminderevent",
    }  # fmt: skip
    Contact.objects.filter(pk=contact.pk).update(deleted_at=now - timedelta(days=31))
    with django_capture_on_commit_callbacks(execute=True):
        purge_trash()
    assert tables_with("zylberberg", "confidential") == set()
    assert Contact.objects.filter(pk=contact.pk).exists() == has_archived_mail
    assert set(ActionItem.objects.values_list("contact", flat=True)) == {other.pk}
    assert set(Reminder.objects.values_list("contact", flat=True)) == {other.pk}
