"""Each vendor from end to end, over its fake: what may not be kept is nowhere, and the rules of a sync hold for all."""

import logging
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection as db
from django.urls import reverse

from contacts.models import Contact
from core.models import Operation
from core.operations import running, selecting
from crm.domain import syncing
from crm.domain.credentials import seal
from crm.domain.importing import import_records
from crm.domain.opening import open_adapter
from crm.domain.staging import forget
from crm.models import Category, Connection, Owner, Record
from crm.registry import adapters
from crm.testing import World
from crm.testing.people import PASSPORT, SSN
from tests.crm.fakes.dataverse import DataverseFake
from tests.crm.fakes.hubspot import HubSpotFake
from tests.crm.fakes.redtail import RedtailFake
from tests.crm.fakes.salesforce import SalesforceFake
from tests.crm.fakes.tryton import TrytonFake
from tests.crm.fakes.wealthbox import WealthboxFake
from tests.forms import as_shown
from tests.markup import one_line

PEOPLE = 23
FAKES = {
    "dataverse": DataverseFake,
    "hubspot": HubSpotFake,
    "redtail": RedtailFake,
    "salesforce": SalesforceFake,
    "tryton": TrytonFake,
    "wealthbox": WealthboxFake,
}


class Vendor:
    """A fake with its connection. `sync` brings what changed; `imported` makes contacts of all."""

    def __init__(self, key, fake, office, sync):
        adapter = adapters()[key]
        specs = {spec.name: spec for spec in adapter.config_fields}
        config = fake.config()
        self.secrets = {name: text for name, text in config.items() if name not in specs or specs[name].secret}
        shown = {name: text for name, text in config.items() if name not in self.secrets} | (
            {"base_url": self.secrets.pop("base_url")} if "base_url" in self.secrets else {}
        )
        self.connection = Connection.objects.create(
            name=key, adapter=key, config=shown, secrets=seal(self.secrets), default_type="client"
        )
        self.connection.fields = [one.name for one in open_adapter(self.connection).field_catalogue()]
        self.connection.save()
        self.fake, self.world, self.office, self._sync = fake, fake.world, office, sync

    def sync(self, **options):
        """As a worker does; everybody is advisor One's, everything a client."""
        self.world.now += timedelta(hours=2)
        done = self._sync(self.connection, self.office["admin"], **options)
        assert done.operation.state == "finished", done.operation.error
        Owner.objects.filter(connection=self.connection).update(user=self.office["one"], by_hand=True)
        Category.objects.filter(connection=self.connection).update(contact_type="client")
        syncing.apply_meanings(self.connection, self.records)
        return done

    @property
    def records(self):
        """The connection's records."""
        return Record.objects.filter(connection=self.connection)

    def imported(self) -> None:
        """Sync and import all."""
        self.sync()
        owned = adapters()[self.connection.adapter].capabilities.owners
        if not owned:
            for record in self.records:
                record.mends = {"primary_advisor": self.office["one"].pk}
                record.save(update_fields=["mends"])
            syncing.apply_meanings(self.connection, self.records)
        import_records(list(self.records.filter(state="ready").values_list("pk", flat=True)), self.office["admin"])


@pytest.fixture(params=sorted(FAKES))
def key(request):
    return request.param


@pytest.fixture
def open_vendor(key, office, sync, settings):
    """`with open_vendor() as vendor`: a fake of the vendor with its people, connected."""
    settings.CRM_PRIVATE_HOSTS = ["127.0.0.1"]

    @contextmanager
    def opened():
        with FAKES[key](World(count=PEOPLE)) as fake:
            yield Vendor(key, fake, office, sync)

    return opened


@pytest.fixture
def vendor(open_vendor):
    with open_vendor() as vendor:
        yield vendor


def found_in_database(needles) -> list[str]:
    """The tables in which any of these texts stands, whatever the column."""
    with db.cursor() as cursor:
        tables = db.introspection.table_names(cursor)
        hits = []
        for table in tables:
            for needle in needles:
                cursor.execute(f'SELECT 1 FROM "{table}" AS one WHERE strpos(one::text, %s) > 0 LIMIT 1', [needle])  # noqa: S608
                hits += [f"{table}: {needle}"] if cursor.fetchone() else []
    return hits


