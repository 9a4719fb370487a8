"""What is deleted for good, when, and what of it stays."""

import io
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.storage import storages
from django.db import connection
from django.utils import timezone

from accounts.models import User
from contacts.domain import clearing_imports
from contacts.domain.clearing_imports import clear_old_imports
from contacts.domain.photos import put_photo
from contacts.domain.signing_in import record_sign_in
from contacts.models import Contact, FileImport, Household, ImportRow
from core.history.recording import record
from core.models import Activity, Operation, OperationLine
from mail.models import ArchivedMessage, Send
from tests import world
from tests.factories import ContactFactory, HouseholdFactory, NoteFactory, TagFactory

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=31)
SECRETS = ("quentin", "zylberberg", "+12125550199", "confidential")


def secret_contact(contact):
    """Make the contact one whose every trace can be told from everybody else's."""
    for name, value in (
        ("first_name", "Quentin"),
        ("last_name", "Zylberberg"),
        ("email", "quentin@zylberberg.example"),
        ("phone", "+12125550199"),
        ("custom_data", {"note": "confidential"}),
    ):
        setattr(contact, name, value)
    contact.household = HouseholdFactory(name="Zylberberg family")
    contact.save()
    contact.tags.add(TagFactory())
    NoteFactory(contact=contact, text="confidential")
    operation = Operation.objects.create(kind="contacts.edit", title="x", owner=contact.primary_advisor)
    OperationLine.objects.create(
        operation=operation, subject_id=contact.pk, state="done", before={"last_name": "Zylberberg"}
    )
    record("changed", "Set city", subject_ids=[contact.pk], operation=operation)
    return contact


def trashed(contact, ago=LONG_AGO):
    """Put the contact into the trash, some time ago."""
    Contact.objects.filter(pk=contact.pk).update(deleted_at=timezone.now() - ago)


def tables_with(*words):
    """The tables in which one of the words stands in any column of any row."""
    found = set()
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            quoted = connection.ops.quote_name(name)
            cursor.execute(
                f"SELECT 1 FROM {quoted} AS row WHERE lower(row::text) ~ %s LIMIT 1",  # noqa: S608 - our own tables
                ["|".join(words)],
            )
            if cursor.fetchone():
                found.add(name)
    return found


def test_a_contact_without_archived_mail_is_gone_with_every_trace(files_on_disk, purge, advisor):
    everybody = world.build().contact
    contact = secret_contact(ContactFactory(primary_advisor=advisor, photo=world.picture()))
    assert tables_with(*map(re.escape, SECRETS)) >= {"contacts_contact", "contacts_contactevent", "contacts_note"}
    trashed(contact)
    photo = files_on_disk / contact.photo.name
    assert photo.exists()
    purge()
    assert tables_with(*map(re.escape, SECRETS)) == set()
    assert not Contact.objects.filter(pk=contact.pk).exists()
    assert not photo.exists()
    assert not Household.objects.exists()
    assert Activity.objects.filter(subject_id=contact.pk, verb="purged").count() == 1
    everybody.refresh_from_db()
    assert everybody.notes.exists()


def test_archived_mail_stays_as_it_left_and_the_contact_has_no_name(files_on_disk, purge):
    contact = secret_contact(world.build().contact)
    record_sign_in(contact)
    Send.objects.filter(contact=contact).update(recipient=contact.email)
    archived = ArchivedMessage.objects.create(
        send=Send.objects.get(contact=contact), recipient=contact.email, subject="Welcome, Quentin", text="x"
    )
    photo = files_on_disk / contact.photo.name
    trashed(contact)
    purge()
    assert tables_with(*map(re.escape, SECRETS)) == {"mail_archivedmessage", "mail_send"}
    row = Contact.objects.get(pk=contact.pk)
    assert (row.name, row.user, row.photo.name, row.purged_at is None) == ("Deleted contact", None, "", False)
    assert ArchivedMessage.objects.get(pk=archived.pk).subject == "Welcome, Quentin"
    account = User.objects.get(pk=contact.user_id)
    assert (account.name, account.is_active) == ("Deleted contact", False), "the audit trail says who signed in"
    assert not photo.exists()


def test_purging_twice_does_nothing_more(purge):
    trashed(world.build().contact)
    purge()
    before = Activity.objects.count(), Contact.objects.values().get(purged_at__isnull=False)
    purge()
    assert (Activity.objects.count(), Contact.objects.values().get(purged_at__isnull=False)) == before


def test_what_can_still_be_restored_stays(purge, contact):
    recent = ContactFactory()
    trashed(recent, timedelta(days=29))
    purge()
    assert Contact.objects.filter(pk__in=[recent.pk, contact.pk]).count() == 2


