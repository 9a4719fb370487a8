"""A sync brings records into staging, goes on where it stopped, and never takes anything away unasked."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact
from core.models import Operation
from core.operations import running
from crm.adapters.demo import DemoCRM
from crm.domain import syncing
from crm.domain.credentials import seal, unseal
from crm.domain.opening import open_adapter
from crm.domain.staging import judge_again
from crm.errors import SignInAgain, StateExpired, TooSlow, TryLater
from crm.models import Category, Connection, Owner, Record
from crm.records import Page, RemoteContact
from tests.crm.conftest import move_on
from tests.factories import ContactFactory

State = Record.State


def fingerprint() -> list:
    """All records as they stand, without when."""
    return sorted(Record.objects.values_list("remote_id", "payload_digest", "digest", "state", "email", "gone_at"))


def test_everything_arrives_and_is_judged(demo, office, sync):
    done = sync(demo, office["admin"])
    assert (done.added, done.changed, done.gone, done.whole) == (120, 0, 0, True)
    assert Record.objects.count() == 120
    assert demo.state == Connection.State.GOOD
    reasons = {code for record in Record.objects.filter(state=State.CANNOT) for code in record.reasons}
    assert reasons == {
        "no_email",
        "bad_email",
        "no_phone",
        "bad_phone",
        "no_first_name",
        "unknown_advisor",
        "no_type",
        "unknown_type",
    }
    ready = Record.objects.filter(state=State.READY)
    assert not ready.exclude(reasons=[]).exists()
    assert set(ready.values_list("advisor", flat=True)) == {office["one"].pk, office["two"].pk}
    assert Contact.objects.count() == 0


def test_owners_are_matched_by_email_and_not_against_a_persons_word(demo, office, sync):
    sync(demo, office["admin"])
    by_name = dict(Owner.objects.values_list("remote_id", "user"))
    assert by_name == {"U1": office["one"].pk, "U2": office["two"].pk, "U3": None}
    Owner.objects.filter(remote_id="U1").update(user=office["two"], by_hand=True)
    sync(demo, office["admin"])
    assert Owner.objects.get(remote_id="U1").user == office["two"]


def test_a_second_sync_changes_nothing(demo, office, sync):
    sync(demo, office["admin"])
    before = fingerprint()
    again = sync(demo, office["admin"])
    assert (again.added, again.changed, again.gone, again.whole) == (0, 0, 0, False)
    whole = sync(demo, office["admin"], whole=True)
    assert (whole.added, whole.changed, whole.unchanged, whole.gone) == (0, 0, 120, 0)
    assert fingerprint() == before


def test_a_connection_read_before_the_last_sync_is_read_anew(demo, office, sync):
    stale = Connection.objects.get(pk=demo.pk)
    sync(demo, office["admin"])
    assert stale.sync_state == {}
    begun = syncing.begin(stale, office["admin"])
    assert (begun.crm_sync.whole, begun.title) == (False, "Sync of Our CRM")
    running.run(begun.pk)
    demo.refresh_from_db()
    assert demo.sync_state


def test_an_incremental_sync_brings_what_changed(demo, office, sync):
    sync(demo, office["admin"])
    move_on(demo, 8)
    done = sync(demo, office["admin"])
    assert (done.whole, done.added, done.gone) == (False, 2, 1)
    assert 0 < done.changed <= 16
    assert done.unchanged == 0


class Killed(BaseException):
    """A worker that ends in the middle: nothing catches it, as nothing catches a signal."""


def test_broken_off_anywhere_it_ends_the_same(demo, office, sync, monkeypatch):
    sync(demo, office["admin"])
    expected = fingerprint()
    Record.objects.all().delete()
    Connection.objects.update(sync_state={}, synced_at=None, compared_at=None)
    operation = syncing.begin(demo, office["admin"])
    real = DemoCRM.changes

    def dies_after_a_page(self, state):
        yield next(real(self, state))
        raise Killed

    monkeypatch.setattr(DemoCRM, "changes", dies_after_a_page)
    with pytest.raises(Killed):
        for batch in operation_batches(operation):
            take(operation, batch)
    assert 0 < Record.objects.count() < 120
    monkeypatch.setattr(DemoCRM, "changes", real)
    running.run(operation.pk)
    assert Operation.objects.get(pk=operation.pk).state == Operation.State.FINISHED
    assert fingerprint() == expected


def operation_batches(operation):
    """What the worker is given to take."""
    from core.registry import operation_types

    return operation_types["crm.sync"].batches(operation)


def take(operation, batch):
    """As the worker takes it."""
    from core.registry import operation_types

    operation_types["crm.sync"].take(operation, batch)


def test_one_sync_at_a_time(demo, office):
    assert syncing.begin(demo, office["admin"]) is not None
    assert syncing.begin(demo, office["one"]) is None


def test_refused_credentials_need_a_person_and_stop(demo, office, sync, monkeypatch):
    def refuse(self, state):
        raise SignInAgain("The CRM refuses the token.")
        yield

    monkeypatch.setattr(DemoCRM, "changes", refuse)
    done = sync(demo, office["admin"])
    assert (demo.state, demo.trouble) == (Connection.State.ATTENTION, "The CRM refuses the token.")
    assert done.operation.state == Operation.State.FAILED
    assert done.operation.error == "The CRM refuses the token."
    assert syncing.open_sync(demo) is None


def test_a_busy_crm_is_waited_for(demo, office, sync, monkeypatch):
    real = DemoCRM.changes

    def busy(self, state):
        yield next(real(self, state))
        raise TryLater("Too many calls.", 300)

    monkeypatch.setattr(DemoCRM, "changes", busy)
    done = sync(demo, office["admin"])
    operation = done.operation
    assert (operation.state, demo.state) == (Operation.State.QUEUED, Connection.State.WAITING)
    assert operation.wait_until > timezone.now() + timedelta(seconds=250)
    assert Record.objects.count() == 100
    running.run(operation.pk)
    assert Operation.objects.get(pk=operation.pk).attempts == operation.attempts, "it is left alone until then"
    monkeypatch.setattr(DemoCRM, "changes", real)
    Operation.objects.update(wait_until=timezone.now())
    running.run(operation.pk)
    assert Record.objects.count() == 120


@pytest.mark.parametrize("wait", [float("inf"), float("nan"), 1e13, 1e10, None, -5])
def test_a_crm_is_asked_again_within_a_day_however_long_it_says(demo, office, sync, monkeypatch, wait):
    def busy(self, state):
        raise TryLater("Too many calls.", wait)
        yield

    monkeypatch.setattr(DemoCRM, "changes", busy)
    operation = sync(demo, office["admin"]).operation
    assert operation.state == Operation.State.QUEUED
    assert operation.wait_until <= timezone.now() + timedelta(days=1)


def test_a_state_the_crm_forgot_means_everything_again(demo, office, sync, monkeypatch):
    sync(demo, office["admin"])
    real = DemoCRM.changes

    def forgot(self, state):
        if state:
            raise StateExpired
        yield from real(self, state)

    monkeypatch.setattr(DemoCRM, "changes", forgot)
    done = sync(demo, office["admin"])
    assert done.operation.state == Operation.State.QUEUED
    running.run(done.operation_id)
    done.refresh_from_db()
    assert (done.whole, done.unchanged, done.operation.__class__.objects.get(pk=done.operation_id).state) == (
        True,
        120,
        "finished",
    )


def test_many_missing_at_once_are_held_back_until_a_person_agrees(demo, office, sync, monkeypatch):
    sync(demo, office["admin"])
    monkeypatch.setattr(DemoCRM, "_size", property(lambda self: 40))
    done = sync(demo, office["admin"], whole=True)
    assert (done.vanished, demo.state) == (80, Connection.State.ATTENTION)
    assert Record.objects.count() == 120
    assert syncing.accept_vanishing(done) == 80
    assert Record.objects.count() == 40
    demo.refresh_from_db()
    assert demo.state == Connection.State.GOOD


def test_what_came_after_many_were_missing_is_not_gone_when_a_person_agrees(demo, office, sync, monkeypatch, as_user):
    sync(demo, office["admin"])
    with monkeypatch.context() as patch:
        patch.setattr(DemoCRM, "_size", property(lambda self: 40))
        held_back = sync(demo, office["admin"], whole=True)
    known, asked = Record.objects.filter(seen_in__lt=held_back.pk).order_by("pk")[:2]
    syncing.reread(asked, open_adapter(demo))
    came = (RemoteContact("D-1", last_name="New"), RemoteContact(known.remote_id, last_name="There"))
    with monkeypatch.context() as patch:
        patch.setattr(DemoCRM, "changes", lambda self, state: iter([Page({"step": 1}, came, last=True)]))
        sync(demo, office["admin"])
    address = reverse("crm:accept_vanished", args=[demo.pk])
    page = as_user(office["admin"]).post(address, {"sync": held_back.pk}, follow=True).content.decode()
    assert "78 records count as gone." in page
    there = Record.objects.filter(gone_at=None).values_list("remote_id", flat=True)
    assert {"D-1", known.remote_id, asked.remote_id} <= set(there)
    assert len(there) == 43


def test_the_question_whether_many_are_gone_outlasts_the_next_sync(demo, office, sync, monkeypatch, as_user):
    sync(demo, office["admin"])
    with monkeypatch.context() as patch:
        patch.setattr(DemoCRM, "_size", property(lambda self: 40))
        sync(demo, office["admin"], whole=True)
        assert sync(demo, office["admin"]).whole is False
    client = as_user(office["admin"])
    client.post(reverse("crm:check", args=[demo.pk]))
    demo.refresh_from_db()
    page = client.get(reverse("crm:connection", args=[demo.pk])).content.decode()
    assert demo.state == Connection.State.ATTENTION
    assert "80 records are missing in the CRM all at once" in page and "They are gone: 80 records" in page


def test_nobody_is_asked_about_missing_records_that_were_found_again(demo, office, sync, monkeypatch, as_user):
    sync(demo, office["admin"])
    with monkeypatch.context() as patch:
        patch.setattr(DemoCRM, "_size", property(lambda self: 40))
        sync(demo, office["admin"], whole=True)
    address = reverse("crm:connection", args=[demo.pk])
    assert "They are gone: 80 records" in as_user(office["admin"]).get(address).content.decode()
    sync(demo, office["admin"], whole=True)
    Connection.objects.update(trouble="The CRM refuses the credentials.", state=Connection.State.ATTENTION)
    assert "They are gone" not in as_user(office["admin"]).get(address).content.decode()


def test_a_few_missing_are_gone(demo, office, sync, monkeypatch):
    sync(demo, office["admin"])
    monkeypatch.setattr(DemoCRM, "_size", property(lambda self: 116))
    assert sync(demo, office["admin"], whole=True).vanished == 0
    assert Record.objects.count() == 116


def test_contacts_here_stand_in_the_way_of_duplicates(demo, office, sync):
    sync(demo, office["admin"])
    one, two = Record.objects.filter(state=State.READY).order_by("pk")[:2]
    Record.objects.all().delete()
    same_address = ContactFactory(email=one.email.upper())
    alike = ContactFactory(
        first_name=two.values["first_name"].upper(),
        last_name=two.values["last_name"],
        date_of_birth=two.values["date_of_birth"],
    )
    sync(demo, office["admin"], whole=True)
    again = Record.objects.filter(remote_id__in=[one.remote_id, two.remote_id])
    found = {record.remote_id: record for record in again}
    assert (found[one.remote_id].reasons, found[one.remote_id].match) == (["duplicate_email"], same_address)
    assert (found[two.remote_id].reasons, found[two.remote_id].match) == (["possible_match"], alike)


def test_secrets_are_sealed(demo):
    text = seal({"token": "very-secret-token"})
    assert "very-secret" not in text
    demo.secrets = text
    assert unseal(demo) == {"token": "very-secret-token"}


def test_another_key_cannot_open_them(demo, settings):
    demo.secrets = seal({"token": "x"})
    before = settings.SECRET_KEY
    settings.SECRET_KEY = "another-key-" * 6
    with pytest.raises(SignInAgain):
        unseal(demo)
    settings.SECRET_KEY_FALLBACKS = [before]
    assert unseal(demo) == {"token": "x"}


def test_what_a_category_means_decides(demo, office, sync):
    Category.objects.all().delete()
    sync(demo, office["admin"])
    known = {"Client": "client", "Prospect": "prospect", "Past Client": "", "Lead": "lead"}
    assert dict(Category.objects.values_list("value", "contact_type")) == known
    Category.objects.update(contact_type="")
    syncing.apply_meanings(demo, Record.objects.filter(contact=None))
    assert not Record.objects.filter(state=State.READY).exists()
    Category.objects.update(contact_type="client")
    assert syncing.apply_meanings(demo, Record.objects.filter(contact=None)) == 120
    assert Record.objects.filter(state=State.READY).count() > 80


@pytest.mark.parametrize("name", ["ΝΙΚΟΣ", "İbrahim"])
def test_a_contact_of_the_same_name_is_found_whatever_letters_it_has(demo, office, sync, name):
    sync(demo, office["admin"])
    record = Record.objects.filter(state=State.READY).first()
    rows = Record.objects.filter(pk=record.pk)
    rows.update(payload=record.payload | {"first_name": name})
    born = record.values["date_of_birth"]
    alike = ContactFactory(first_name=name, last_name=record.values["last_name"], date_of_birth=born)
    judge_again(rows)
    record.refresh_from_db()
    assert (record.reasons, record.match) == (["possible_match"], alike)


def test_answers_that_take_too_long_halve_the_pages_and_good_runs_double_them(demo, office, sync, monkeypatch):
    real, sizes = DemoCRM.changes, []

    def slow(self, state):
        sizes.append(self.page_size)
        if self.page_size > 30:
            raise TooSlow("The CRM took too long to answer.", 30)
        yield from real(self, state)

    monkeypatch.setattr(DemoCRM, "changes", slow)
    operation = sync(demo, office["admin"]).operation
    for _ in range(3):
        running.run(operation.pk)
    operation.refresh_from_db()
    assert (operation.state, sizes) == (Operation.State.FINISHED, [100, 50, 25])
    assert Record.objects.count() == 120
    demo.refresh_from_db()
    assert demo.page_size == 50
    monkeypatch.setattr(DemoCRM, "changes", real)
    sync(demo, office["admin"])
    demo.refresh_from_db()
    assert demo.page_size is None


def test_a_crm_too_slow_for_the_smallest_page_is_waited_for(demo, office, sync, monkeypatch):
    def slow(self, state):
        raise TooSlow("The CRM took too long to answer.", 30)
        yield

    Connection.objects.filter(pk=demo.pk).update(page_size=10)
    monkeypatch.setattr(DemoCRM, "changes", slow)
    operation = sync(demo, office["admin"]).operation
    assert (operation.state, demo.state) == (Operation.State.QUEUED, Connection.State.WAITING)
    assert operation.wait_until > timezone.now() + timedelta(seconds=250)


def test_the_lease_outlives_a_call(demo, office, sync, monkeypatch):
    real, leases = DemoCRM.changes, []

    def asks(self, state):
        self.http.holds(90)
        leases.append(Operation.objects.get().lease_until - timezone.now())
        yield from real(self, state)

    monkeypatch.setattr(DemoCRM, "changes", asks)
    assert sync(demo, office["admin"]).operation.state == Operation.State.FINISHED
    assert leases[0] > timedelta(seconds=100)


def test_a_worker_whose_claim_was_taken_calls_nobody_any_more(demo, office, sync, monkeypatch):
    real, after = DemoCRM.changes, []

    def asks(self, state):
        Operation.objects.update(attempts=7)
        self.http.holds(10)
        after.append("called")
        yield from real(self, state)

    monkeypatch.setattr(DemoCRM, "changes", asks)
    operation = sync(demo, office["admin"]).operation
    assert (after, operation.state, operation.attempts) == ([], Operation.State.RUNNING, 7)


def test_a_state_that_is_forgotten_from_the_beginning_ends_the_sync(demo, office, sync, monkeypatch):
    def forgets(self, state):
        raise StateExpired
        yield

    monkeypatch.setattr(DemoCRM, "changes", forgets)
    done = sync(demo, office["admin"])
    assert (done.operation.state, demo.state) == (Operation.State.FAILED, Connection.State.ATTENTION)
