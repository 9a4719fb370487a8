"""Importing makes contacts of ready records, with household, tags and link, and tells nobody anything."""

import threading
import time

import pytest
from django.db import connection as db
from django.db import transaction

from contacts.models import Contact, Household
from core.models import Activity, Operation
from core.operations import running, selecting
from crm.adapters.demo import DemoCRM
from crm.domain import staging
from crm.domain.importing import import_records
from crm.domain.linking import link, unlink
from crm.domain.syncing import apply_meanings
from crm.domain.traces import TRACES
from crm.models import Record
from crm.records import Email, Page, Phone, RemoteContact
from mail.models import Send
from tests.crm.conftest import move_on
from tests.factories import ContactFactory

State = Record.State


def ready(connection) -> list[int]:
    """Keys of what can be imported."""
    return list(Record.objects.filter(connection=connection, state=State.READY).values_list("pk", flat=True))


@pytest.fixture
def staged(demo, office, sync):
    """A connection whose records are in staging."""
    sync(demo, office["admin"])
    return demo


def run_import(ids, by) -> Operation:
    """Import as an operation, as the page does."""
    operation = Operation.objects.create(kind="crm.import", title="Import", owner=by)
    selecting.freeze(operation, Record.objects.filter(pk__in=ids).values_list("pk", flat=True))
    return running.start(operation)


def test_ready_records_become_contacts(staged, office):
    ids = ready(staged)
    operation = run_import(ids, office["admin"])
    assert (operation.state, operation.done, operation.skipped) == ("finished", len(ids), 0)
    assert Contact.objects.count() == len(ids)
    record = Record.objects.filter(pk__in=ids).select_related("contact").first()
    contact = record.contact
    assert (contact.source, contact.crm_mark, contact.status) == ("crm", "linked", "not_invited")
    assert (contact.email, contact.phone[:5]) == (record.email, "+1212")
    assert contact.primary_advisor_id == record.advisor_id
    assert record.state == State.LINKED and not record.is_newer
    assert Activity.objects.filter(verb="added", sentence="Imported from Our CRM").count() == len(ids)
    assert Send.objects.count() == 0


def test_households_arrive_with_head_and_roles(staged, office):
    run_import(ready(staged), office["admin"])
    whole = [home for home in Household.objects.all() if home.members.count() == 2]
    assert whole
    for home in whole:
        assert home.head in home.members.all()
        assert {one.household_role for one in home.members.all()} == {"Head", "Spouse or partner"}
    assert Contact.objects.filter(tags__name="Newsletter").exists()


def test_twice_makes_nobody_twice(staged, office):
    ids = ready(staged)
    run_import(ids, office["admin"])
    again = run_import(ids, office["admin"])
    assert (again.done, again.skipped) == (0, len(ids))
    assert set(again.lines.values_list("reason", flat=True)) == {"Imported already."}
    assert Contact.objects.count() == len(ids)


def test_advisors_import_only_their_own(staged, office):
    ids = ready(staged)
    mine = Record.objects.filter(pk__in=ids, advisor=office["one"]).count()
    operation = run_import(ids, office["one"])
    assert (operation.done, operation.skipped) == (mine, len(ids) - mine)
    assert set(Contact.objects.values_list("primary_advisor", flat=True)) == {office["one"].pk}


def test_who_lost_the_right_imports_nothing(staged, office):
    office["one"].is_active = False
    office["one"].save()
    assert run_import(ready(staged), office["one"]).done == 0
    assert Contact.objects.count() == 0


def test_an_address_taken_meanwhile_is_left_out_with_the_reason(staged, office):
    ids = ready(staged)[:3]
    ContactFactory(email=Record.objects.get(pk=ids[1]).email)
    done = import_records(ids, office["admin"])
    assert set(done.contacts) == {ids[0], ids[2]}
    assert done.left_out == {ids[1]: "Cannot be imported: a contact here has this email."}


def test_a_deleted_contact_is_not_brought_back(staged, office, sync):
    ids = ready(staged)[:1]
    import_records(ids, office["admin"])
    record = Record.objects.get(pk=ids[0])
    TRACES.remove([record.contact_id])
    Contact.objects.filter(pk=record.contact_id).delete()
    Record.objects.filter(pk=record.pk).update(payload_digest="changed in the CRM")
    sync(staged, office["admin"], whole=True)
    record.refresh_from_db()
    assert (record.state, record.reasons) == (State.CANNOT, ["deleted_here"])