def test_what_is_sensitive_is_neither_in_the_database_nor_in_the_logs(vendor, caplog):
    with caplog.at_level(logging.DEBUG):
        vendor.imported()
        vendor.world.change(vendor.world.there()[0].number, city="Shelbyville")
        vendor.sync()
    assert Contact.objects.count() == PEOPLE
    assert found_in_database([vendor.world.there()[5].email]), "the search finds what is there"
    never = [SSN, SSN.replace("-", ""), PASSPORT, *(text for text in vendor.secrets.values() if len(text) > 5)]
    assert found_in_database(never) == []
    assert [text for text in never if text in caplog.text] == []
    assert "@example.com" not in caplog.text


def test_a_second_sync_changes_nothing_and_a_locked_field_survives_an_update(vendor):
    vendor.imported()
    again = vendor.sync()
    assert (again.added, again.changed, again.gone) == (0, 0, 0)
    first, second = vendor.world.there()[:2]
    people = {one.email: one for one in Contact.objects.all()}
    Contact.objects.filter(pk=people[first.email].pk).update(locked_fields=["city"])
    vendor.world.change(first.number, city="Shelbyville")
    vendor.world.change(second.number, city="Shelbyville")
    assert vendor.sync().changed == 2
    marked = set(Contact.objects.filter(crm_mark="newer").values_list("email", flat=True))
    assert marked == {first.email, second.email}
    operation = Operation.objects.create(
        kind="crm.update", title="Update", owner=vendor.office["admin"], params={"fields": ["city"], "by_hand": True}
    )
    selecting.freeze(operation, Contact.objects.values_list("pk", flat=True))
    running.start(operation)
    cities = dict(Contact.objects.values_list("email", "city"))
    assert (cities[first.email], cities[second.email]) == ("Springfield", "Shelbyville")


def test_who_is_deleted_there_is_marked_and_stays_here(vendor):
    vendor.imported()
    lost = vendor.world.there()[3]
    vendor.world.delete(lost.number)
    whole = adapters()[vendor.connection.adapter].capabilities.deletes == "reconcile"
    assert vendor.sync(whole=whole).gone == 1
    assert Contact.objects.count() == PEOPLE
    assert Contact.objects.get(crm_mark="gone").email == lost.email


def test_many_that_vanish_at_once_are_held_back(vendor):
    vendor.imported()
    for person in vendor.world.there()[:12]:
        vendor.world.vanish(person.number)
    done = vendor.sync(whole=True)
    assert (done.gone, done.vanished) == (0, 12)
    vendor.connection.refresh_from_db()
    assert vendor.connection.state == Connection.State.ATTENTION
    assert not Contact.objects.filter(crm_mark="gone").exists()
    assert syncing.accept_vanishing(done) == 12
    assert Contact.objects.filter(crm_mark="gone").count() == 12


def test_a_person_in_two_crms_is_proposed_not_doubled(vendor, open_vendor):
    vendor.imported()
    with open_vendor() as other:
        other.imported()
        assert Contact.objects.count() == PEOPLE
        reasons = {tuple(one.reasons) for one in other.records}
        assert reasons == {("duplicate_email",)}
        matches = dict(other.records.values_list("email", "match__email"))
        assert all(email == match for email, match in matches.items())


@pytest.mark.parametrize("key", ["salesforce"], indirect=True)
def test_a_day_used_up_waits_and_says_what_is_left(vendor):
    vendor.imported()
    vendor.fake.used = (4990, 5000)
    operation = syncing.begin(vendor.connection, vendor.office["admin"])
    running.run(operation.pk)
    operation.refresh_from_db()
    vendor.connection.refresh_from_db()
    assert (operation.state, vendor.connection.state) == (Operation.State.QUEUED, Connection.State.WAITING)
    assert 0 < vendor.connection.quota_left < 10


@pytest.mark.parametrize("key", ["salesforce"], indirect=True)
def test_a_month_without_a_changed_contact_ends_no_sync_for_good(vendor):
    vendor.imported()
    vendor.world.now += timedelta(days=45)
    operation = syncing.begin(vendor.connection, vendor.office["admin"])
    running.run(operation.pk)  # Salesforce has forgotten: its next turn goes through all records
    running.run(operation.pk)
    operation.refresh_from_db()
    assert (operation.state, operation.crm_sync.whole) == (Operation.State.FINISHED, True)
    lost = vendor.world.there()[3]
    vendor.world.vanish(lost.number)
    vendor.fake.purged[lost.number] = vendor.world.tick()
    done = vendor.sync()
    assert (done.whole, done.gone) == (False, 1)
    assert Contact.objects.get(crm_mark="gone").email == lost.email


