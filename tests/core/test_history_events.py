"""The one change that is made to SQL of django-pghistory, pinned: a version that writes other SQL is noticed here."""

import pghistory.trigger
import pytest
from django.apps import apps

from contacts.models import Contact
from core.history.events import StatementEvent
from core.models import Change
from tests.factories import ContactFactory

BEGINNING = (
    'WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "contacts_contactevent" ('
)
END = "; RETURN NULL;"
TRIGGERS = [one for one in Contact._meta.triggers if isinstance(one, StatementEvent)]


def test_inserts_and_updates_of_contacts_are_kept_by_statement():
    assert [one.name for one in TRIGGERS] == ["insert_insert", "update_update"]


@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda one: one.name)
def test_the_library_writes_one_statement_which_is_run_by_execute(trigger):
    theirs = pghistory.trigger.Event.get_func(trigger, Contact).func
    assert theirs.startswith(BEGINNING)
    assert theirs.endswith(END)
    assert theirs.count(";") == 2
    ours = trigger.get_func(Contact).func
    assert f"EXECUTE $history$ WITH entries AS ({theirs.removesuffix(END)} RETURNING 1)" in ours
    assert ours.count(END) == 1
    assert ours.endswith("$history$; END IF; RETURN NULL;")


@pytest.mark.django_db
def test_a_statement_leaves_an_entry_a_row_and_one_note():
    ids = [ContactFactory().pk, ContactFactory().pk]
    notes = Change.objects.count()
    Contact.objects.filter(pk__in=ids).update(city="Springfield")
    entries = apps.get_model("contacts", "ContactEvent").objects.filter(city="Springfield")
    assert sorted(entries.values_list("pgh_obj_id", flat=True)) == ids
    assert Change.objects.count() == notes + 1
