"""Undoing an import from the CRM: its contacts lie in the trash and their records say so; done again, all is linked."""

import pytest
from django.urls import reverse

from contacts.models import Contact, ImportedContact
from core.models import Operation
from core.operations import running, selecting
from crm.domain.linking import unlink
from crm.models import Record
from tests.contacts.test_undoing import rows, undo
from tests.crm.conftest import move_on, tie
from tests.factories import ContactFactory, ExperienceFactory, NoteFactory

State = Record.State


def records():
    """Everything a record says of its contact."""
    columns = ["pk", "contact_id", "state", "reasons", "applied", "seen_digest", "updated_here_at", "former_contact_id"]
    return list(Record.objects.order_by("pk").values_list(*columns))


def run_import(by, **chosen) -> Operation:
    """Import all that is ready, as the page does."""
    operation = Operation.objects.create(kind="crm.import", title="Import from the CRM", owner=by)
    ready = Record.objects.filter(state=State.READY, **chosen)
    selecting.freeze(operation, ready.values_list("pk", flat=True))
    return running.start(operation)


@pytest.fixture
def staged(demo, office, sync):
    """A connection whose records are in staging, and a contact of our own."""
    ContactFactory(primary_advisor=office["one"], email="ours@example.com")
    sync(demo, office["admin"])
    return demo


def test_all_that_it_added_lies_in_the_trash_and_comes_back_as_it_was(as_user, staged, office):
    client, before = as_user(office["admin"]), rows()
    operation = run_import(office["admin"])
    after, linked, count = rows(), records(), operation.done
    undoing, preview = undo(client, operation)
    assert (preview.will, preview.skipped, undoing.done) == (count, [], count)
    assert preview.words == [
        f"{count} contacts that this import added go into the trash and can be restored from there for 30 days.",
        "Their CRM records say “Deleted here”. Restored, the contacts are linked to them again.",
    ]
    live = Contact.objects.filter(deleted_at=None).values_list("pk", flat=True)
    assert [row for row in rows()[0] if row[0] in live] == before[0]
    theirs = Record.objects.filter(contact__isnull=False)
    assert set(theirs.values_list("state", "reasons__0")) == {("cannot", "deleted_here")}
    assert (theirs.count(), Contact.objects.filter(deleted_by=office["admin"]).count()) == (count, count)
    again, preview = undo(client, undoing)
    assert preview.words == [f"{count} contacts that the import added come back from the trash."]
    assert (again.done, rows(), records()) == (count, after, linked)


def test_no_sync_and_no_import_brings_them_back(as_user, staged, office, sync):
    operation = run_import(office["admin"])
    undo(as_user(office["admin"]), operation)
    move_on(staged, 7)
    sync(staged, office["admin"])
    assert not Record.objects.filter(contact__isnull=False).exclude(state=State.CANNOT).exists()
    ready = set(Record.objects.filter(state=State.READY).values_list("email", flat=True))
    assert not ready & set(Contact.objects.filter(deleted_at__isnull=False).values_list("email", flat=True))


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("update", "city"),
        ("unlink", "CRM record"),
        ("note", "notes"),
        ("assign", "experience, details of the assignments"),
    ],
)
def test_who_was_changed_since_is_left_alone_and_told(as_user, staged, office, sync, what, words):
    admin = office["admin"]
    operation = run_import(admin)
    record = Record.objects.filter(contact__isnull=False, values__has_key="city").order_by("pk").first()
    if what == "unlink":
        unlink(record, admin)
    elif what == "note":
        NoteFactory(contact=record.contact)
    elif what == "update":
        Record.objects.filter(pk=record.pk).update(values=record.values | {"city": "Moved"})
        update = Operation.objects.create(kind="crm.update", title="u", owner=admin, params={"fields": ["city"]})
        selecting.freeze(update, [record.contact_id])
        assert running.start(update).done == 1
    else:
        given = Operation.objects.create(
            kind="contacts.assign",
            title="a",
            owner=admin,
            params={"experience": ExperienceFactory().pk, "campaign": None},
        )
        selecting.freeze(given, [record.contact_id])
        assert running.start(given).done == 1
    undoing, preview = undo(as_user(admin), operation)
    assert preview.skipped == [(f"Changed since, so left alone: {words}.", 1)]
    assert undoing.done == operation.done - 1
    assert Contact.objects.get(pk=record.contact_id).deleted_at is None


def test_a_mark_that_the_sync_keeps_up_is_no_change(as_user, staged, office, sync):
    operation = run_import(office["admin"])
    move_on(staged, 20)
    sync(staged, office["admin"])
    assert Contact.objects.filter(crm_mark="newer").exists()
    assert undo(as_user(office["admin"]), operation)[0].done == operation.done


def test_rights_are_asked_for_each(as_user, staged, office):
    operation = run_import(office["one"])
    assert as_user(office["two"]).post(reverse("contacts:undo_begin", args=[operation.pk])).status_code == 404
    lost = ImportedContact.objects.filter(operation=operation).order_by("pk").values_list("subject_id", flat=True)[0]
    Contact.objects.filter(pk=lost).update(primary_advisor=office["two"])
    undoing, preview = undo(as_user(office["one"]), operation)
    assert preview.skipped == [("Deleted meanwhile, or no longer yours to change.", 1)]
    assert (undoing.done, Contact.objects.get(pk=lost).deleted_at) == (operation.done - 1, None)


def test_its_page_offers_it_and_looking_again_cannot_be_undone(as_user, staged, office):
    operation = run_import(office["admin"])
    client = as_user(office["admin"])
    button = f'action="/contacts/undo/{operation.pk}/"'
    assert button in client.get(f"/operations/{operation.pk}/").content.decode()
    Operation.objects.filter(pk=operation.pk).update(kind="crm.judge")
    assert button not in client.get(f"/operations/{operation.pk}/").content.decode()


def test_an_import_of_nobody_cannot_be_undone(as_user, staged, office):
    run_import(office["admin"])
    nobody = Operation.objects.create(kind="crm.import", title="Again", owner=office["admin"])
    selecting.freeze(nobody, Record.objects.filter(state=State.LINKED).values_list("pk", flat=True))
    nobody = running.start(nobody)
    assert (nobody.state, nobody.done) == ("finished", 0)
    page = as_user(office["admin"]).post(f"/contacts/undo/{nobody.pk}/", follow=True).content.decode()
    assert "It changed nothing that could be undone." in page


def test_an_update_of_a_former_release_that_kept_fewer_columns_is_put_back(as_user, demo, office):
    contact = ContactFactory(primary_advisor=office["one"], city="Boston", phone_extension="45")
    tie(demo, contact, {"city": "Boston"}, {"city": "Springfield"})
    params = {"fields": ["city"]}
    operation = Operation.objects.create(kind="crm.update", title="Update", owner=office["admin"], params=params)
    selecting.freeze(operation, Contact.objects.values_list("pk", flat=True))
    running.start(operation)
    for line in operation.lines.all():
        for kept in (line.before, line.after):
            del kept["phone_extension"]
        line.save()
    client = as_user(office["admin"])
    undoing, preview = undo(client, operation)
    contact.refresh_from_db()
    assert (preview.will, preview.skipped, contact.city, contact.phone_extension) == (1, [], "Boston", "45")
    again, _ = undo(client, undoing)
    contact.refresh_from_db()
    assert (again.done, contact.city, contact.phone_extension) == (1, "Springfield", "45")
