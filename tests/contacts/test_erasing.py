"""What a purge erases: every column but those that are kept, every row that points to the contact."""

import re
from datetime import UTC, date, datetime

import pytest
from django.core.files.base import ContentFile
from django.db import models
from django.utils import timezone

from accounts.models import User
from contacts.models import Contact, Household
from core.history.recording import record
from core.models import Operation
from crm.models import Connection, Record
from experiences.models import Campaign, Experience, Team
from mail.models import ArchivedMessage, Send
from tests import world
from tests.contacts.test_retention import SECRETS, secret_contact, tables_with, trashed
from tests.factories import (
    CampaignFactory,
    ContactFactory,
    ExperienceFactory,
    HouseholdFactory,
    TagFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

# What the row of a contact who was sent mail, and the account of one who did something, may go on saying.
KEPT_OF_CONTACT = {
    *("id", "contact_type", "primary_advisor", "source", "created_at", "deleted_at", "deleted_by"),
    *("status", "updated_at", "purged_at"),  # follow from the purge itself
}
KEPT_OF_ACCOUNT = {"id", "role", "created_at"}


def filled(field):
    """A value for a column of any kind that nothing else has."""
    if field.many_to_one or field.one_to_one:
        return field.related_model._base_manager.first() or FILLED_BY[field.related_model]()
    if field.choices:
        return list(dict(field.flatchoices))[-1]
    values = {
        models.FileField: lambda: ContentFile(b"secret", f"{field.name}-secret.png"),
        models.EmailField: lambda: f"{field.name}@zylberberg.example",
        models.CharField: lambda: f"zylberberg {field.name}"[: field.max_length],
        models.TextField: lambda: f"zylberberg {field.name}",
        models.JSONField: lambda: {"zylberberg": field.name} if field.default is dict else [f"zylberberg {field.name}"],
        models.DateTimeField: lambda: datetime(1999, 1, 2, 3, 4, tzinfo=UTC),
        models.DateField: lambda: date(1931, 3, 7),
        models.BooleanField: lambda: not field.get_default(),
        models.IntegerField: lambda: 4711,
    }
    return next(value for kind, value in values.items() if isinstance(field, kind))()


FILLED_BY = {
    Household: HouseholdFactory,
    Team: TeamFactory,
    Experience: ExperienceFactory,
    Campaign: CampaignFactory,
    User: UserFactory,
}


def fill(row, *, but=()):
    """Fill every column of a row from the model's own fields; what is added to the model is filled unasked."""
    for field in row._meta.concrete_fields:
        if not (field.primary_key or field.generated or field.name in but):
            setattr(row, field.name, filled(field))
    row.save()
    row.refresh_from_db()
    return {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields}


def survivors(row, before):
    """The names of columns that hold what they held before, where that was anything."""
    return {
        field.name
        for field in row._meta.concrete_fields
        if before[field.name] not in (None, "", [], {}, 0) and getattr(row, field.attname) == before[field.name]
    }


def test_of_every_column_only_what_is_kept_survives(purge):
    contact = world.build().contact
    account = contact.user
    # The archive keeps the contact's row, the audit trail the account's.
    record("signed_in", "Signed in", subject_ids=[contact.pk], actor=account)
    send = Send.objects.filter(contact=contact).first()
    ArchivedMessage.objects.create(send=send, recipient="a@example.com", subject="x", text="x")
    before = fill(contact, but={"user", "deleted_at", "purged_at", "primary_advisor"})
    before_account = fill(account, but={"role", "is_active"})
    trashed(contact)
    purge()
    contact, account = Contact.objects.get(pk=contact.pk), User.objects.get(pk=account.pk)
    assert survivors(contact, before) <= KEPT_OF_CONTACT
    assert survivors(account, before_account) <= KEPT_OF_ACCOUNT


def test_no_table_that_points_to_a_contact_keeps_rows_of_one_who_was_purged(purge):
    contact = world.build().contact
    HouseholdFactory(head=contact)
    contact.tags.add(TagFactory())
    send = Send.objects.filter(contact=contact).first()
    ArchivedMessage.objects.create(send=send, recipient="a@example.com", subject="x", text="x")
    relations = [one for one in Contact._meta.get_fields(include_hidden=True) if one.one_to_many or one.one_to_one]
    relations = [one for one in relations if one.auto_created and not one.concrete]

    def pointing():
        return {
            one.related_model._meta.label
            for one in relations
            if one.related_model._base_manager.filter(**{f"{one.field.name}__in": [contact.pk]}).exists()
        }

    assert len(pointing()) > 10
    trashed(contact)
    purge()
    # The archive's ledger, the threads of messages, the nameless row in lists, and of a household its head, by key.
    assert pointing() == {"mail.Send", "messaging.Thread", "contacts.Listing", "contacts.HouseholdEvent"}


def test_operations_on_one_contact_forget_the_name(purge, advisor):
    contact = secret_contact(ContactFactory(primary_advisor=advisor))
    operation = Operation.objects.create(kind="crm.update", title="Update Quentin Zylberberg from CRM", owner=advisor)
    record("updated", "Updated", subject_ids=[contact.pk], operation=operation)
    trashed(contact)
    purge()
    operation.refresh_from_db()
    assert operation.title == "Update Deleted contact from CRM"
    assert tables_with(*map(re.escape, SECRETS)) == set()


def test_what_was_given_by_hand_for_a_record_goes_and_what_the_crm_says_stays(purge, advisor):
    contact = secret_contact(ContactFactory(primary_advisor=advisor))
    crm = Connection.objects.create(name="CRM", adapter="demo")
    says = {"first_name": "Q.", "last_name": "There", "emails": [{"value": "there@example.com"}]}
    there, gone = (
        Record.objects.create(
            connection=crm,
            remote_id=name,
            payload=says,
            mends={"email": contact.email},
            values={"email": contact.email, "phone": contact.phone},
            applied={"last_name": "Zylberberg"},
            name="Quentin Zylberberg",
            email=contact.email,
            contact=whose,
            state="linked",
            gone_at=when,
        )
        for name, whose, when in (("1", contact, None), ("2", ContactFactory(), timezone.now()))
    )
    trashed(contact), trashed(gone.contact)
    purge()
    there.refresh_from_db(), gone.refresh_from_db()
    assert tables_with(*map(re.escape, SECRETS)) == set()
    assert (there.name, there.email, there.former_contact_id) == ("Q. There", "there@example.com", contact.pk)
    assert (there.state, there.reasons, gone.state, gone.reasons) == ("cannot", ["deleted_here"]) * 2
    assert (gone.remote_id, gone.payload, gone.name, gone.email) == ("2", {}, "", "")
