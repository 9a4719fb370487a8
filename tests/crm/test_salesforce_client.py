"""simple-salesforce reads from the fake what the adapter reads, so the fake is not only what the adapter expects."""

from datetime import UTC, datetime, timedelta

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce as SimpleSalesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceMalformedRequest

from crm.adapters.salesforce import Salesforce
from crm.testing import Mirror, World, plain_http
from tests.crm.fakes.salesforce import CLIENT, HOST, SECRET, USER, SalesforceFake, private_key

DOMAIN = HOST.removesuffix(".salesforce.com")


class ToFake(HTTPAdapter):
    """Carries what is addressed to My Domain to the fake: the client knows no other scheme than https."""

    def __init__(self, fake: SalesforceFake) -> None:
        self.fake = fake
        super().__init__()

    def send(self, request, **options):
        request.url = request.url.replace(f"https://{HOST}", self.fake.url, 1)
        return super().send(request, **options)


@pytest.fixture(params=["plain", "fsc_package"])
def fake(request):
    with SalesforceFake(World(count=23), request.param) as fake:
        yield fake


def session(fake) -> requests.Session:
    found = requests.Session()
    found.trust_env = False
    found.mount(f"https://{HOST}", ToFake(fake))
    return found


@pytest.fixture
def client(fake):
    return SimpleSalesforce(
        consumer_key=CLIENT, consumer_secret=SECRET, domain=DOMAIN, session=session(fake), version="67.0"
    )


@pytest.fixture
def mirror(fake):
    mirror = Mirror()
    mirror.run(Salesforce(fake.config(), plain_http(Salesforce), ["Segment__c"]))
    return mirror


def test_it_signs_in_by_secret_and_by_certificate(fake, client):
    assert client.session_id == fake.token
    key = private_key()
    by_key = SimpleSalesforce(
        username=USER, consumer_key=CLIENT, privatekey=key, domain=DOMAIN, session=session(fake), version="67.0"
    )
    assert by_key.session_id == fake.token
    with pytest.raises(SalesforceAuthenticationFailed):
        SimpleSalesforce(consumer_key=CLIENT, consumer_secret="wrong", domain=DOMAIN, session=session(fake))


def test_it_reads_the_contacts_that_the_adapter_reads(client, mirror):
    question = "SELECT Id, FirstName, LastName, Email, Segment__c, OwnerId FROM Contact ORDER BY Id"
    found = {row["Id"]: row for row in client.query_all(question)["records"]}
    assert len(found) == 23
    assert {
        key: (one.first_name, one.last_name, one.emails[0].value, one.custom["Segment__c"], one.owner_id)
        for key, one in mirror.contacts.items()
    } == {
        key: (one["FirstName"], one["LastName"], one["Email"], one["Segment__c"], one["OwnerId"])
        for key, one in found.items()
    }
    single = client.Contact.get(min(found))
    assert (single["LastName"], single["MailingCity"]) == (found[min(found)]["LastName"], "Springfield")


def test_it_finds_the_fields_that_the_adapter_offers(fake, client):
    offered = {one.name for one in Salesforce(fake.config(), plain_http(Salesforce)).field_catalogue()}
    own = {one["name"] for one in client.Contact.describe()["fields"] if one["custom"] and not one["calculated"]}
    assert offered < own


def test_it_is_told_the_same_deletions(fake, client, mirror):
    fake.world.now += timedelta(hours=2)
    fake.world.delete(1001)
    fake.world.merge(1002, 1003)
    fake.purged[1004] = fake.world.tick()
    fake.world.vanish(1004)
    mirror.run(Salesforce(fake.config(), plain_http(Salesforce)))
    told = client.Contact.deleted(fake.world.now - timedelta(hours=1), datetime.now(UTC))
    assert {one["id"] for one in told["deletedRecords"]} == mirror.gone.keys()
    question = "SELECT Id, MasterRecordId FROM Contact WHERE IsDeleted = true"
    bin_rows = client.query_all(question, include_deleted=True)["records"]
    assert {one["Id"]: one["MasterRecordId"] or "" for one in bin_rows} == {
        key: into for key, into in mirror.gone.items() if key != fake.id_of(1004)
    }


def test_it_is_refused_a_window_that_begins_more_than_thirty_days_back(fake, client):
    now = fake.world.now
    assert client.Contact.updated(now - timedelta(days=29), now)["ids"]
    for ask in (client.Contact.deleted, client.Contact.updated):
        with pytest.raises(SalesforceMalformedRequest, match="INVALID_REPLICATION_DATE"):
            ask(now - timedelta(days=31), now)
        with pytest.raises(SalesforceMalformedRequest, match="INVALID_REPLICATION_DATE"):
            ask(now, now)


def test_it_sees_the_days_calls(fake, client):
    assert client.limits()["DailyApiRequests"]["Max"] == 5000
    assert client.api_usage["api-usage"].total == 5000


def test_household_relations_are_the_same(fake, client):
    if fake.profile != "fsc_package":
        pytest.skip("No households.")
    fake.world.household("The Riveras", 1001, 1002)
    question = """
        SELECT Id, (SELECT AccountId, Account.Name, Roles FROM AccountContactRelations
                    WHERE FinServ__PrimaryGroup__c = true)
        FROM Contact ORDER BY Id
    """
    found = client.query_all(question)["records"]
    homes = {one["Id"]: one["AccountContactRelations"]["records"] for one in found if one["AccountContactRelations"]}
    mirror = Mirror()
    mirror.run(Salesforce(fake.config(), plain_http(Salesforce)))
    assert {key: rows[0]["AccountId"] for key, rows in homes.items()} == {
        key: home for key, (home, _) in mirror.members.items()
    }
