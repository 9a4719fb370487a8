"""A record whose contact was deleted here is reported, never brought back unasked, and linked again when restored."""

import pytest
from django.urls import reverse

from contacts.models import Contact
from contacts.operations import undoing
from core.models import Operation
from core.operations import running, selecting
from crm.domain.importing import import_records
from crm.domain.staging import judge_again
from crm.domain.traces import TRACES
from crm.models import Record
from tests.crm.conftest import move_on
from tests.factories import ContactFactory

State = Record.State


@pytest.fixture
def imported(demo, office, sync):
    """All ready records are contacts."""
    sync(demo, office["admin"])
    import_records(list(Record.objects.filter(state="ready").values_list("pk", flat=True)), office["admin"])
    return demo


def do(kind: str, contacts, by) -> Operation:
    """Delete or restore, as the pages do."""
    operation = Operation.objects.create(kind=kind, title=kind, owner=by)
    selecting.freeze(operation, contacts.values_list("pk", flat=True))
    return running.start(operation)


def standing(records) -> set:
    """How these records stand."""
    return {(one.state, *one.reasons) for one in Record.objects.filter(pk__in=[one.pk for one in records])}


def test_deleted_here_is_a_reason_and_restored_is_imported_again(imported, office):
    chosen = list(Record.objects.filter(state=State.LINKED).order_by("pk")[:3])
    contacts = Contact.objects.filter(crm_record__in=chosen)
    do("contacts.delete", contacts, office["admin"])
    assert standing(chosen) == {(State.CANNOT, "deleted_here")}
    do("contacts.restore", contacts, office["admin"])
    assert standing(chosen) == {(State.LINKED,)}


def test_undoing_a_deletion_is_a_way_back_too(imported, office):
    chosen = list(Record.objects.filter(state=State.LINKED).order_by("pk")[:3])
    deleted = do("contacts.delete", Contact.objects.filter(crm_record__in=chosen), office["admin"])
    running.start(undoing.draft(deleted, office["admin"]))
    assert standing(chosen) == {(State.LINKED,)}


def test_no_sync_and_no_import_brings_back_who_lies_in_the_trash(imported, office, sync):
    before = Contact.objects.count()
    chosen = list(Record.objects.filter(state=State.LINKED))
    do("contacts.delete", Contact.objects.filter(crm_record__in=chosen), office["admin"])
    move_on(imported, 7)
    assert sync(imported, office["admin"]).changed > 3
    judge_again(Record.objects.filter(connection=imported))
    assert standing(chosen) == {(State.CANNOT, "deleted_here")}
    done = import_records([one.pk for one in chosen], office["admin"])
    assert set(done.left_out.values()) == {"Deleted here: restore the contact from the trash."}
    assert Contact.objects.count() == before
    do("contacts.restore", Contact.objects.filter(crm_record__in=chosen), office["admin"])
    assert standing(chosen) == {(State.LINKED,)}
    assert Contact.objects.filter(crm_mark="newer").exists()


def test_the_lists_and_the_page_say_so(as_user, imported, office):
    record = Record.objects.filter(state=State.LINKED).order_by("pk").first()
    do("contacts.delete", Contact.objects.filter(crm_record=record), office["admin"])
    client = as_user(office["admin"])
    listed = client.get(reverse("crm:cannot"), {"reason": "deleted_here"}).content.decode()
    assert str(record) in listed and "Deleted here" in listed
    address = reverse("crm:record", args=[record.pk])
    assert address not in client.get(reverse("crm:linked"), {"q": record.email}).content.decode()
    page = client.get(address).content.decode()
    assert "lies in the trash" in page and reverse("contacts:trash") in page
    assert "Let it be imported again" not in page
    overview = client.get(reverse("crm:connection", args=[imported.pk])).content.decode()
    assert "reason=deleted_here" in overview


def test_after_the_purge_a_person_may_ask_for_it_again(as_user, imported, office):
    record = Record.objects.filter(state=State.LINKED, advisor=office["one"]).order_by("pk").first()
    TRACES.remove([record.contact_id])
    Contact.objects.filter(pk=record.contact_id).delete()
    address = reverse("crm:bring_back", args=[record.pk])
    assert as_user(office["two"]).post(address).status_code == 404
    client = as_user(office["one"])
    assert "Let it be imported again" in client.get(reverse("crm:record", args=[record.pk])).content.decode()
    client.post(address)
    assert standing([record]) == {(State.READY,)}


def test_who_stood_in_the_way_and_was_deleted_does_so_no_more_after_the_next_sync(demo, office, sync):
    sync(demo, office["admin"])
    record = Record.objects.filter(state=State.READY).order_by("pk").first()
    twin = ContactFactory(email=record.email)
    judge_again(Record.objects.filter(pk=record.pk))
    assert standing([record]) == {(State.CANNOT, "duplicate_email")}
    do("contacts.delete", Contact.objects.filter(pk=twin.pk), office["admin"])
    sync(demo, office["admin"])
    assert standing([record]) == {(State.READY,)}
