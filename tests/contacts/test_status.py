"""Status follows from the facts, in the database itself."""

import pytest
from django.db import IntegrityError
from django.utils import timezone

from contacts.models import Contact, Status
from tests.factories import ContactFactory, ExperienceFactory


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ([], Status.NOT_INVITED),
        (["experience"], Status.ASSIGNED),
        (["experience", "first_invited_at"], Status.INVITED),
        (["first_invited_at"], Status.INVITED),
        (["experience", "first_invited_at", "start_at"], Status.ACTIVE),
        (["start_at"], Status.ACTIVE),
        (["start_at", "deactivated_at"], Status.DEACTIVATED),
    ],
)
def test_status_is_what_the_facts_say(db, facts, status):
    values = {fact: ExperienceFactory() if fact == "experience" else timezone.now() for fact in facts}
    contact = ContactFactory(**values)
    assert Contact.objects.get(pk=contact.pk).status == status


def test_email_is_unique_among_living_contacts_whatever_its_case(db):
    ContactFactory(email="one@example.com", deleted_at=timezone.now())
    ContactFactory(email="one@example.com")
    with pytest.raises(IntegrityError):
        ContactFactory(email="ONE@example.com")