def test_one_that_cannot_be_purged_does_not_keep_the_others(purge, monkeypatch, caplog):
    monkeypatch.setattr("contacts.domain.purging.CHUNK", 1)
    first, second = ContactFactory(), ContactFactory()
    trashed(first), trashed(second)
    from contacts.domain import purging

    whole = purging._remove_what_is_theirs

    def refuse(ids):
        if first.pk in ids:
            raise RuntimeError
        whole(ids)

    monkeypatch.setattr(purging, "_remove_what_is_theirs", refuse)
    purge()
    assert list(Contact.objects.filter(pk__in=[first.pk, second.pk])) == [first]
    assert "could not be purged" in caplog.text


def test_every_history_of_contacts_is_among_those_removed():
    """A new table with a contact's key and a history of its own must be named where contacts are purged."""
    from contacts.domain.purging import HISTORY
    from contacts.registry import contact_traces

    named = {**HISTORY, **{label: column for traces in contact_traces for label, column in traces.history.items()}}
    with_contact = {
        model._meta.label
        for model in apps.get_models()
        if hasattr(model, "pgh_tracked_model")
        and (model.pgh_tracked_model is Contact or any(f.attname == "contact_id" for f in model._meta.fields))
    }
    assert with_contact == set(named)


@pytest.fixture
def old_import(files_on_disk, advisor):
    """`old_import(ago, state)`: an import with two rows and its file."""

    def make(ago=LONG_AGO, state="applied"):
        one = FileImport(owner=advisor, file_name="a.csv", state=state, sample=[["Quentin"]], row_count=2)
        one.file.save("a.csv", io.BytesIO(b"Quentin"), save=False)
        one.save()
        for number, verdict, outcome in ((2, "create", "create"), (3, "update", "stale")):
            ImportRow.objects.create(
                file_import=one, number=number, verdict=verdict, outcome=outcome, values={"first_name": "Quentin"}
            )
        finished = timezone.now() - ago if state == "applied" else None
        FileImport.objects.filter(pk=one.pk).update(created_at=timezone.now() - ago, finished_at=finished)
        return one

    return make


def test_an_old_import_keeps_its_totals_and_nothing_else(
    files_on_disk, old_import, as_user, advisor, django_capture_on_commit_callbacks
):
    file_import = old_import()
    address, shown = f"/contacts/import/{file_import.pk}/", ("counts", "total", "stale")
    before = as_user(advisor).get(address).context
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            clear_old_imports()
    after = as_user(advisor).get(address)
    assert [after.context[name] for name in shown] == [before[name] for name in shown]
    assert b"removed" in after.content
    assert not ImportRow.objects.exists()
    assert [path for path in files_on_disk.rglob("*") if path.is_file()] == []
    assert tables_with("quentin") == set()


@pytest.mark.parametrize("state", ["mapping", "checked", "failed"])
def test_one_that_was_left_lying_can_be_taken_no_further(old_import, as_user, advisor, state):
    file_import = old_import(state=state)
    clear_old_imports()
    client, address = as_user(advisor), f"/contacts/import/{file_import.pk}/"
    assert client.get(address).status_code == 200
    assert client.post(f"{address}columns/").url == address
    client.post(f"{address}apply/")
    file_import.refresh_from_db()
    assert (file_import.state, file_import.apply_operation) == ("failed", None)


@pytest.mark.parametrize(
    ("ago", "state"), [(timedelta(days=29), "applied"), (LONG_AGO, "checking"), (LONG_AGO, "applying")]
)
def test_recent_imports_and_those_under_way_stay(old_import, ago, state):
    old_import(ago, state)
    clear_old_imports()
    assert ImportRow.objects.count() == 2


def test_rows_go_in_pieces_and_what_a_crash_left_goes_next_time(old_import, monkeypatch):
    monkeypatch.setattr(clearing_imports, "LINES_AT_ONCE", 1)
    whole = clearing_imports._remove_some_rows
    done = []

    def die(file_import):
        if done:
            raise RuntimeError
        done.append(whole(file_import))
        return True

    old_import()
    monkeypatch.setattr(clearing_imports, "_remove_some_rows", die)
    with pytest.raises(RuntimeError):
        clear_old_imports()
    assert ImportRow.objects.count() == 1
    monkeypatch.setattr(clearing_imports, "_remove_some_rows", whole)
    clear_old_imports()
    assert ImportRow.objects.count() == 0


def test_a_file_that_cannot_be_removed_takes_nothing_back(advisor, django_capture_on_commit_callbacks, monkeypatch):
    contact = ContactFactory(primary_advisor=advisor, photo=world.picture())

    def broken(self, name):
        raise OSError("no such disk")

    monkeypatch.setattr(type(storages["default"]), "delete", broken)
    with django_capture_on_commit_callbacks(execute=True):
        put_photo(contact, None, by=advisor)
    contact.refresh_from_db()
    assert not contact.photo