def test_linking_changes_nothing_and_unlinking_gives_it_back(staged, office):
    record = Record.objects.filter(state=State.READY).first()
    contact = ContactFactory(email=record.email, city="Elsewhere", primary_advisor=office["one"])
    link(record, contact, office["admin"])
    contact.refresh_from_db()
    assert (contact.city, contact.crm_mark) == ("Elsewhere", "newer")
    record.refresh_from_db()
    unlink(record, office["admin"])
    contact.refresh_from_db()
    record.refresh_from_db()
    assert (contact.crm_mark, record.contact, record.reasons) == ("", None, ["duplicate_email"])


def test_gone_records_are_told_and_their_contacts_stay(staged, office, sync):
    run_import(ready(staged), office["admin"])
    before = Contact.objects.count()
    move_on(staged, 48)
    assert sync(staged, office["admin"]).gone >= 5
    gone = Record.objects.filter(gone_at__isnull=False)
    assert gone.exists()
    assert set(gone.values_list("contact__crm_mark", flat=True)) == {"gone"}
    assert gone.exclude(merged_into="").exists()
    assert Contact.objects.count() == before


def meanwhile(monkeypatch, work, ours) -> None:
    """Do `ours`; the moment that it first judges records another worker does `work`, to its end or until it waits."""
    real, threads = staging.judge, []

    def other() -> None:
        try:
            work()
        finally:
            db.close()

    def judge(records, meanings) -> None:
        if not threads:
            threads.append(threading.Thread(target=other))
            threads[0].start()
            threads[0].join(1)
        real(records, meanings)

    monkeypatch.setattr(staging, "judge", judge)
    ours()
    threads[0].join()


def says_another_name(monkeypatch, record: Record) -> None:
    """The CRM says only this, in its next changes."""
    owner, category = record.owner_id_there, record.category
    says = RemoteContact(
        record.remote_id,
        first_name="Zed",
        last_name="Rivera",
        emails=(Email("zed@example.com"),),
        phones=(Phone("212-555-0105"),),
        owner_id=owner,
        category=category,
    )
    monkeypatch.setattr(DemoCRM, "changes", lambda self, state: iter([Page({"step": 1}, (says,), last=True)]))


@pytest.mark.django_db(transaction=True)
def test_a_record_imported_while_its_change_arrives_says_that_it_is_newer(staged, office, sync, monkeypatch):
    one = Record.objects.filter(state=State.READY).first()
    says_another_name(monkeypatch, one)

    def imports() -> None:
        with transaction.atomic():
            import_records([one.pk], office["admin"])

    meanwhile(monkeypatch, imports, lambda: sync(staged, office["admin"]))
    contact = Contact.objects.get()
    one.refresh_from_db()
    assert (one.contact, one.state, one.values["first_name"]) == (contact, State.LINKED, "Zed")
    assert contact.first_name == "Zed" or contact.crm_mark == "newer"


@pytest.mark.django_db(transaction=True)
def test_what_arrives_while_records_are_judged_again_is_kept(staged, office, sync, monkeypatch):
    with transaction.atomic():
        import_records([Record.objects.filter(state=State.READY).first().pk], office["admin"])
    one = Record.objects.get(contact__isnull=False)
    says_another_name(monkeypatch, one)
    judged = Record.objects.filter(pk=one.pk)
    meanwhile(monkeypatch, lambda: sync(staged, office["admin"]), lambda: apply_meanings(staged, judged))
    one.refresh_from_db()
    assert (one.payload["first_name"], one.values["first_name"], one.contact.crm_mark) == ("Zed", "Zed", "newer")


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_make_one_household_of_a_couple(staged, office):
    """The second waits for the first, which has made the household meanwhile."""
    couple = (
        Record.objects.filter(state=State.READY).exclude(household_id_there="").order_by("household_id_there", "pk")
    )
    homes = [one.household_id_there for one in couple]
    first, second = [one.pk for one in couple if homes.count(one.household_id_there) == 2][:2]
    made, problems = threading.Event(), []

    def other() -> None:
        made.wait(10)
        try:
            with transaction.atomic():
                import_records([second], office["admin"])
        except Exception as problem:
            problems.append(problem)
        finally:
            db.close()

    thread = threading.Thread(target=other)
    thread.start()
    with transaction.atomic():
        import_records([first], office["admin"])
        made.set()
        time.sleep(0.5)
    thread.join()
    assert problems == []
    assert [home.members.count() for home in Household.objects.all()] == [2]
