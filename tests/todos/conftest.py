"""What the tests of the room share: one contact with an action item and a reminder."""

import pytest
from django.utils import timezone

from todos.models import ActionItem, Reminder


@pytest.fixture
def item(contact):
    """An open action item of the advisor's contact."""
    return ActionItem.objects.create(contact=contact, title="Send your passport", created_by=contact.primary_advisor)


@pytest.fixture
def reminder(contact):
    """An open reminder about the advisor's contact, due now."""
    return Reminder.objects.create(
        contact=contact, title="Call about the house", due_at=timezone.now(), created_by=contact.primary_advisor
    )
