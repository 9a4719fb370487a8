"""Every CRM is gone through whole now and then: what no event has told is found, and nobody is called gone unasked."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core.models import Operation
from core.operations import running
from core.registry import sweepers
from crm.adapters.demo import DemoCRM
from crm.adapters.hubspot import HubSpot
from crm.domain.comparing import compare_due
from crm.errors import SignInAgain, StateExpired, TryLater
from crm.models import Connection, Record, Sync
from crm.testing import World
from tests.crm.fakes.hubspot import HubSpotFake
from tests.crm.test_all_vendors import PEOPLE, Vendor
from tests.forms import seen_at
from tests.markup import one_line

LONG_AGO = timedelta(days=8)


@pytest.fixture
def hubspot(office, sync, settings):
    """A HubSpot that was synced eight days ago, by its ids."""
    settings.CRM_PRIVATE_HOSTS = ["127.0.0.1"]
    with HubSpotFake(World(count=PEOPLE)) as fake:
        vendor = Vendor("hubspot", fake, office, sync)
        vendor.sync()
        _age(vendor.connection)
        yield vendor


def _age(connection, by=LONG_AGO) -> None:
    """Let the last run through all have been so long ago."""
    then = timezone.now() - by
    Connection.objects.filter(pk=connection.pk).update(compared_at=then, read_at=then)
    Sync.objects.filter(connection=connection).update(created_at=then)


def swept() -> Sync:
    """The comparison that a sweep begins, run to its end."""
    before = Sync.objects.count()
    compare_due()
    assert Sync.objects.count() == before + 1
    done = Sync.objects.select_related("operation").first()
    running.run(done.operation_id)
    done.refresh_from_db()
    return done


def test_what_no_event_has_told_is_found(hubspot, as_user, office):
    lost, never, quiet = hubspot.world.there()[2:5]
    hubspot.world.vanish(lost.number)
    Record.objects.filter(email=never.email).delete()
    before = hubspot.connection.__class__.objects.get(pk=hubspot.connection.pk).sync_state
    hubspot.fake.world.people[quiet.number] = hubspot.world.change(quiet.number, city="Shelbyville")
    Connection.objects.filter(pk=hubspot.connection.pk).update(sync_state={"since": "2027-01-01T00:00:00.000Z"})
    done = swept()
    assert (done.operation.state, done.by_ids, done.scheduled) == ("finished", True, True)
    assert done.found == {"added": 1, "changed": 1, "gone": 1}
    assert not Record.objects.filter(email=lost.email, gone_at=None).exists()
    assert Record.objects.filter(email=never.email).exists()
    assert Record.objects.get(email=quiet.email).values["city"] == "Shelbyville"
    assert before
    page = one_line(as_user(office["admin"]).get(reverse("crm:connection", args=[hubspot.connection.pk])))
    assert "Found 3 records the CRM had sent no change for: 1 new, 1 changed, 1 gone" in page
    assert "by their ids" in page and "Comparison" in page and ", automatic" in page


def test_it_reads_no_record_that_has_not_changed(hubspot):
    hubspot.fake.seen.clear()
    assert swept().found_in_all == 0
    assert not [one for one in hubspot.fake.seen if one.path.endswith("/batch/read")]


def test_it_is_part_of_the_sweep_and_waits_for_its_time(hubspot, office):
    assert compare_due in list(sweepers)
    _age(hubspot.connection, timedelta(days=6))
    compare_due()
    assert Sync.objects.count() == 1
    _age(hubspot.connection)
    assert swept().operation.owner == office["admin"]
    compare_due()
    assert Sync.objects.count() == 2, "once, not at each sweep"


@pytest.mark.parametrize("hinder", ["never", "attention", "removed", "new", "under way", "no admin"])
def test_it_is_left_alone(hubspot, office, hinder):
    rows = Connection.objects.filter(pk=hubspot.connection.pk)
    match hinder:
        case "never":
            rows.update(compare_days=0)
        case "attention":
            rows.update(state=Connection.State.ATTENTION)
        case "removed":
            rows.update(removed_at=timezone.now())
        case "new":
            rows.update(synced_at=None)
        case "under way":
            Sync.objects.update(ended_at=None)
        case "no admin":
            User.objects.filter(pk=office["admin"].pk).update(is_active=False)
    compare_due()
    assert Sync.objects.count() == 1


def test_a_try_in_vain_is_not_repeated_at_each_sweep(hubspot, monkeypatch):
    def refuse(self, state):
        raise SignInAgain("The CRM refuses the token.")
        yield

    monkeypatch.setattr(HubSpot, "listing", refuse)
    done = swept()
    assert done.operation.state == Operation.State.FAILED
    Connection.objects.update(state=Connection.State.GOOD)
    compare_due()
    assert Sync.objects.count() == 2


def test_every_fourth_time_all_records_are_read(hubspot):
    Connection.objects.update(read_at=timezone.now() - timedelta(days=29))
    done = swept()
    assert (done.by_ids, done.whole, done.unchanged) == (False, True, PEOPLE)
    hubspot.connection.refresh_from_db()
    assert hubspot.connection.read_at > timezone.now() - timedelta(minutes=5)


def test_an_adapter_whose_fields_change_unnoticed_reads_all(hubspot, monkeypatch):
    monkeypatch.setattr(HubSpot, "lists_ids", property(lambda self: False))
    assert swept().by_ids is False


def test_broken_off_it_goes_on_in_the_listing(hubspot, monkeypatch):
    real = HubSpot.listing

    def busy(self, state):
        yield next(real(self, state))
        raise TryLater("Too many calls.", 300)

    monkeypatch.setattr(HubSpot, "listing", busy)
    monkeypatch.setattr(HubSpot.capabilities.__class__, "max_page", 10, raising=False)
    done = swept()
    assert (done.operation.state, done.complete, done.place["listed"]) == (Operation.State.QUEUED, True, False)
    asked = []
    monkeypatch.setattr(HubSpot, "listing", lambda self, state: asked.append(state) or real(self, state))
    Operation.objects.update(wait_until=timezone.now())
    running.run(done.operation_id)
    done.refresh_from_db()
    assert (done.operation.__class__.objects.get(pk=done.operation_id).state, bool(asked[0])) == ("finished", True)
    assert done.found_in_all == 0
    assert Record.objects.filter(gone_at=None).count() == PEOPLE


def test_a_listing_that_always_forgets_its_place_ends(hubspot, monkeypatch):
    def forgets(self, state):
        raise StateExpired
        yield

    monkeypatch.setattr(HubSpot, "listing", forgets)
    done = swept()
    assert done.operation.state == Operation.State.FAILED
    hubspot.connection.refresh_from_db()
    assert hubspot.connection.state == Connection.State.ATTENTION


def test_records_that_the_list_left_out_are_asked_for_and_stay(demo, office, sync, monkeypatch, as_user):
    """A list that skips thirty records takes none of them away."""
    sync(demo, office["admin"])
    real = DemoCRM.changes

    def skips(self, state):
        for page in real(self, state):
            yield page.__class__(page.next_state, page.contacts[:-15], total=page.total, last=page.last)

    monkeypatch.setattr(DemoCRM, "changes", skips)
    done = sync(demo, office["admin"], whole=True)
    assert (done.asked, done.kept, done.gone, done.vanished) == (30, 30, 0, 0)
    assert Record.objects.filter(gone_at=None).count() == 120
    assert demo.state == Connection.State.GOOD


def test_of_very_many_a_sample_is_asked_about_and_a_person_is_told(demo, office, sync, monkeypatch, as_user):
    sync(demo, office["admin"])
    monkeypatch.setattr("crm.domain.going_through.SAMPLE", 20)
    monkeypatch.setattr("crm.domain.going_through.FETCHED", 10)
    monkeypatch.setattr(DemoCRM, "_size", property(lambda self: 40))
    done = sync(demo, office["admin"], whole=True)
    assert (done.asked, done.kept, done.vanished) == (20, 0, 80)
    assert Record.objects.filter(gone_at=None).count() == 120
    page = as_user(office["admin"]).get(reverse("crm:connection", args=[demo.pk])).content.decode()
    assert "Of 20 that were asked for one by one, the CRM says of all that they are gone." in page


def test_one_that_is_there_after_all_has_all_of_many_asked_about(demo, office, sync, monkeypatch):
    sync(demo, office["admin"])
    monkeypatch.setattr("crm.domain.going_through.SAMPLE", 20)
    monkeypatch.setattr("crm.domain.going_through.FETCHED", 10)
    monkeypatch.setattr(DemoCRM, "changes", lambda self, state: iter([_last_page(self, state)]))
    done = sync(demo, office["admin"], whole=True)
    assert (done.asked, done.kept, done.vanished) == (100, 100, 0)
    assert Record.objects.filter(gone_at=None).count() == 120


def _last_page(adapter, state):
    from crm.records import Page

    return Page({"since": 0}, tuple(adapter._shown(number, 0) for number in range(1, 21)), last=True)


def test_how_often_is_set_on_the_connection(as_user, demo, office):
    client = as_user(office["admin"])
    address = reverse("crm:edit", args=[demo.pk])
    typed = {"name": "Ours", "size": "120", "compare_days": "30"}
    assert client.post(address, typed | seen_at(client, address)).status_code == 302
    demo.refresh_from_db()
    assert demo.compare_days == 30
    assert client.post(address, typed | seen_at(client, address) | {"compare_days": "900"}).status_code == 422
    client.post(address, typed | seen_at(client, address) | {"compare_days": "0"})
    assert "Only when an admin asks for it" in client.get(reverse("crm:connection", args=[demo.pk])).content.decode()