@pytest.mark.parametrize("key", ["hubspot"], indirect=True)
@pytest.mark.parametrize("looked", [True, False], ids=["seen between", "twice in a row"])
def test_a_contact_goes_on_with_the_last_record_of_several_merges(vendor, as_user, looked):
    vendor.imported()
    fake = vendor.fake
    first = fake.merge(1002, 1003)
    if looked:
        vendor.sync()
    last = str(fake.number(fake.merge(1004, first.number)))
    done = vendor.sync()
    gone = vendor.records.filter(gone_at__isnull=False)
    assert dict(gone.values_list("remote_id", "merged_into")) == dict.fromkeys(["7", "8", "9"], last)
    assert done.gone == (2 if looked else 3)  # the record of between, of which nothing was made, and the third
    one, client = gone.get(remote_id="7"), as_user(vendor.office["one"])
    assert f"Merged into record {last} in the CRM" in client.get(reverse("crm:record", args=[one.pk])).content.decode()
    client.post(reverse("crm:follow", args=[one.pk]))
    assert vendor.records.get(remote_id=last).contact == one.contact
    assert vendor.sync().changed == 0


@pytest.mark.parametrize("key", ["hubspot"], indirect=True)
def test_what_is_gone_leads_to_the_end_of_its_chain_and_a_circle_ends(vendor):
    vendor.imported()
    forget(vendor.connection.pk, {"6": "7", "7": "8", "8": "900"})
    forget(vendor.connection.pk, {"900": "901"})
    forget(vendor.connection.pk, {"9": "10", "10": "9"})
    forget(vendor.connection.pk, {"11": ""})
    forget(vendor.connection.pk, {"11": "12"})
    gone = vendor.records.filter(gone_at__isnull=False)
    assert dict(gone.values_list("remote_id", "merged_into")) == {
        **dict.fromkeys(["6", "7", "8"], "901"),
        **{"9": "10", "10": "9", "11": "12"},
    }


@pytest.mark.parametrize("key", ["hubspot"], indirect=True)
def test_a_date_of_birth_that_could_not_be_read_is_named_on_the_records_page(vendor, as_user):
    vendor.world.change(1002, raw={"date_of_birth": "5/6/1970"})
    vendor.world.change(1003, raw={"date_of_birth": "May 6, 1970"})
    vendor.sync()
    client = as_user(vendor.office["admin"])
    unclear, clear = (
        one_line(client.get(reverse("crm:record", args=[vendor.records.get(remote_id=key).pk]))) for key in ("7", "8")
    )
    said = "<dt>Date of birth</dt> <dd>Could not be read. Look it up in the CRM.</dd>"
    assert (said in unclear, said in clear) == (True, False)


@pytest.mark.parametrize("key", ["salesforce"], indirect=True)
def test_a_record_of_several_categories_is_what_all_of_them_mean_that_mean_any(vendor, as_user):
    connection = vendor.connection
    connection.config |= {"category": "Interests__c"}
    connection.default_type = ""
    connection.save()
    vendor.world.change(1002, raw={"Interests__c": "Art;Golf"})
    vendor.world.change(1003, raw={"Interests__c": None})
    running.run(syncing.begin(connection, vendor.office["admin"]).pk)
    words = {one.value: one.pk for one in Category.objects.filter(connection=connection)}
    assert words.keys() == {"Sailing", "Golf", "Art"}
    client = as_user(vendor.office["admin"])

    def types(**meanings) -> dict[int, str]:
        """What the three first people are, once this has been said on the page."""
        given = {f"category_{words[word]}": kind for word, kind in meanings.items()}
        address = reverse("crm:categories", args=[connection.pk])
        answer = client.post(address, as_shown(client, address, **given))
        assert answer.status_code == 302
        for waiting in Operation.objects.exclude(state__in=Operation.OVER):
            running.run(waiting.pk)
        records = {one: vendor.records.get(remote_id=vendor.fake.id_of(one)) for one in (1001, 1002, 1003)}
        return {number: one.values.get("contact_type", "") for number, one in records.items()}

    assert types(Sailing="client", Golf="", Art="") == {1001: "client", 1002: "", 1003: ""}
    assert types(Sailing="client", Golf="client", Art="prospect") == {1001: "client", 1002: "", 1003: ""}
    assert types(Sailing="", Golf="lead", Art="") == {1001: "lead", 1002: "lead", 1003: ""}
